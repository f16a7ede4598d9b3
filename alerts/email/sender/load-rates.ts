import type { Database } from '../../../data/counts/database.ts'
import { readDiscarded } from '../../../data/counts/queries/read-discarded.ts'
import { readSeries, type SeriesRow } from '../../../data/counts/queries/read-series.ts'
import { UNKNOWN } from '../../../data/domain/dimensions.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import { outsideText } from '../compose/outside-text.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { hourly, isCounted, type Span } from './span.ts'

const MOST_LINES = 4

export type Lines = PictureSpec['lines']

/** Of the problem that the incident is about, or of its build alone; else of all that is invalid. */
export async function loadInvalidRates(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Lines> {
  const { problem, buildId } = incident.series
  const by = buildId !== undefined ? 'build' : problem !== undefined ? 'problem' : undefined
  const channels = incident.channels.includes('*') ? [null] : worstFirst(incident).slice(0, MOST_LINES)
  return Promise.all(
    channels.map(async (channel) => {
      const rows = await readSeries(database, {
        from: span.start,
        to: span.end,
        step: 'hour',
        now: span.end,
        ...(by === undefined ? {} : { by }),
        ...(channel === null ? {} : { channel }),
      })
      const ratios = invalidRatios(rows, { buildId, problem })
      const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? (ratios.get(hour) ?? 0) : null))
      const label = channel === null || channels.length === 1 ? 'invalid' : outsideText(channel, 14)
      return { label, channel: channel ?? '*', values }
    }),
  )
}

function invalidRatios(
  rows: readonly SeriesRow[],
  { buildId, problem }: { buildId: string | undefined; problem: string | undefined },
): ReadonlyMap<EpochMs, number> {
  const sums = new Map<EpochMs, { received: number; invalid: number }>()
  for (const { time, key, received, invalid } of rows) {
    if (buildId !== undefined && key !== buildId) continue
    const sum = sums.get(time) ?? { received: 0, invalid: 0 }
    const isOther = buildId === undefined && problem !== undefined && key !== problem
    sums.set(time, { received: sum.received + received, invalid: sum.invalid + (isOther ? 0 : invalid) })
  }
  return new Map([...sums].flatMap(([time, sum]) => (sum.received > 0 ? [[time, sum.invalid / sum.received]] : [])))
}

/** Where the path names no channel, of what all channels sent: as the judge counts it. */
export async function loadDiscardedShares(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Lines> {
  const range = { from: span.start, to: span.end, step: 'hour' } as const
  const channels = worstFirst(incident).slice(0, MOST_LINES)
  return Promise.all(
    channels.map(async (channel) => {
      const [received, discarded] = await Promise.all([
        readSeries(database, { ...range, now: span.end, ...(channel === UNKNOWN ? {} : { channel }) }),
        readDiscarded(database, { ...range, by: ['cause'], channel }),
      ])
      const sent = new Map(received.map((row) => [row.time, row.received]))
      const ofCause = new Map<EpochMs, number>()
      for (const { time, cause, submissions } of discarded) {
        sent.set(time, (sent.get(time) ?? 0) + submissions)
        if (cause === incident.series.cause) ofCause.set(time, submissions)
      }
      const share = (hour: EpochMs) => (ofCause.get(hour) ?? 0) / Math.max(1, sent.get(hour) ?? 0)
      const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? share(hour) : null))
      return { label: channels.length === 1 ? 'discarded' : outsideText(channel, 14), channel, values }
    }),
  )
}

function worstFirst({ latest, channels }: Incident): string[] {
  const ratioOf = new Map(
    latest.byChannel.map((numbers) => [numbers.channel, numbers.discarded?.ratio ?? numbers.invalidRatio]),
  )
  return [...channels].sort((a, b) => (ratioOf.get(b) ?? 0) - (ratioOf.get(a) ?? 0))
}
