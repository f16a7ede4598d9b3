import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { removeConverted } from '../../data/archive/write-part.ts'
import {
  ConvertedFileDamaged,
  convertedFilePath,
  readCheckedIndex,
  segmentOfConvertedFile,
} from '../../data/converted/converted-file.ts'
import type { ConvertedIndex, CoverageInterval } from '../../data/converted/converted-record.ts'
import type { Database } from '../../data/counts/database.ts'
import { DatabaseError } from '../../data/counts/database-error.ts'
import { coverageEntries, isIdle } from '../../data/counts/idle-coverage.ts'
import { type MergeOptions, type MergeResult, mergeConverted } from '../../data/counts/merge.ts'
import { readLedgerState, readUnarchivedSegments } from '../../data/counts/read-ledger.ts'
import { createSettler } from '../../data/counts/settle-hours.ts'
import { type EpochMs, MINUTE_MS } from '../../data/domain/time.ts'
import { renameDurably } from '../../data/files/durable.ts'
import { removeClaimed, setClaimedAside } from '../../data/spool/claims.ts'
import { byTurn, laneOf } from '../../data/spool/lanes.ts'
import type { Logger } from '../log.ts'
import type { StateFolders } from './state-folders.ts'

export interface MergerOptions {
  readonly database: Database
  readonly folders: StateFolders
  readonly log: Logger
  mergeOptions(): MergeOptions
  /** Where the raw segment goes once it is merged; null: nowhere. */
  keptAt(segment: string): string | null
  /** Told of each merged segment, in order. */
  readonly onMerged: (result: MergeResult) => void
}

/** Brings converted files into the counts. */
export interface Merger {
  /**
   * Merges converted files that aren't merged yet, what was received live first and the oldest segment first, and removes their raw
   * segments, or moves them to where they are kept. Resolves after a while at the latest, so that what came meanwhile has its turn: true where more waits. One that can't
   * be merged doesn't hold up the others; its error is thrown at the end.
   */
  mergeWaiting(): Promise<boolean>
  /** Writes the journal of idle segments down and removes their converted files, which waits for many of them otherwise. */
  settleIdle(): Promise<void>
}

/** Idle segments are written down together when there are so many, or the first of them is so old. */
const MOST_IDLE = 500
const IDLE_FOR_MS = 10 * MINUTE_MS

/** So long after its end an hour is settled. */
const SETTLED_AFTER_MS = 5 * MINUTE_MS

/** So long at most nothing is published and nothing new is seen … */
const LONGEST_ROUND_MS = 1000
/** … and so long what can wait (imports) keeps what is received live from its turn. */
const LONGEST_BACKGROUND_MS = 200

/** Reads from the ledger what is merged and only waits to be archived. */
export async function createMerger(options: MergerOptions): Promise<Merger> {
  const { database, folders, log } = options
  const merged = new Set(await readUnarchivedSegments(database))
  /** Segments whose converted file has been set aside once. */
  const failures = new Set<string>()
  const idle = new Map<string, readonly CoverageInterval[]>()
  const settler = createSettler(database, () => options.mergeOptions().names ?? {})
  let idleSince: EpochMs = 0

  async function mergeOne(segment: string): Promise<void> {
    const index = await readCheckedIndex(convertedFilePath(folders.converted, segment))
    const result = await mergeConverted(database, index, options.mergeOptions())
    if (isIdle(index)) noteIdle(index)
    if (result.merged) options.onMerged(result)
    else if (!isIdle(index) && (await readLedgerState(database, segment)) === 'archived') {
      // A raw segment that came back after a power cut was converted once more; all of it is in the archive.
      await removeConverted(folders.converted, [segment])
    }
  }

  function noteIdle({ segment, coverage }: ConvertedIndex): void {
    if (idle.size === 0) idleSince = options.mergeOptions().now
    idle.set(segment, coverage)
  }

  /** Until the journal says it, a database that is made anew has it from the converted files. */
  async function settleIdle(): Promise<void> {
    const { journal, coverageToleranceMs, now } = options.mergeOptions()
    const segments = [...idle.keys()]
    if (segments.length === 0) return
    await journal?.append(coverageEntries([...idle.values()].flat(), coverageToleranceMs, now))
    await removeConverted(folders.converted, segments)
    idle.clear()
  }

  /** Only while nothing waits to be counted. What is late opens an hour again. */
  async function settleDue(): Promise<void> {
    const { now } = options.mergeOptions()
    await settler.settleDue(now - SETTLED_AFTER_MS, now)
  }

  /** In turn. What is archived is gone from the folder and needs no remembering. */
  async function listWaiting(): Promise<string[]> {
    const present = new Set(
      (await readdir(folders.converted)).map(segmentOfConvertedFile).filter((name) => name !== null),
    )
    for (const segment of merged) if (!present.has(segment)) merged.delete(segment)
    // What was converted once more is counted already: whoever asked for it takes it.
    const isWaiting = (segment: string) => !merged.has(segment) && laneOf(segment) !== 'reprocess'
    return [...present].filter(isWaiting).sort(byTurn)
  }

  /**
   * A converted file that can't be merged leaves the flow, or nothing would be judged any more. The first time its raw segment
   * stays and is converted anew; the second time that goes aside as well, for people to look at: nothing is thrown away.
   */
  async function setAside(segment: string, error: unknown): Promise<void> {
    const isRepeated = failures.has(segment)
    failures.add(segment)
    const file = convertedFilePath(folders.converted, segment)
    await renameDurably(file, join(folders.corrupted, basename(file)))
    if (isRepeated) await setClaimedAside(folders.spool, segment, join(folders.corrupted, segment))
    const text = isRepeated
      ? 'a segment can not be merged: it is set aside, and what it holds is not counted'
      : 'a converted file can not be merged; set aside, its segment is converted anew'
    log.error({ error, segment, aside: folders.corrupted }, text)
  }

  return {
    settleIdle,
    async mergeWaiting() {
      const waiting = await listWaiting()
      const startedAt = performance.now()
      const done: string[] = []
      let seen = 0
      let firstError: unknown = null
      for (const segment of waiting) {
        const longest = laneOf(segment) === 'live' ? LONGEST_ROUND_MS : LONGEST_BACKGROUND_MS
        if (seen > 0 && performance.now() - startedAt > longest) break
        seen++
        try {
          await mergeOne(segment)
          done.push(segment)
          failures.delete(segment)
        } catch (error) {
          if (isTransient(error)) firstError ??= error
          else await setAside(segment, error)
        }
      }
      await removeClaimed(folders.spool, done, options.keptAt)
      // Only now: a removal that failed is tried again, or the segment would hold the watermark for ever.
      for (const segment of done) merged.add(segment)
      if (idle.size >= MOST_IDLE || options.mergeOptions().now - idleSince >= IDLE_FOR_MS) await settleIdle()
      if (seen === waiting.length) await settleDue()
      if (firstError !== null) throw firstError
      return seen < waiting.length
    },
  }
}

/** Trouble of the database or the disk, which passes: the file itself may well be good. */
function isTransient(error: unknown): boolean {
  if (error instanceof ConvertedFileDamaged) return false
  return error instanceof DatabaseError || (error instanceof Error && 'code' in error && 'syscall' in error)
}
