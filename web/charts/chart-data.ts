import type {
  AnnotationAnswer,
  ChannelAnswer,
  IncidentAnswer,
  SeriesAnswer,
  SilencesAnswer,
} from '../../server/api/types.ts'
import type { ChosenStep, Measure } from '../view/channel-view.ts'
import type { Zone } from '../view/zone.ts'
import { incidentTitle } from '../words/incident.ts'
import { DAY_MS, HOUR_MS } from '../words/time.ts'
import { indexIn, STEP_MS, startsOf, valueAt } from './at-times.ts'
import { byDay, type Columns } from './by-day.ts'
import { type HeldBack, heldBack } from './held-back.ts'
import { lastWeekAt } from './last-week.ts'
import { measured } from './measure.ts'
import type { ChartParts } from './parts.ts'
import { meanOfExpected } from './series-math.ts'
import { isKnown, type Value } from './water.ts'

/** All that a chart of one channel shows, by index of step, ascending; times in epoch milliseconds. */
export interface ChartData {
  readonly channel: string
  readonly from: number
  readonly to: number
  readonly step: ChosenStep
  /** What `seen`, `low`, `mid`, `high`, `ghost` and `running` are in. */
  readonly measure: Measure
  /** Middle of each step: what was counted between two times stands between them. */
  readonly x: readonly number[]
  /** Complete steps only; null is unknown. */
  readonly seen: readonly Value[]
  readonly low: readonly Value[]
  readonly mid: readonly Value[]
  readonly high: readonly Value[]
  /** Last week's, at the same hour of the week; null when it isn't asked for. */
  readonly ghost: readonly Value[] | null
  /** Seen over expected, mean of 24 h; of minutes: of an hour. */
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
  /** What people, tools and the calendar say that happened; by beginning. */
  readonly annotations: readonly ChartAnnotation[]
  /** When mails were held back. */
  readonly heldBack: readonly HeldBack[]
  /** Hours that counts were added to after they had been judged; none where steps are days or minutes. */
  readonly late: readonly LateHour[]
  /** Steps that were listened to in part, as share of their time. */
  readonly partly: readonly Partly[]
  /** The break-down as a lane of its own; null: none. */
  readonly parts: ChartParts | null
}

export interface ChartAnnotation {
  /** As it stands in the answer; of the calendar file, which has no numbers, its place in the answer. */
  readonly key: string
  readonly kind: AnnotationAnswer['kind']
  readonly text: string
  readonly from: number
  /** Null: a moment. */
  readonly to: number | null
  readonly author: string
  readonly link: string | null
}

