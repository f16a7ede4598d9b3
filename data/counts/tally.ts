import { type ConvertedIndex, type ConvertedRecord, DEBUG_ID } from '../converted/converted-record.ts'
import { type Dimensions, UNKNOWN } from '../domain/dimensions.ts'
import { type DiscardCause, sizeBits } from '../domain/discard.ts'
import { NO_PROBLEM, type Outcome, type ProblemOrNone } from '../domain/outcome.ts'
import { type EpochMs, startOfHour, startOfMinute } from '../domain/time.ts'

/** What is to be added to `hourly_counts` under one choice of dimensions. */
export interface HourlyTally {
  readonly hour: EpochMs
  readonly dimensions: Dimensions
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  readonly automation: boolean
  submissions: number
  /** Of those, converted later than they were counted; absent: none. */
  readonly recovered?: number
  bytes: number
}

export interface MinuteTally {
  readonly minute: EpochMs
  readonly channel: string
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  submissions: number
}

export interface AttributeTally {
  readonly hour: EpochMs
  readonly channel: string
  readonly attribute: string
  readonly value: string
  submissions: number
}

export interface DiscardedTally {
  readonly hour: EpochMs
  readonly channel: string
  readonly cause: DiscardCause
  readonly sizeBits: number
  readonly limitBytes: number
  readonly automation: boolean
  submissions: number
  bytes: number
}

export interface Tallies {
  readonly hourly: readonly HourlyTally[]
  readonly minute: readonly MinuteTally[]
  readonly attribute: readonly AttributeTally[]
  readonly discarded: readonly DiscardedTally[]
}

const NO_DIMENSIONS: Dimensions = {
  reason: UNKNOWN,
  appName: UNKNOWN,
  appVersion: UNKNOWN,
  channel: UNKNOWN,
  buildId: UNKNOWN,
}

/**
 * Counts one converted file. `duplicateFrames` are counted as `duplicate`, whatever they would have been.
 *
 * Automation is counted by the hour, apart, and nowhere else: minutes and attributes are what people's clients sent. A
 * duplicate is in no attribute: its first copy is. A damaged stretch is one submission rejected as `corrupted_data`,
 * under dimensions that nobody knows any more.
 */
export function tally(index: ConvertedIndex, duplicateFrames: ReadonlySet<number>): Tallies {
  const hourly = new Map<string, HourlyTally>()
  const minute = new Map<string, MinuteTally>()
  const attribute = new Map<string, AttributeTally>()
  const discarded = new Map<string, DiscardedTally>()

  const count = (what: Omit<HourlyTally, 'hour' | 'submissions'>, receivedAt: EpochMs) => {
    const { dimensions, outcome, problem, automation, bytes } = what
    const hour = startOfHour(receivedAt)
    // Not a copy of `what`: that takes several times as long as everything else here.
    const row = { hour, dimensions, outcome, problem, automation, submissions: 0, bytes: 0 }
    const hourRow = rowFor(hourly, hourlyKey(hour, what), () => row)
    hourRow.submissions += 1
    hourRow.bytes += bytes
    if (automation) return
    const { channel } = dimensions
    const start = startOfMinute(receivedAt)
    const minuteKey = keyOf(start, channel, outcome, problem)
    rowFor(minute, minuteKey, () => ({ minute: start, channel, outcome, problem, submissions: 0 })).submissions += 1
  }

  const countAttributes = (record: ConvertedRecord) => {
    const hour = startOfHour(record.receivedAt)
    const { channel } = record.dimensions
    for (const [name, value] of Object.entries(record.attributes)) {
      if (name === DEBUG_ID) continue
      const row = { hour, channel, attribute: name, value, submissions: 0 }
      rowFor(attribute, attributeKey(row), () => row).submissions += 1
    }
  }

  for (const record of index.records) {
    const duplicate = duplicateFrames.has(record.frame)
    const { dimensions, automation, bytes } = record
    const outcome = duplicate ? 'duplicate' : record.outcome
    const problem = duplicate ? NO_PROBLEM : record.problem
    count({ dimensions, automation, bytes, outcome, problem }, record.receivedAt)
    if (!duplicate && !automation) countAttributes(record)
  }
  for (const { near, bytes } of index.damaged) {
    const what = { dimensions: NO_DIMENSIONS, automation: false, bytes }
    count({ ...what, outcome: 'rejected', problem: 'corrupted_data' }, near)
  }
  for (const { receivedAt, channel, cause, bytes, limitBytes, automation } of index.discarded) {
    const key = { hour: startOfHour(receivedAt), channel, cause, sizeBits: sizeBits(bytes), limitBytes, automation }
    const row = rowFor(discarded, JSON.stringify(key), () => ({ ...key, submissions: 0, bytes: 0 }))
    row.submissions += 1
    row.bytes += bytes
  }
  return {
    hourly: [...hourly.values()],
    minute: [...minute.values()],
    attribute: [...attribute.values()],
    discarded: [...discarded.values()],
  }
}

/** Rows of one key made one. */
export function sumHourly(rows: readonly HourlyTally[]): HourlyTally[] {
  const sums = new Map<string, HourlyTally>()
  for (const row of rows) {
    const into = rowFor(sums, hourlyKey(row.hour, row), () => ({ ...row, submissions: 0, bytes: 0 }))
    into.submissions += row.submissions
    into.bytes += row.bytes
  }
  return [...sums.values()]
}

/** Likewise. */
export function sumAttributes(rows: readonly AttributeTally[]): AttributeTally[] {
  const sums = new Map<string, AttributeTally>()
  for (const row of rows) {
    rowFor(sums, attributeKey(row), () => ({ ...row, submissions: 0 })).submissions += row.submissions
  }
  return [...sums.values()]
}

/** Likewise. */
export function sumDiscarded(rows: readonly DiscardedTally[]): DiscardedTally[] {
  const sums = new Map<string, DiscardedTally>()
  for (const { submissions, bytes, ...key } of rows) {
    const into = rowFor(sums, JSON.stringify(key), () => ({ ...key, submissions: 0, bytes: 0 }))
    into.submissions += submissions
    into.bytes += bytes
  }
  return [...sums.values()]
}

const SEPARATOR = '\0'

/** Values may hold any character: where one holds the separator, the key is written as JSON, which never does. */
export function keyOf(...parts: readonly (string | number | boolean)[]): string {
  let key = ''
  for (const part of parts) {
    if (typeof part === 'string' && part.includes(SEPARATOR)) return JSON.stringify(parts)
    key += part + SEPARATOR
  }
  return key
}

function hourlyKey(hour: EpochMs, row: Omit<HourlyTally, 'hour' | 'submissions' | 'bytes'>): string {
  const { reason, appName, appVersion, channel, buildId } = row.dimensions
  return keyOf(hour, reason, appName, appVersion, channel, buildId, row.outcome, row.problem, row.automation)
}

function attributeKey(row: Omit<AttributeTally, 'submissions'>): string {
  return keyOf(row.hour, row.channel, row.attribute, row.value)
}

function rowFor<T>(rows: Map<string, T>, key: string, make: () => T): T {
  const known = rows.get(key)
  if (known !== undefined) return known
  const made = make()
  rows.set(key, made)
  return made
}
