import { Hono } from 'hono'
import { z } from 'zod'
import type { Database } from '../../../data/counts/database.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readMissingReceivers } from '../../../data/counts/queries/read-missing-receivers.ts'
import {
  MINUTE_DIMENSIONS,
  readSeries,
  SERIES_DIMENSIONS,
  SERIES_STEPS,
  type SeriesDimension,
  type SeriesRow,
  type SeriesStep,
} from '../../../data/counts/queries/read-series.ts'
import { OTHER } from '../../../data/domain/dimensions.ts'
import { type EpochMs, isoSeconds } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { nameParameter, parseQuery, RequestError, timeParameter } from '../request.ts'
import type { Metric, SeriesAnswer } from '../types.ts'
import { DISCARDED_DIMENSIONS, discardedSeries } from './discarded-series.ts'

const MOST_STEPS = 20_000
const MOST_KEYS = 12

const METRICS: readonly Metric[] = ['received', 'accepted', 'invalid', 'invalid_rate', 'discarded', 'discarded_rate']
const DIMENSIONS = [...SERIES_DIMENSIONS, 'cause'] as const
const STEPS = ['minute', 'hour', 'day'] as const satisfies readonly SeriesStep[]

const query = z.object({
  metric: z.enum(METRICS, `use one of ${METRICS.join(', ')}`).default('received'),
  step: z.enum(STEPS, `use one of ${STEPS.join(', ')}`).default('hour'),
  from: timeParameter,
  to: timeParameter,
  channel: nameParameter.optional(),
  by: z.enum(DIMENSIONS, `use one of ${DIMENSIONS.join(', ')}`).optional(),
})

type SeriesQuery = z.infer<typeof query>

/** `GET /series`: one metric over time, in columns. */
export function seriesRoute(api: ApiContext): Hono {
  return new Hono().get('/series', async (context) => context.json(await seriesAnswer(api, parseQuery(context, query))))
}

async function seriesAnswer(api: ApiContext, given: SeriesQuery): Promise<SeriesAnswer> {
  const asked = countedQuery(given)
  return asked === null ? discardedAnswer(api, given) : countedAnswer(api, asked)
}

/** A question that the counts by dimension answer. */
interface CountedQuery extends SeriesQuery {
  readonly metric: Exclude<Metric, 'discarded' | 'discarded_rate'>
  readonly by?: SeriesDimension | undefined
}

/** Null where it is about what was discarded. */
function countedQuery({ metric, by, ...rest }: SeriesQuery): CountedQuery | null {
  if (metric === 'discarded' || metric === 'discarded_rate') return null
  if (by === 'cause') {
    throw new RequestError(400, `by is "cause": with metric=${metric} use one of ${SERIES_DIMENSIONS.join(', ')}`)
  }
  return { ...rest, metric, by }
}

async function discardedAnswer(api: ApiContext, asked: SeriesQuery): Promise<SeriesAnswer> {
  const { metric, step, by, channel } = asked
  if (step === 'minute') throw new RequestError(400, `step is "minute": with metric=${metric} use one of hour, day`)
  const dimension = DISCARDED_DIMENSIONS.find((known) => known === by)
  if (dimension !== by) {
    throw new RequestError(400, `by is "${by}": with metric=${metric} use one of ${DISCARDED_DIMENSIONS.join(', ')}`)
  }
  const times = stepTimes(asked)
  const from = times[0] ?? asked.from
  const to = (times.at(-1) ?? asked.from) + SERIES_STEPS[step]
  const coverage = await readCoverage(api.database, from, SERIES_STEPS[step], times.length)
  const series = await discardedSeries(api.database, {
    metric: metric === 'discarded' ? metric : 'discarded_rate',
    step,
    times,
    to,
    channel,
    by: dimension,
    now: api.now(),
    coverage,
  })
  const missing = await missingOf(api.database, { from, to })
  return {
    from: isoSeconds(from),
    to: isoSeconds(to),
    step,
    times: times.map(isoSeconds),
    series,
    coverage,
    ...missing,
  }
}

async function countedAnswer(api: ApiContext, asked: CountedQuery): Promise<SeriesAnswer> {
  const times = stepTimes(asked)
  const range = { from: times[0] ?? asked.from, to: (times.at(-1) ?? asked.from) + SERIES_STEPS[asked.step] }
  const now = api.now()
  const rows = await readSeries(api.database, {
    ...range,
    step: asked.step,
    now,
    ...(asked.channel === undefined ? {} : { channel: asked.channel }),
    ...(asked.by === undefined ? {} : { by: asked.by }),
  })
  const coverage = await readCoverage(api.database, range.from, SERIES_STEPS[asked.step], times.length, {
    // Imports bring hours: of their minutes nothing is known.
    isLiveOnly: asked.step === 'minute',
  })
  const expected = await expectedOf(api.database, asked, range, times)
  return {
    from: isoSeconds(range.from),
    to: isoSeconds(range.to),
    step: asked.step,
    times: times.map(isoSeconds),
    series: columns(asked, rows, times, { coverage, now }),
    ...(expected === undefined ? {} : { expected }),
    coverage,
    ...(await missingOf(api.database, range)),
  }
}

