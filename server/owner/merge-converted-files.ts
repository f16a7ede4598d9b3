import { readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ConvertedFileDamaged, convertedFilePath, readConvertedIndex } from '../../data/converted/converted-file.ts'
import type { Database } from '../../data/counts/database.ts'
import { type MergeOptions, type MergeResult, mergeConverted } from '../../data/counts/merge.ts'
import { readUnarchivedSegments } from '../../data/counts/read-ledger.ts'
import { byAge, removeClaimed } from '../../data/spool/claims.ts'
import type { Logger } from '../log.ts'
import type { StateFolders } from './state-folders.ts'

export interface MergerOptions {
  readonly database: Database
  readonly folders: StateFolders
  readonly log: Logger
  mergeOptions(): MergeOptions
  /** Told of each merged segment, in order. */
  readonly onMerged: (result: MergeResult) => void
}

/** Brings converted files into the counts. */
export interface Merger {
  /** Merges every converted file that isn't merged yet, oldest segment first, and removes their raw segments. */
  mergeWaiting(): Promise<void>
}

/** Reads from the ledger what is merged and only waits to be archived. */
export async function createMerger(options: MergerOptions): Promise<Merger> {
  const { database, folders, log } = options
  const merged = new Set(await readUnarchivedSegments(database))

  async function mergeOne(segment: string): Promise<void> {
    const index = await readConvertedIndex(convertedFilePath(folders.converted, segment))
    const result = await mergeConverted(database, index, options.mergeOptions())
    merged.add(segment)
    await removeClaimed(folders.spool, segment)
    if (result.merged) options.onMerged(result)
  }

  return {
    async mergeWaiting() {
      const present = new Set((await readdir(folders.converted)).flatMap(segmentOf))
      // What is archived is gone from the folder and needs no remembering.
      for (const segment of merged) if (!present.has(segment)) merged.delete(segment)
      const segments = [...present].filter((segment) => !merged.has(segment))
      for (const segment of segments.sort(byAge)) {
        try {
          await mergeOne(segment)
        } catch (error) {
          if (!(error instanceof ConvertedFileDamaged)) throw error
          // The raw segment still stands in claimed/: without its converted file it is converted anew.
          const aside = join(folders.corrupted, basename(convertedFilePath(folders.converted, segment)))
          log.error({ error, aside }, 'a converted file is damaged; set aside, its segment is converted anew')
          await rename(convertedFilePath(folders.converted, segment), aside)
        }
      }
    },
  }
}

const SUFFIX = '.converted'

function segmentOf(fileName: string): readonly string[] {
  return fileName.endsWith(SUFFIX) ? [fileName.slice(0, -SUFFIX.length)] : []
}
