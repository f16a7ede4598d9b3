import { z } from 'zod'
import type { ConvertedIndex } from '../converted/converted-record.ts'
import { DISCARD_CAUSES } from '../domain/discard.ts'
import { NO_PROBLEM, OUTCOMES, PROBLEMS } from '../domain/outcome.ts'
import type { EpochMs } from '../domain/time.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { tally } from './tally.ts'

/** Submissions of one hour that have everything that is counted in common, as the journal keeps them. */
export const CountsOfHour = z.object({
  hour: z.number(),
  dimensions: z.object({
    reason: z.string(),
    appName: z.string(),
    appVersion: z.string(),
    channel: z.string(),
    buildId: z.string(),
  }),
  outcome: z.enum(OUTCOMES),
  problem: z.enum([...PROBLEMS, NO_PROBLEM]),
  automation: z.boolean(),
  submissions: z.number(),
  bytes: z.number(),
})

/**
 * What the journal keeps of a merged segment: its ledger row, its coverage, and the counts that the archive can't give
 * back because nothing of them is archived (duplicates, damaged stretches, submissions too large to keep).
 */
export const SegmentBody = z.object({
  receiver: z.string(),
  segmentCreatedAt: z.number(),
  records: z.number(),
  bytes: z.number(),
  duplicateFrames: z.array(z.number()),
  coverage: z.array(z.object({ receiver: z.string(), from: z.number(), to: z.number() })),
  hourly: z.array(CountsOfHour),
  discarded: z.array(
    z.object({
      hour: z.number(),
      channel: z.string(),
      cause: z.enum(DISCARD_CAUSES),
      sizeBits: z.number(),
      limitBytes: z.number(),
      automation: z.boolean(),
      submissions: z.number(),
      bytes: z.number(),
    }),
  ),
})
type SegmentBody = z.infer<typeof SegmentBody>

export function segmentEntry(index: ConvertedIndex, duplicateFrames: readonly number[], now: EpochMs): JournalEntry {
  const duplicates = new Set(duplicateFrames)
  const unarchived = { ...index, records: index.records.filter((record) => duplicates.has(record.frame)) }
  const { hourly, discarded } = tally(unarchived, duplicates)
  const body: SegmentBody = {
    receiver: index.receiver,
    segmentCreatedAt: index.segmentCreatedAt,
    records: index.records.length,
    bytes: bytesOf(index),
    duplicateFrames: [...duplicateFrames],
    coverage: [...index.coverage],
    hourly: [...hourly],
    discarded: [...discarded],
  }
  return { kind: 'segment', key: index.segment, writtenAt: now, body }
}

/** Of all bodies in the segment, as received. */
export function bytesOf(index: ConvertedIndex): number {
  return index.records.reduce((sum, record) => sum + record.bytes, 0)
}
