import type { ChannelAnswer, IncidentAnswer, SeriesAnswer } from '../../server/api/types.ts'
import type { ChosenStep } from '../view/channel-view.ts'
import { incidentTitle } from '../words/incident.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../words/time.ts'
import { ofExpectedByDay, sumBy } from './series-math.ts'
import { isKnown, type Value } from './water.ts'

/** All that a chart of one channel shows, by index of step, ascending; times in epoch milliseconds. */
export interface ChartData {
  readonly channel: string
  readonly from: number
  readonly to: number
  readonly step: ChosenStep
  /** Middle of each step: what was counted between two times stands between them. */
  readonly x: readonly number[]
  /** Complete steps only; null is unknown. */
  readonly seen: readonly Value[]
  readonly low: readonly Value[]
  readonly mid: readonly Value[]
  readonly high: readonly Value[]
  /** Last week's, at the same hour of the week; null when it isn't asked for. */
  readonly ghost: readonly Value[] | null
  /** Seen over expected, mean of 24 h. */
  readonly ofExpected: readonly Value[]
  /** 0 to 1. */
  readonly invalid: readonly Value[]
  /** The step that isn't over: what came so far; never compared with whole steps. */
  readonly running: Running | null
  /** First index that isn't complete: water from here on is forecast. */
  readonly complete: number
  /** Counted up to here; the "now" line. */
  readonly now: number
  readonly gaps: readonly ChartGap[]
  readonly incidents: readonly ChartIncident[]
  readonly builds: readonly ChartBuild[]
}

export interface Running {
  readonly index: number
  readonly value: number
  readonly ageMs: number
  /** What the whole step would have at this pace: where its dotted tail ends, at the time of now. Null: too early. */
  readonly pace: number | null
}

export interface ChartGap {
  readonly from: number
  readonly to: number
  readonly reason: string
}

export interface ChartIncident {
  readonly id: number
  readonly group: IncidentAnswer['group']
  readonly from: number
  readonly to: number
  readonly open: boolean
  readonly label: string
}

export interface ChartBuild {
  readonly id: string
  readonly at: number
  readonly blamed: boolean
}

/** Hours of history before the shown range that the 24 h mean needs. */
export const LEAD_MS = DAY_MS

/** Of a step, for it to stand as last week's line. */
const LEAST_COVERAGE = 0.95

const STEP_MS: Readonly<Record<SeriesAnswer['step'], number>> = {
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
}

export interface ChartInput {
  readonly from: number
  readonly to: number
  readonly step: ChosenStep
  /** Hourly also where days are shown (by minute, or by day where hours would be too many), from LEAD_MS before `from`. */
  readonly received: SeriesAnswer
  readonly invalid: SeriesAnswer
  /** As `received`, a week earlier, without lead. */
  readonly ghost: SeriesAnswer | null
  readonly facts: Pick<ChannelAnswer, 'incidents' | 'gaps' | 'builds'>
  readonly channel: string
  readonly countedUpTo: number
}

export function chartData(input: ChartInput): ChartData {
  const { received, step, from, to, countedUpTo } = input
  const times = received.times.map((time) => Date.parse(time))
  const counts = received.series[0]?.values ?? []
  const none: readonly Value[] = times.map(() => null)
  const expected = received.expected ?? { low: none, mid: none, high: none }
  const fine = STEP_MS[received.step]
  const complete = times.map((time) => time + fine <= countedUpTo)
  const hourly = {
    times,
    seen: counts.map((value, index) => (complete[index] ? value : null)),
    soFar: counts.map((value, index) => (complete[index] ? null : value)),
    low: expected.low,
    mid: expected.mid,
    high: expected.high,
  }
  const residual = received.step === 'hour' ? ofExpectedByDay(hourly.seen, hourly.mid) : none
  const ghostAt = valuesByTime(input.ghost, 7 * DAY_MS)
  const invalidAt = valuesByTime(input.invalid, 0)
  const fineColumns = {
    ...hourly,
    ghost: times.map((time) => ghostAt.get(time) ?? null),
    residual,
    invalid: times.map((time, index) => (complete[index] ? (invalidAt.get(time) ?? null) : null)),
  }
  const columns = step === 'day' && received.step === 'hour' ? byDay(fineColumns) : fineColumns
  const stepMs = STEP_MS[step]
  const first = columns.times.findIndex((time) => time >= from)
  const after = columns.times.findIndex((time) => time >= to)
  const cut = <T>(values: readonly T[]): readonly T[] =>
    first < 0 ? [] : values.slice(first, after < 0 ? undefined : after)
  const starts = cut(columns.times)
  const seen = cut(columns.seen)
  const runningIndex = starts.findIndex((time) => time <= countedUpTo && time + stepMs > countedUpTo)
  const runningValue = runningIndex < 0 ? null : cut(columns.soFar)[runningIndex]
  const firstIncomplete = starts.findIndex((time) => time + stepMs > countedUpTo)
  // A day that is not over has complete hours, and still is no day to compare.
  const onlyWhole = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => (firstIncomplete >= 0 && index >= firstIncomplete ? null : value))
  return {
    channel: input.channel,
    from,
    to,
    step,
    x: starts.map((time) => time + stepMs / 2),
    seen: onlyWhole(seen),
    low: cut(columns.low),
    mid: cut(columns.mid),
    high: cut(columns.high),
    ghost: input.ghost === null ? null : cut(columns.ghost),
    ofExpected: onlyWhole(cut(columns.residual)),
    invalid: onlyWhole(cut(columns.invalid)),
    running: isKnown(runningValue)
      ? runningStep(runningIndex, runningValue, countedUpTo - (starts[runningIndex] ?? countedUpTo), stepMs)
      : null,
    complete: firstIncomplete < 0 ? starts.length : firstIncomplete,
    now: countedUpTo,
    gaps: input.facts.gaps.map((gap) => ({ from: Date.parse(gap.from), to: Date.parse(gap.to), reason: gap.reason })),
    incidents: input.facts.incidents.map((incident) => chartIncident(incident, countedUpTo)),
    builds: input.facts.builds.map((build) => ({
      id: build.build_id,
      at: Date.parse(build.first_seen),
      blamed: build.blamed,
    })),
  }
}

