import { join } from 'node:path'
import type { Database } from '../counts/database.ts'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { type ArchiveFile, readArchiveFiles } from './archive-files.ts'
import { changeArchive, type DoneChange } from './change-archive.ts'
import { KEEPS } from './part-name.ts'
import type { WriteOptions } from './write-part.ts'

export interface CompactionLimits {
  readonly now: EpochMs
  /** Days since the end of the day whose files are compacted: late segments should have come by then. */
  readonly afterDays: number
  /** Content of one file before compression: those made are as large as that where there is enough. */
  readonly fileBytes: number
}

/** Files of one partition that become few. */
export interface Compaction {
  readonly files: readonly ArchiveFile[]
}

/**
 * Payloads compress to about a tenth, so a file of less than this part of the wanted content is about half full at most: worth
 * rewriting. Those above stay as they are, whatever comes late.
 */
const SMALL_RATIO = 1 / 16
/** So much is rewritten at once at most, of the wanted content: it bounds the room that staging needs, and what a crash repeats. */
const BATCH_RATIO = 1 / 2

/**
 * Which files are to be put together: of days that are over, those that are small. `compacted`: numbers of the changes that did this
 * before. What those left small is taken up again only with something that came since, so that this comes to an end.
 */
export function planCompaction(
  files: readonly ArchiveFile[],
  compacted: ReadonlySet<number>,
  { now, afterDays, fileBytes }: CompactionLimits,
): Compaction[] {
  const lastDate = isoDate(now - (afterDays + 1) * DAY_MS)
  const partitions = new Map<string, ArchiveFile[]>()
  for (const file of files) {
    const { keep, date, channel } = file.partition
    if (date > lastDate || file.bytes > fileBytes * SMALL_RATIO) continue
    const key = JSON.stringify([keep, date, channel])
    partitions.set(key, [...(partitions.get(key) ?? []), file])
  }
  return [...partitions.values()]
    .flatMap((small) => inBatches(small, fileBytes * BATCH_RATIO))
    .filter((batch) => batch.length > 1 && batch.some(({ part }) => !compacted.has(part)))
    .map((batch) => ({ files: batch }))
}

function inBatches(files: readonly ArchiveFile[], mostBytes: number): ArchiveFile[][] {
  const batches: ArchiveFile[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const file of files) {
    if (bytes + file.bytes > mostBytes) {
      batches.push([])
      bytes = 0
    }
    batches.at(-1)?.push(file)
    bytes += file.bytes
  }
  return batches
}

/** What there is to compact now. To be asked in turn (`ArchiveTurn`), as all of it is. */
export async function readCompactions(db: Database, limits: CompactionLimits): Promise<Compaction[]> {
  const files = await Promise.all(KEEPS.map((keep) => readArchiveFiles(db, { keep })))
  const parts = await db.read(`select part from archive_changes where kind = 'compact' and state = 'done'`, {}, (row) =>
    row.number('part'),
  )
  return planCompaction(files.flat(), new Set(parts), limits)
}

export interface CompactOptions {
  readonly write: WriteOptions
  /** The state directory. */
  readonly root: string
  readonly fileBytes: number
}

/** Replaces the files by fewer, sorted over all of them, with the same rows. */
export function compact({ files }: Compaction, { write, root, fileBytes }: CompactOptions): Promise<DoneChange> {
  const change = {
    kind: 'compact',
    removes: files,
    async fill(stage) {
      for (const { name, partition } of files) await stage.copy({ partition, path: join(root, name) })
      return 0
    },
  } satisfies Parameters<typeof changeArchive>[0]
  return changeArchive(change, { ...write, maxFileBytes: fileBytes })
}
