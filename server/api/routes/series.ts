import type { Database } from '../../../data/counts/database.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readMissingReceivers } from '../../../data/counts/queries/read-missing-receivers.ts'
import { STEP_MS } from '../../../data/counts/queries/steps.ts'
import { isoSeconds, WEEK_MS } from '../../../data/domain/time.ts'
import { countsStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { completenessOf } from '../completeness.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { wrongParameter } from '../request.ts'
import { seriesAnswer } from '../schemas/series.ts'
import { countedQuery, countedSeries } from '../series/counted-series.ts'
import { DISCARDED_DIMENSIONS, discardedSeries } from '../series/discarded-series.ts'
import { type SeriesQuery, seriesQuery, wholeSeriesQuery } from '../series/series-query.ts'
import { seriesTable } from '../series/series-table.ts'
import type { SeriesAnswer } from '../types.ts'

/** One metric over time, in columns. */
export function seriesOperation(api: ApiContext): Operation {
  return valueOperation({
    path: '/series',
    id: 'getSeries',
    group: 'Counts',
    summary: 'One metric over time, in columns: chosen and broken down by any dimension.',
    about:
      'A filter may be given several times: any of its values will do, and every filter must hold. A step that nobody listened in, or that has not begun, is null.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query: seriesQuery,
    answer: seriesAnswer,
    keep(given) {
      const asked = wholeSeriesQuery(given)
      const from = asked.compare === undefined ? asked.from : asked.from - WEEK_MS
      return countsStamp(api, { from, to: asked.to, stepMs: STEP_MS[asked.step] })
    },
    load: async (given) => without(await answer(api, wholeSeriesQuery(given)), given.leave_out),
    csv: seriesTable,
  })
}

function without(answer: SeriesAnswer, columns: SeriesQuery['leave_out']): SeriesAnswer {
  return columns === undefined ? answer : { ...answer, ...Object.fromEntries(columns.map((column) => [column, []])) }
}

async function answer(api: ApiContext, asked: SeriesQuery): Promise<SeriesAnswer> {
  const { from, to, metric, step, times } = asked
  const counted = countedQuery(asked)
  const time = { now: api.now(), countedUpTo: Date.parse(api.freshness().counted_up_to) }
  const [part, missing] = await Promise.all([
    counted === null ? discardedPart(api.database, asked, time) : countedSeries(api.database, counted, time),
    readMissingReceivers(api.database, from, to),
  ])
  return {
    from: isoSeconds(from),
    to: isoSeconds(to),
    metric,
    step,
    times: times.map(isoSeconds),
    ...part,
    ...(missing.length === 0
      ? {}
      : { missing: missing.map((one) => ({ ...one, from: isoSeconds(one.from), to: isoSeconds(one.to) })) }),
  }
}

async function discardedPart(
  database: Database,
  asked: SeriesQuery,
  { now, countedUpTo }: { readonly now: number; readonly countedUpTo: number },
): Promise<Pick<SeriesAnswer, 'series' | 'coverage' | 'completeness'>> {
  const { metric, step, by, from, to, times } = asked
  const dimension = DISCARDED_DIMENSIONS.find((known) => known === by)
  if (step === 'minute' || step === 'week') throw notOfDiscarded(metric, 'step', step, ['hour', 'day'])
  if (dimension !== by) throw notOfDiscarded(metric, 'by', by ?? '', DISCARDED_DIMENSIONS)
  const coverage = await readCoverage(database, from, STEP_MS[step], times.length)
  const series = await discardedSeries(database, {
    metric: metric === 'discarded' ? metric : 'discarded_rate',
    step,
    times,
    to,
    channel: onlyChannel(asked),
    by: dimension,
    now,
    coverage,
  })
  return { series, coverage, completeness: completenessOf({ from, stepMs: STEP_MS[step], coverage, countedUpTo }) }
}

/** Of what was discarded, nothing is known but its channel and its cause. */
function onlyChannel({ metric, channel, compare, ...others }: SeriesQuery): string | undefined {
  for (const name of ['reason', 'app', 'version', 'build', 'outcome', 'problem', 'source'] as const) {
    const asked = others[name]
    if (asked !== undefined)
      throw wrongParameter(name, asked.join(', '), `not known with metric=${metric}; use channel`)
  }
  if (compare !== undefined) throw wrongParameter('compare', compare, `leave it out with metric=${metric}`)
  if (channel !== undefined && channel.length > 1) {
    throw wrongParameter('channel', channel.join(', '), `with metric=${metric} give it once`)
  }
  return channel?.[0]
}

function notOfDiscarded(metric: string, parameter: string, value: string, allowed: readonly string[]) {
  return wrongParameter(parameter, value, `with metric=${metric} use one of ${allowed.join(', ')}`)
}