/** Under a quarter of a step its pace is mostly chance: one submission in five minutes is not twelve an hour. */
export const LEAST_PACE_SHARE = 1 / 4

function runningStep(index: number, value: number, ageMs: number, stepMs: number): Running {
  const share = ageMs / stepMs
  return { index, value, ageMs, pace: share < LEAST_PACE_SHARE ? null : value / share }
}

/** Days are whole days of UTC, as the API counts them; their shores are the sums of their hours' shores. */
function byDay<
  T extends Record<'seen' | 'soFar' | 'low' | 'mid' | 'high' | 'ghost' | 'residual' | 'invalid', readonly Value[]>,
>(hourly: T & { readonly times: readonly number[] }): T & { readonly times: readonly number[] } {
  const days: number[] = []
  const groupOf = hourly.times.map((time) => {
    const start = Math.floor(time / DAY_MS) * DAY_MS
    if (days.at(-1) !== start) days.push(start)
    return days.length - 1
  })
  const hours = sumBy(
    hourly.times.map(() => 1),
    groupOf,
    days.length,
  )
  const sum = (values: readonly Value[]): readonly Value[] => sumBy(values, groupOf, days.length)
  /** Of days that lie in the answer as a whole: the last one's water would end in a fall. */
  const wholeSum = (values: readonly Value[]): readonly Value[] =>
    sum(values).map((value, day) => (hours[day] === HOURS_OF_DAY ? value : null))
  // An hour that nobody counted is missing from what was seen: it may not be expected either.
  const lastKnown = hourly.seen.findLastIndex(isKnown)
  const expected = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => (index <= lastKnown && !isKnown(hourly.seen[index]) ? null : value))
  const whereSeen = (values: readonly Value[]): readonly Value[] =>
    values.map((value, index) => (isKnown(hourly.seen[index]) ? value : null))
  const seen = sum(hourly.seen)
  const soFar = sum(hourly.soFar)
  const invalid = sum(hourly.invalid.map((value, index) => (isKnown(value) ? value * (hourly.seen[index] ?? 0) : null)))
  return {
    ...hourly,
    times: days,
    seen,
    soFar: soFar.map((value, day) => (isKnown(value) ? value + (seen[day] ?? 0) : null)),
    low: wholeSum(expected(hourly.low)),
    mid: wholeSum(expected(hourly.mid)),
    high: wholeSum(expected(hourly.high)),
    ghost: wholeSum(hourly.ghost),
    residual: ratios(seen, sum(whereSeen(hourly.mid))),
    invalid: ratios(invalid, seen),
  }
}

const HOURS_OF_DAY = 24

function ratios(parts: readonly Value[], wholes: readonly Value[]): readonly Value[] {
  return parts.map((part, index) => {
    const whole = wholes[index]
    return isKnown(part) && isKnown(whole) && whole > 0 ? part / whole : null
  })
}

function chartIncident(incident: IncidentAnswer, now: number): ChartIncident {
  const end = incident.end ?? incident.resolved_at
  return {
    id: incident.id,
    group: incident.group,
    from: Date.parse(incident.start),
    to: end === null ? now : Date.parse(end),
    open: incident.state === 'open' || incident.state === 'recovering',
    label: incidentTitle(incident),
  }
}

/** Values of the first series by their time, moved by `shiftMs`. */
function valuesByTime(answer: SeriesAnswer | null, shiftMs: number): ReadonlyMap<number, Value> {
  const values = answer?.series[0]?.values ?? []
  // What was listened to in part can't be compared: it is left out.
  const isWhole = (index: number): boolean => (answer?.coverage[index] ?? 0) >= LEAST_COVERAGE
  return new Map(
    (answer?.times ?? []).map((time, index) => [
      Date.parse(time) + shiftMs,
      shiftMs === 0 || isWhole(index) ? (values[index] ?? null) : null,
    ]),
  )
}
