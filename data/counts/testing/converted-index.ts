import { createHash } from 'node:crypto'
import type { ConvertedIndex, ConvertedRecord } from '../../converted/converted-record.ts'
import { OUTCOME_OF_PROBLEM, type Problem } from '../../domain/outcome.ts'
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../domain/time.ts'

/** Thursday, 16 January 2014, 14:00 UTC: the hour in which most tests play. */
export const TEST_HOUR: EpochMs = Date.UTC(2014, 0, 16, 14)

export interface TestRecord {
  readonly at?: EpochMs
  readonly id?: string
  readonly channel?: string
  readonly reason?: string
  readonly buildId?: string
  readonly problem?: Problem
  readonly automation?: boolean
  readonly bytes?: number
  /** Any text; the same text is the same submission. null: can't be told. */
  readonly key?: string | null
  readonly attributes?: Readonly<Record<string, string>>
}

/** A record that was accepted, unless `problem` says otherwise; a test says only what matters. */
function testRecord(frame: number, given: TestRecord = {}): ConvertedRecord {
  const problem = given.problem ?? 'none'
  const outcome = problem === 'none' ? 'accepted' : OUTCOME_OF_PROBLEM[problem]
  return {
    frame,
    receivedAt: given.at ?? TEST_HOUR + MINUTE_MS,
    documentId: given.id ?? given.key ?? '',
    dimensions: {
      reason: given.reason ?? 'idle-daily',
      appName: 'Firefox',
      appVersion: '29.0a1',
      channel: given.channel ?? 'nightly',
      buildId: given.buildId ?? '20140116030203',
    },
    outcome,
    problem,
    problems: problem === 'none' ? [] : [problem],
    causes: [],
    automation: given.automation ?? false,
    duplicateKey: given.key == null || outcome === 'rejected' ? null : hex32(given.key),
    bytes: given.bytes ?? 100,
    attributes: given.attributes ?? {},
  }
}

/** One segment with these records; frames are numbered in their order. Covers the first minutes of TEST_HOUR. */
export function testIndex(
  segment: string,
  records: readonly TestRecord[],
  rest: Partial<ConvertedIndex> = {},
): ConvertedIndex {
  return {
    segment,
    receiver: 'edge-1',
    segmentCreatedAt: TEST_HOUR,
    converterVersion: 'test',
    coverage: [{ receiver: 'edge-1', from: TEST_HOUR, to: TEST_HOUR + 30 * SECOND_MS }],
    damaged: [],
    discarded: [],
    records: records.map((record, frame) => testRecord(frame, record)),
    ...rest,
  }
}

function hex32(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
