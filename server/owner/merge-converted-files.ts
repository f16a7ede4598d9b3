import { readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeConverted } from '../../data/archive/write-part.ts'
import {
  ConvertedFileDamaged,
  convertedFilePath,
  readConvertedIndex,
  segmentOfConvertedFile,
} from '../../data/converted/converted-file.ts'
import type { Database } from '../../data/counts/database.ts'
import { type MergeOptions, type MergeResult, mergeConverted } from '../../data/counts/merge.ts'
import { readLedgerState, readUnarchivedSegments } from '../../data/counts/read-ledger.ts'
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
  /**
   * Merges every converted file that isn't merged yet, oldest segment first, and removes their raw segments. One that can't be
   * merged doesn't hold up the others; its error is thrown at the end.
   */
  mergeWaiting(): Promise<void>
}

/** Reads from the ledger what is merged and only waits to be archived. */
export async function createMerger(options: MergerOptions): Promise<Merger> {
  const { database, folders, log } = options
  const merged = new Set(await readUnarchivedSegments(database))

  async function mergeOne(segment: string): Promise<void> {
    const index = await readConvertedIndex(convertedFilePath(folders.converted, segment))
    const result = await mergeConverted(database, index, options.mergeOptions())
    if (result.merged) options.onMerged(result)
    else if ((await readLedgerState(database, segment)) === 'archived') {
      // A raw segment that came back after a power cut was converted once more; all of it is in the archive.
      await removeConverted(folders.converted, [segment])
    }
    await removeClaimed(folders.spool, segment)
    // Only now: a removal that failed is tried again, or the segment would hold the watermark for ever.
    merged.add(segment)
  }

  return {
    async mergeWaiting() {
      const present = new Set(
        (await readdir(folders.converted)).map(segmentOfConvertedFile).filter((name) => name !== null),
      )
      // What is archived is gone from the folder and needs no remembering.
      for (const segment of merged) if (!present.has(segment)) merged.delete(segment)
      const segments = [...present].filter((segment) => !merged.has(segment))
      const failures: unknown[] = []
      for (const segment of segments.sort(byAge)) {
        try {
          await mergeOne(segment)
        } catch (error) {
          if (!(error instanceof ConvertedFileDamaged)) {
            failures.push(error)
            continue
          }
          // The raw segment still stands in claimed/: without its converted file it is converted anew.
          const aside = join(folders.corrupted, basename(convertedFilePath(folders.converted, segment)))
          log.error({ error, aside }, 'a converted file is damaged; set aside, its segment is converted anew')
          await rename(convertedFilePath(folders.converted, segment), aside)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
