import type { Database } from '../../../data/counts/database.ts'
import { readHourlyCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readLosses } from '../../../data/counts/queries/read-losses.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { ChannelWeek, DigestFacts } from '../compose/digest-content.ts'
import type { Digest } from '../mail-body.ts'
import { isCounted } from './span.ts'

const DAYS = 7

/** Every channel with its week up to `until`, and what became of what was received since `since`. */
export async function loadDigestFacts(
  database: Database,
  { since, until }: Pick<Digest, 'since' | 'until'>,
): Promise<Pick<DigestFacts, 'weeks' | 'losses'>> {
  const to = startOfHour(until)
  const from = to - DAYS * DAY_MS
  // The digest before told of whole hours, up to the one in which it was decided.
  const fresh = startOfHour(since)
  const [rows, bands, coverage, losses] = await Promise.all([
    readSeries(database, { from, to, step: 'hour', by: 'channel', now: to }),
    readExpectations(database, { from, to }),
    readHourlyCoverage(database, from, to),
    readLosses(database, { from: fresh, to, channels: null, now: to }),
  ])
  const isHourCounted = (hour: EpochMs) => isCounted(coverage[(hour - from) / HOUR_MS])
  const sums = new Map<string, Sums>()
  const of = (channel: string) => {
    const known = sums.get(channel) ?? emptySums()
    sums.set(channel, known)
    return known
  }
  for (const { key, time, received, invalid } of rows) {
    const sum = of(key)
    if (time >= fresh) {
      sum.received += received
      sum.invalid += invalid
    }
    const day = sum.days[Math.floor((time - from) / DAY_MS)]
    if (day !== undefined && isHourCounted(time)) day.seen += received
  }
  for (const { channel, hour, mid } of bands) {
    const sum = of(channel)
    if (!isHourCounted(hour)) continue
    if (hour >= fresh) sum.expected = (sum.expected ?? 0) + mid
    const day = sum.days[Math.floor((hour - from) / DAY_MS)]
    if (day !== undefined) day.expected += mid
  }
  return { weeks: [...sums].map(weekOf).sort((a, b) => b.received - a.received), losses }
}

interface Sums {
  received: number
  invalid: number
  expected: number | null
  readonly days: { seen: number; expected: number }[]
}

function emptySums(): Sums {
  const days = Array.from({ length: DAYS }, () => ({ seen: 0, expected: 0 }))
  return { received: 0, invalid: 0, expected: null, days }
}

function weekOf([channel, { received, invalid, expected, days }]: [string, Sums]): ChannelWeek {
  const ratios = days.map((day) => (day.expected > 0 ? day.seen / day.expected : null))
  return { channel, received, invalid, expected, days: ratios }
}
