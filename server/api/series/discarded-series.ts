import type { Database } from '../../../data/counts/database.ts'
import { type DiscardedRow, readDiscarded } from '../../../data/counts/queries/read-discarded.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { UNKNOWN } from '../../../data/domain/dimensions.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import type { SeriesAnswer } from '../types.ts'

/** What series of discarded submissions can be broken down by: nothing else is known of them. */
export const DISCARDED_DIMENSIONS = ['channel', 'cause'] as const

export interface DiscardedSeriesQuestion {
  readonly metric: 'discarded' | 'discarded_rate'
  readonly step: 'hour' | 'day'
  readonly times: readonly EpochMs[]
  /** End of the last step. */
  readonly to: EpochMs
  readonly channel: string | undefined
  readonly by: 'channel' | 'cause' | undefined
  readonly now: EpochMs
  readonly coverage: readonly number[]
}

/** Submissions answered 202 for their size, or their share of what was sent: received and discarded together. */
export async function discardedSeries(
  database: Database,
  question: DiscardedSeriesQuestion,
): Promise<SeriesAnswer['series']> {
  const { metric, step, times, to, channel, by, now, coverage } = question
  const [from = to] = times
  const ofChannel = channel === undefined ? {} : { channel }
  const asked = { from, to, step, ...ofChannel } as const
  const rows = await readDiscarded(database, { ...asked, by: by === undefined ? [] : [by] })
  const sent = metric === 'discarded_rate' ? await readSent(database, question, from) : null
  const isKnown = times.map((time, index) => time < now && (coverage[index] ?? 0) > 0)
  return keysOf(rows, by).map((key) => {
    const byTime = new Map(rows.filter((row) => keyOf(row, by) === key).map((row) => [row.time, row]))
    const value = (time: EpochMs) => {
      const discarded = byTime.get(time)?.submissions ?? 0
      if (sent === null) return discarded
      const whole = sent(key, time)
      return whole > 0 ? discarded / whole : null
    }
    return {
      key: { ...(channel === undefined ? {} : { channel }), ...(by === undefined ? {} : { [by]: key }) },
      values: times.map((time, index) => (isKnown[index] === true || byTime.has(time) ? value(time) : null)),
      ...(metric === 'discarded' ? { typical_bytes: times.map((time) => typicalBytes(byTime.get(time))) } : {}),
    }
  })
}

/** Received and discarded by key and time. Of clients whose path names no channel: what all sent, as the judge counts it. */
async function readSent(database: Database, { step, to, channel, by, now }: DiscardedSeriesQuestion, from: EpochMs) {
  const range = { from, to, step } as const
  const ofChannel = channel === undefined || channel === UNKNOWN ? {} : { channel }
  const [received, discarded] = await Promise.all([
    readSeries(database, { ...range, now, ...ofChannel, by: 'channel' }),
    readDiscarded(database, { ...range, by: ['channel'], ...(channel === undefined ? {} : { channel }) }),
  ])
  const sums = new Map<string, number>()
  const add = (key: string, time: EpochMs, count: number) => {
    const place = `${time} ${key}`
    sums.set(place, (sums.get(place) ?? 0) + count)
  }
  for (const { time, key, received: count } of received) {
    if (by !== 'channel') add('', time, count)
    else {
      if (key !== UNKNOWN && channel !== UNKNOWN) add(key, time, count)
      add(UNKNOWN, time, count)
    }
  }
  for (const { time, channel: key, submissions } of discarded) add(by === 'channel' ? key : '', time, submissions)
  return (key: string, time: EpochMs) => sums.get(`${time} ${by === 'channel' ? key : ''}`) ?? 0
}

function keysOf(rows: readonly DiscardedRow[], by: DiscardedSeriesQuestion['by']): string[] {
  return by === undefined ? [''] : [...new Set(rows.map((row) => keyOf(row, by)))].sort()
}

function keyOf(row: DiscardedRow, by: DiscardedSeriesQuestion['by']): string {
  return by === undefined ? '' : row[by]
}

function typicalBytes(row: DiscardedRow | undefined): number | null {
  return row === undefined || row.typicalBytes === 0 ? null : Math.round(row.typicalBytes)
}