async function missingOf(
  database: Database,
  range: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<Pick<SeriesAnswer, 'missing'>> {
  const missing = await readMissingReceivers(database, range.from, range.to)
  if (missing.length === 0) return {}
  return {
    missing: missing.map(({ receiver, from, to }) => ({ receiver, from: isoSeconds(from), to: isoSeconds(to) })),
  }
}

function stepTimes(asked: Pick<SeriesQuery, 'from' | 'to' | 'step' | 'by'>): EpochMs[] {
  const stepMs = SERIES_STEPS[asked.step]
  const first = Math.floor(asked.from / stepMs) * stepMs
  const count = Math.ceil((asked.to - first) / stepMs)
  if (asked.to <= asked.from) {
    throw new RequestError(400, `to is ${isoSeconds(asked.to)}: use a time after from (${isoSeconds(asked.from)})`)
  }
  if (count > MOST_STEPS) {
    throw new RequestError(
      400,
      `from and to hold ${count} steps of one ${asked.step}: use at most ${MOST_STEPS}, or a longer step`,
    )
  }
  if (asked.step === 'minute' && asked.by !== undefined && !MINUTE_DIMENSIONS.some((known) => known === asked.by)) {
    throw new RequestError(400, `by is "${asked.by}": with step=minute use one of ${MINUTE_DIMENSIONS.join(', ')}`)
  }
  return Array.from({ length: count }, (_, i) => first + i * stepMs)
}

/** A step nobody listened in, or that hasn't begun, is null; a covered one without rows is zero. */
function columns(
  asked: CountedQuery,
  rows: readonly SeriesRow[],
  times: readonly EpochMs[],
  known: { readonly coverage: readonly number[]; readonly now: EpochMs },
): SeriesAnswer['series'] {
  const indexOf = new Map(times.map((time, index) => [time, index]))
  const keyOf = foldedKeys(rows, asked.by)
  const sums = new Map<string, { received: number[]; metric: number[] }>()
  const sumsOf = (key: string) => {
    const found = sums.get(key)
    if (found !== undefined) return found
    const made = { received: times.map(() => 0), metric: times.map(() => 0) }
    sums.set(key, made)
    return made
  }
  if (asked.by === undefined) sumsOf('')
  const seenAt = times.map(() => false)
  for (const row of rows) {
    const index = indexOf.get(row.time)
    if (index === undefined) continue
    seenAt[index] = true
    const sum = sumsOf(keyOf(row.key))
    sum.received[index] = (sum.received[index] ?? 0) + row.received
    sum.metric[index] = (sum.metric[index] ?? 0) + metricOf(asked.metric, row)
  }
  const isKnown = times.map((time, i) => time < known.now && ((known.coverage[i] ?? 0) > 0 || seenAt[i] === true))
  return [...sums].map(([key, sum]) => ({
    key: {
      ...(asked.channel === undefined ? {} : { channel: asked.channel }),
      ...(asked.by === undefined ? {} : { [asked.by]: key }),
    },
    values: times.map((_, i) => {
      if (isKnown[i] !== true) return null
      const value = sum.metric[i] ?? 0
      if (asked.metric !== 'invalid_rate') return value
      const received = sum.received[i] ?? 0
      return received > 0 ? value / received : null
    }),
  }))
}

function metricOf(metric: Metric, row: SeriesRow): number {
  if (metric === 'received') return row.received
  if (metric === 'accepted') return row.accepted
  return row.invalid
}

/** The largest keys keep their names; the rest are `OTHER` together. */
function foldedKeys(rows: readonly SeriesRow[], by: SeriesDimension | undefined): (key: string) => string {
  if (by === undefined) return () => ''
  const totals = new Map<string, number>()
  for (const row of rows) totals.set(row.key, (totals.get(row.key) ?? 0) + row.received)
  const largest = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, MOST_KEYS)
  const kept = new Set(largest.map(([key]) => key))
  return (key) => (kept.has(key) ? key : OTHER)
}

/** The judge's own band: only for what it judges, and never computed anew. */
async function expectedOf(
  database: Database,
  asked: CountedQuery,
  range: { readonly from: EpochMs; readonly to: EpochMs },
  times: readonly EpochMs[],
): Promise<SeriesAnswer['expected']> {
  const judged = asked.metric === 'received' && asked.step === 'hour' && asked.by === undefined
  if (!judged || asked.channel === undefined) return undefined
  const rows = await readExpectations(database, { ...range, channel: asked.channel })
  if (rows.length === 0) return undefined
  const byHour = new Map(rows.map((row) => [row.hour, row]))
  const column = (name: 'low' | 'mid' | 'high') => times.map((time) => byHour.get(time)?.[name] ?? null)
  return { low: column('low'), mid: column('mid'), high: column('high') }
}