export interface Partly {
  readonly from: number
  readonly to: number
  /** 0 to 1, both excluded. */
  readonly coverage: number
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

/** Of history before the shown range, for the means that its first steps need. */
export function leadMs(step: SeriesAnswer['step']): number {
  return step === 'minute' ? HOUR_MS : DAY_MS
}

export interface LateHour {
  /** Start of the hour. */
  readonly at: number
  readonly addedAt: number
}

function lateHours(hours: ChannelAnswer['late_hours']): readonly LateHour[] {
  return hours.map(({ hour, added_at: addedAt }) => ({ at: Date.parse(hour), addedAt: Date.parse(addedAt) }))
}

export interface ChartInput {
  readonly from: number
  readonly to: number
  readonly step: ChosenStep
  /** Hourly also where days are shown (by minute, or by day where hours would be too many), from `leadMs` before `from`. */
  readonly received: SeriesAnswer
  readonly invalid: SeriesAnswer
  /** As `received`, a week earlier (an hour more at both ends where clocks may have changed), without lead. */
  readonly ghost: SeriesAnswer | null
  readonly facts: Pick<ChannelAnswer, 'incidents' | 'gaps' | 'builds'> & Partial<Pick<ChannelAnswer, 'late_hours'>>
  readonly channel: string
  readonly countedUpTo: number
  /** Whose clock tells which hour of last week is the same; default UTC. */
  readonly zone?: Zone
  /** Where minutes are shown: the hours, which carry the expectation. */
  readonly hours?: SeriesAnswer | null
  /** How submissions are measured, and for shares what all channels received, as `received`. Default: counted. */
  readonly measure?: Measure
  readonly all?: SeriesAnswer | null
  /** Last week's of all channels, as `ghost`: what last week's shares are of. */
  readonly ghostOfAll?: SeriesAnswer | null
  readonly annotations?: readonly AnnotationAnswer[]
  readonly silences?: SilencesAnswer['silences']
  readonly parts?: ChartParts | null
}

export function chartData(input: ChartInput): ChartData {
  const { received, step, from, to, countedUpTo, zone = 'utc' } = input
  const fine = fineColumns(input)
  const columns = step === 'day' && received.step === 'hour' ? byDay(fine) : fine
  const stepMs = STEP_MS[step]
  const first = columns.times.findIndex((time) => time >= from)
  const after = columns.times.findIndex((time) => time >= to)
  const cut = <T>(values: readonly T[]): readonly T[] =>
    first < 0 ? [] : values.slice(first, after < 0 ? undefined : after)
  const starts = cut(columns.times)
  const runningIndex = starts.findIndex((time) => time <= countedUpTo && time + stepMs > countedUpTo)
  const runningValue = runningIndex < 0 ? null : cut(columns.soFar)[runningIndex]
  const firstIncomplete = starts.findIndex((time) => time + stepMs > countedUpTo)
  // A day that is not over has complete hours, and still is no day to compare.
  const onlyWhole = (values: readonly Value[]): readonly Value[] =>
    firstIncomplete < 0
      ? values
      : values.slice(0, firstIncomplete).concat(starts.slice(firstIncomplete).map(() => null))
  const data: ChartData = {
    channel: input.channel,
    from,
    to,
    step,
    measure: 'count',
    x: starts.map((time) => time + stepMs / 2),
    seen: onlyWhole(cut(columns.seen)),
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
    annotations: (input.annotations ?? []).map(chartAnnotation),
    heldBack: heldBack({
      silences: input.silences ?? [],
      annotations: input.annotations ?? [],
      incidents: input.facts.incidents,
      channel: input.channel,
    }),
    late: step === 'hour' ? lateHours(input.facts.late_hours ?? []) : [],
    partly: partlyCovered(received, countedUpTo),
    parts: input.parts ?? null,
  }
  return measured(data, input.measure ?? 'count', { now: cut(columns.all), lastWeek: cut(columns.ghostOfAll) })

  function fineColumns({ hours = null, all = null, ghostOfAll = null, ghost, invalid }: ChartInput): Columns {
    const times = startsOf(received)
    const counts = received.series[0]?.values ?? []
    const running = times.findIndex((time) => time + STEP_MS[received.step] > countedUpTo)
    const complete = running < 0 ? times.length : running
    const seen = counts.map((value, index) => (index < complete ? value : null))
    const expected = expectedAt(received, hours, times)
    const invalidAt = valueAt(invalid)
    // Two years have thousands of hours: what nobody asked for is no column.
    const where = (answer: SeriesAnswer | null, at: (time: number) => Value): readonly Value[] =>
      answer === null ? [] : times.map(at)
    const minutes = received.step === 'minute'
    return {
      times,
      seen,
      soFar: counts.map((value, index) => (index < complete ? null : value)),
      ...expected,
      ghost: where(ghost, lastWeekAt(ghost, zone)),
      residual: received.step === 'day' ? times.map(() => null) : meanOfExpected(seen, expected.mid, minutes ? 60 : 24),
      invalid: times.map((time, index) => (index < complete ? invalidAt(time) : null)),
      all: where(all, valueAt(all)),
      ghostOfAll: where(ghostOfAll, lastWeekAt(ghostOfAll, zone)),
    }
  }
}

/** The judge expects hours: of a minute it expects a sixtieth. */
function expectedAt(
  received: SeriesAnswer,
  hours: SeriesAnswer | null,
  times: readonly number[],
): Pick<Columns, 'low' | 'mid' | 'high'> {
  const none: readonly Value[] = times.map(() => null)
  if (received.step !== 'minute') return received.expected ?? { low: none, mid: none, high: none }
  const expected = hours?.expected
  if (hours === null || expected === undefined) return { low: none, mid: none, high: none }
  const indexes = times.map(indexIn(hours))
  const sixtieth = (values: readonly Value[]): readonly Value[] =>
    indexes.map((index) => {
      const value = values[index]
      return isKnown(value) ? value / MINUTES_OF_HOUR : null
    })
  return { low: sixtieth(expected.low), mid: sixtieth(expected.mid), high: sixtieth(expected.high) }
}

const MINUTES_OF_HOUR = 60

/** Closer to 0 or 1, a restart of a receiver would be marked. */
const PARTLY = { least: 0.01, most: 0.95 } as const

function partlyCovered(received: SeriesAnswer, countedUpTo: number): readonly Partly[] {
  const stepMs = STEP_MS[received.step]
  const first = Date.parse(received.from)
  // Of minutes and days it says little: a minute is soon lost, and a day has its hours.
  if (received.step !== 'hour') return []
  return received.coverage.flatMap((coverage, index) => {
    const from = first + index * stepMs
    const isPartly = coverage > PARTLY.least && coverage < PARTLY.most && from + stepMs <= countedUpTo
    return isPartly ? [{ from, to: from + stepMs, coverage }] : []
  })
}

function chartAnnotation(annotation: AnnotationAnswer, index: number): ChartAnnotation {
  return {
    key: annotation.id === null ? `calendar ${index}` : String(annotation.id),
    kind: annotation.kind,
    text: annotation.text,
    from: Date.parse(annotation.from),
    to: annotation.to === null ? null : Date.parse(annotation.to),
    author: annotation.author,
    link: annotation.link ?? null,
  }
}

/** Under a quarter of a step its pace is mostly chance: one submission in five minutes is not twelve an hour. */
export const LEAST_PACE_SHARE = 1 / 4

function runningStep(index: number, value: number, ageMs: number, stepMs: number): Running {
  const share = ageMs / stepMs
  return { index, value, ageMs, pace: share < LEAST_PACE_SHARE ? null : value / share }
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
