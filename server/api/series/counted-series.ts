import type { Database } from '../../../data/counts/database.ts'
import {
  COUNT_DIMENSIONS,
  COUNT_METRICS,
  type CountDimension,
  type CountFilters,
  type CountMetric,
  type CountQuestion,
} from '../../../data/counts/queries/count-question.ts'
import { type CountAnswer, type CountSeries, readCountSeries } from '../../../data/counts/queries/read-count-series.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { OTHER } from '../../../data/domain/dimensions.ts'
import { type EpochMs, WEEK_MS } from '../../../data/domain/time.ts'
import { wrongParameter } from '../request.ts'
import type { SeriesAnswer } from '../types.ts'
import type { SeriesQuery } from './series-query.ts'

/** So many values of a dimension are looked through for last week's of this week's largest. */
const MOST_PREVIOUS = 1000

export interface CountedPart extends Pick<SeriesAnswer, 'series' | 'coverage' | 'completeness' | 'expected'> {}

/** A question that the counts by dimension answer. */
export interface CountedQuery extends SeriesQuery {
  readonly metric: CountMetric
  readonly by?: CountDimension | undefined
}

/** Null where it is about what was discarded. Throws RequestError where `by` is of another kind of metric. */
export function countedQuery({ metric, by, ...rest }: SeriesQuery): CountedQuery | null {
  const counted = COUNT_METRICS.find((known) => known === metric)
  if (counted === undefined) return null
  if (by === 'cause') throw wrongParameter('by', by, `with metric=${metric} use one of ${COUNT_DIMENSIONS.join(', ')}`)
  return { ...rest, metric: counted, by }
}

/** The series asked for, with what is known of their steps, and what was expected of them. */
export async function countedSeries(
  database: Database,
  asked: CountedQuery,
  time: { readonly now: EpochMs; readonly countedUpTo: EpochMs },
): Promise<CountedPart> {
  const { from, to, step, metric, by = null, top, compare } = asked
  const where = filtersOf(asked)
  const question: CountQuestion = { from, to, step, metric, where, by, top, ...time }
  const weekBefore = { ...question, from: from - WEEK_MS, to: to - WEEK_MS, top: MOST_PREVIOUS }
  const [answer, before, expected] = await Promise.all([
    readCountSeries(database, question),
    compare === 'week' ? readCountSeries(database, weekBefore) : null,
    readExpected(database, asked),
  ])
  return {
    series: withOneRest(answer.series, metric).map((series) => ({
      key: keyOf(asked, where, series),
      values: series.values,
      ...(series.isRest ? { rest_of: series.held } : {}),
      ...(before === null ? {} : previousOf(series, before)),
    })),
    coverage: answer.coverage,
    completeness: answer.states,
    ...(expected === null ? {} : { expected }),
  }
}

function filtersOf(asked: CountedQuery): CountFilters {
  return Object.fromEntries(
    COUNT_DIMENSIONS.flatMap((dimension) => {
      const values = asked[dimension]
      return values === undefined ? [] : [[dimension, values]]
    }),
  )
}

/**
 * Rare values were folded into `OTHER` when they were counted, and may be among the largest together: then they are part of the
 * rest, which is called the same. Not so of rates, which can't be added.
 */
function withOneRest(series: readonly CountSeries[], metric: CountMetric): readonly CountSeries[] {
  const folded = series.find(({ value, isRest }) => value === OTHER && !isRest)
  const rest = series.find(({ isRest }) => isRest)
  if (folded === undefined || rest === undefined || metric === 'invalid_rate') return series
  const values = rest.values.map((value, index) => {
    const other = folded.values[index] ?? null
    return value === null ? other : value + (other ?? 0)
  })
  return [...series.filter((one) => one !== folded && one !== rest), { ...rest, values, held: rest.held + folded.held }]
}

/** What the series is the only value of. */
function keyOf({ by }: CountedQuery, where: CountFilters, { value }: CountSeries): Record<string, string> {
  const single = Object.entries(where).flatMap(([dimension, values]) => {
    const [only] = values
    return values.length === 1 && only !== undefined ? [[dimension, only]] : []
  })
  return { ...Object.fromEntries(single), ...(by === undefined ? {} : { [by]: value ?? OTHER }) }
}

/** Nothing of the rest: last week other values were in it. A value that wasn't there last week had none where anything is known. */
function previousOf(series: CountSeries, before: CountAnswer): { readonly previous?: readonly (number | null)[] } {
  if (series.isRest) return {}
  const same = before.series.find(({ value, isRest }) => value === series.value && !isRest)
  if (same !== undefined) return { previous: same.values }
  const isKnown = before.series.every(({ isRest }) => !isRest)
  return { previous: before.states.map((state) => (isKnown && state !== 'unknown' ? 0 : null)) }
}

/** The judge's own band: only for what it judges, and never computed anew. Null where there is none. */
async function readExpected(database: Database, asked: CountedQuery): Promise<SeriesAnswer['expected'] | null> {
  const { metric, step, by, channel, from, to, times } = asked
  const [only] = channel ?? []
  const isNarrower = COUNT_DIMENSIONS.some((dimension) => dimension !== 'channel' && asked[dimension] !== undefined)
  if (metric !== 'received' || step !== 'hour' || by !== undefined || isNarrower) return null
  if (only === undefined || channel?.length !== 1) return null
  const rows = await readExpectations(database, { from, to, channel: only })
  if (rows.length === 0) return null
  const byHour = new Map(rows.map((row) => [row.hour, row]))
  const column = (name: 'low' | 'mid' | 'high') => times.map((hour) => toThousandth(byHour.get(hour)?.[name]))
  return { low: column('low'), mid: column('mid'), high: column('high') }
}

/** What is beyond says nothing of a number that is estimated, and is half of a long answer. */
function toThousandth(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 1000) / 1000
}
