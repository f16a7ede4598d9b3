import { z } from 'zod'
import { COUNT_DIMENSIONS, MINUTE_COUNT_DIMENSIONS } from '../../../data/counts/queries/count-question.ts'
import { STEP_MS, stepsOf } from '../../../data/counts/queries/steps.ts'
import { type EpochMs, isoSeconds } from '../../../data/domain/time.ts'
import { namesParameter, timeParameter, wholeNumberParameter, wrongParameter } from '../request.ts'
import { METRICS, STEPS } from '../schemas/series.ts'
import { DISCARDED_DIMENSIONS } from './discarded-series.ts'

const MOST_STEPS = 20_000
const MOST_SERIES = 100
/** Of one answer: some megabytes of JSON. */
const MOST_VALUES = 250_000
const USUAL_SERIES = 12

const BY = [...COUNT_DIMENSIONS, 'cause'] as const

/** Columns that others tell, too. */
const IMPLIED = ['times', 'completeness'] as const

const filter = (about: string) => namesParameter.optional().describe(about)

export const seriesQuery = z.strictObject({
  metric: z
    .enum(METRICS, `use one of ${METRICS.join(', ')}`)
    .default('received')
    .describe(
      'received: all but duplicates and automation. accepted: converted, at once or later. invalid: could not be read, or had bad histograms; invalid_rate: of what was received. share: of what the channels asked for received; with `by`, of all its values together. discarded: answered 202 for its size and not kept; discarded_rate: of what was sent.',
    ),
  step: z
    .enum(STEPS, `use one of ${STEPS.join(', ')}`)
    .default('hour')
    .describe('Minutes are kept for 48 hours. Weeks begin on Mondays. All in UTC.'),
  from: timeParameter.describe('Widened to whole steps.'),
  to: timeParameter.describe(`Exclusive; widened to whole steps, of which there may be ${MOST_STEPS}.`),
  channel: filter('Only these channels.'),
  reason: filter('Only these reasons.'),
  app: filter('Only these applications.'),
  version: filter('Only these versions of the application.'),
  build: filter('Only these build ids.'),
  outcome: filter('Only these outcomes.'),
  problem: filter('Only these problems.'),
  source: filter('Only what was counted here (`live`), or brought in by these imports.'),
  by: z
    .enum(BY, `use one of ${BY.join(', ')}`)
    .optional()
    .describe(
      `One series for each value, the largest by name, the rest as \`OTHER\`. By minute: ${MINUTE_COUNT_DIMENSIONS.join(', ')}; of what was discarded: ${DISCARDED_DIMENSIONS.join(', ')}.`,
    ),
  top: wholeNumberParameter(1, MOST_SERIES).optional().describe(`So many of them by name; ${USUAL_SERIES} by default.`),
  compare: z
    .enum(['week'], 'use week, or leave it out')
    .optional()
    .describe('With the same seven days before, in `previous`. Not for what was discarded.'),
  leave_out: z
    .preprocess(
      (given) => (typeof given === 'string' ? [given] : given),
      z.array(z.enum(IMPLIED, `use ${IMPLIED.join(' or ')}`)).max(IMPLIED.length),
    )
    .optional()
    .describe(
      'These columns are empty (a table keeps its times): `from` and `step`, and `coverage`, say as much, and they are two thirds of a long answer.',
    ),
})

/** What is asked for, as far as each parameter can be told to be right by itself. */
export type GivenSeriesQuery = z.output<typeof seriesQuery>

export interface SeriesQuery extends GivenSeriesQuery {
  readonly top: number
  /** Starts of the steps, at least one. */
  readonly times: readonly EpochMs[]
  /** Start of the first step, and end of the last. */
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Throws RequestError naming the parameters that don't go together. */
export function wholeSeriesQuery(given: GivenSeriesQuery): SeriesQuery {
  const { from, to, step, by, top = USUAL_SERIES } = given
  if (to <= from) throw wrongParameter('to', isoSeconds(to), `use a time after from (${isoSeconds(from)})`)
  refuseTooMany(given, by === undefined ? 1 : top + 1)
  if (step === 'minute') refuseByMinute(given)
  const times = stepsOf(from, to, step)
  const [first = from] = times
  return { ...given, top, times, from: first, to: (times.at(-1) ?? first) + STEP_MS[step] }
}

function refuseTooMany({ from, to, step, compare }: GivenSeriesQuery, series: number): void {
  // Told before they are listed: two centuries of minutes are a hundred million.
  const steps = Math.ceil((to - from) / STEP_MS[step])
  const most = Math.min(MOST_STEPS, Math.floor(MOST_VALUES / (series * (compare === undefined ? 1 : 2))))
  if (steps <= most) return
  const which = series === 1 ? '' : ` of ${series} series`
  const advice = series === 1 ? 'or a longer step' : 'a longer step, or a smaller top'
  throw wrongParameter(
    'to',
    isoSeconds(to),
    `from and to hold ${steps} steps of one ${step}: use at most ${most}${which}, ${advice}`,
  )
}

function refuseByMinute(given: GivenSeriesQuery): void {
  if (given.metric === 'discarded' || given.metric === 'discarded_rate') {
    throw wrongParameter('step', 'minute', `with metric=${given.metric} use one of hour, day`)
  }
  const known = MINUTE_COUNT_DIMENSIONS
  const allowed = `with step=minute use one of ${known.join(', ')}`
  if (given.by !== undefined && !known.some((dimension) => dimension === given.by)) {
    throw wrongParameter('by', given.by, allowed)
  }
  for (const dimension of COUNT_DIMENSIONS) {
    const asked = given[dimension]
    if (asked !== undefined && !known.includes(dimension)) {
      throw wrongParameter(dimension, asked.join(', '), `not counted by the minute; ${allowed}`)
    }
  }
}
