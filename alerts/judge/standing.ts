import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { explainDiscarded } from '../explain/explain-discarded.ts'
import { explainEverywhere } from '../explain/explain-everywhere.ts'
import { explainInvalid } from '../explain/explain-invalid.ts'
import { explainVolume } from '../explain/explain-volume.ts'
import type { Explanation } from '../finding.ts'
import type { AcceptedLevel, ChannelNumbers, Incident, IncidentGroup, IncidentNumbers } from '../incident.ts'
import type { ChannelCounts } from './builds.ts'
import { joinedDiscarded } from './detect-discarded.ts'
import { type ChannelMemory, type JudgeMemory, WINDOWS } from './memory.ts'
import { estimateEnd, type Measured, type Meter, meterOf, type Totals, totalsOf } from './meter.ts'
import { concerns, LEAST_COVERAGE } from './observe.ts'
import type { Standing } from './verdict.ts'
import { at, DAY_HOURS, type HourNumber, NOISE_HOURS, place, toHourNumber, toTime, WEEK_HOURS } from './window.ts'

export interface JudgedChannel {
  readonly channel: ChannelMemory
  readonly source: ChannelCounts
}

/** How an open incident stands after `hour`, everything counted anew; null where the hour says nothing about it. */
export function standingOf(incident: Incident, channels: readonly JudgedChannel[], hour: HourNumber): Standing | null {
  const concerned = channels.filter(({ channel }) => concerns(incident, channel.name))
  const measured = { group: incident.group, series: incident.series, isEverywhere: incident.channels.includes('*') }
  const meters = concerned.map(({ channel, source }) => meterOf(channel, source, measured))
  if (meters.length === 0) return null
  // Residuals reach no further back than four weeks; what a longer incident lost before that is left out.
  const start = Math.max(toHourNumber(incident.start), hour - NOISE_HOURS)
  const ends = concerned.map((judged) =>
    Math.max(...endMeters(judged, measured).map((meter) => estimateEnd(meter, start, hour))),
  )
  const end = commonEnd(ends)
  const last = Math.max(start, end - 1)
  const totals = meters.map((meter) => totalsOf(meter, start, last))
  const whole = addTotals(totals)
  const numbers = numbersOf(meters, hour, whole, incident.group)
  return {
    incident: incident.id,
    calmHours: hoursKnown(meters, end, hour),
    estimatedEnd: toTime(end),
    missing: Math.max(0, whole.lost),
    peakMissing: whole.peak,
    numbers,
    wholeRatio: isRate(incident.group) && whole.base > 0 ? whole.part / whole.base : 0,
    explanation: explain(incident, concerned, { start, hour: last }),
    settledLevel: settledLevel(incident, concerned, hour),
  }
}

/** Of one or two channels the last end; of several, the end of the one in the middle: a single one that lags has its own trouble. */
function commonEnd(all: readonly HourNumber[]): HourNumber {
  const ends = [...all].sort((a, b) => a - b)
  return ends[ends.length <= 2 ? ends.length - 1 : Math.floor(ends.length / 2)] ?? 0
}

/** A channel hasn't come back while one of its reasons still lacks. */
function endMeters({ channel, source }: JudgedChannel, measured: Measured): readonly Meter[] {
  const own = meterOf(channel, source, measured)
  if (measured.group !== 'volume') return [own]
  const reasons = channel.series.slice(1)
  return [own, ...reasons.map(({ reason }) => meterOf(channel, source, { ...measured, series: { reason } }))]
}

function hoursKnown(meters: readonly Meter[], from: HourNumber, to: HourNumber): number {
  let known = 0
  for (let hour = from; hour <= to; hour++) if (meters.some((meter) => meter.read(hour) !== null)) known++
  return known
}

export function addTotals(all: readonly Totals[]): Totals {
  return all.reduce(
    (sum, own) => ({
      base: sum.base + own.base,
      part: sum.part + own.part,
      lost: sum.lost + own.lost,
      peak: sum.peak + own.peak,
    }),
    { base: 0, part: 0, lost: 0, peak: 0 },
  )
}

/** Numbers of the newest hour, by channel and together. */
export function numbersOf(
  meters: readonly Meter[],
  hour: HourNumber,
  whole: Totals,
  group: IncidentGroup,
): IncidentNumbers {
  const byChannel = meters.map((meter) => meter.numbers(hour))
  const sum = (pick: (numbers: ChannelNumbers) => number) => byChannel.reduce((total, own) => total + pick(own), 0)
  const seen = sum((own) => own.seen)
  const invalid = sum((own) => own.invalidRatio * own.seen)
  const discarded = byChannel.flatMap((own) => own.discarded ?? [])
  return {
    hour: toTime(hour),
    seen,
    low: sum((own) => own.low),
    mid: sum((own) => own.mid),
    high: sum((own) => own.high),
    deficitRatio: isRate(group) || whole.base <= 0 ? 0 : 1 - whole.part / whole.base,
    invalidRatio: seen > 0 ? invalid / seen : 0,
    ...(discarded.length === 0 ? {} : { discarded: joinedDiscarded(discarded) }),
    byChannel,
  }
}

/** Whether it is about a part of what comes, rather than about how much comes. */
function isRate(group: IncidentGroup): boolean {
  return group === 'invalid' || group === 'discarded'
}

/** What carries the trouble, from `start` up to and with `hour`. */
export function explain(
  trouble: Pick<Incident, 'group' | 'series'>,
  channels: readonly JudgedChannel[],
  { start, hour }: { start: HourNumber; hour: HourNumber },
): Explanation {
  const [first] = channels
  if (first === undefined) return { sentence: '', carriers: [] }
  const explained = channels.map(({ channel, source }) => ({ channel, source, series: trouble.series, start, hour }))
  if (trouble.group === 'invalid') return explainInvalid(explained)
  if (trouble.group === 'discarded') return explainDiscarded(explained, trouble.series.cause ?? 'body')
  if (channels.length > 1) return explainEverywhere(explained)
  return explainVolume({ ...first, series: trouble.series, start, hour })
}

/** A level that holds within this, as a log, */
const SETTLED_SPREAD = 0.035
/** over so long, after so long, is the new level; */
const SETTLED_HOURS = 48
const SETTLED_AFTER_HOURS = WEEK_HOURS
/** unless it still moves by more than this in so long, as a leak does; */
const SETTLED_DRIFT = 0.025
const SETTLED_DRIFT_HOURS = 6 * DAY_HOURS
/**
 * and after so long whatever is there: the judge must not be left without anything to learn from. Where somebody says that it is
 * meant, whatever is there as soon as there is enough to measure it.
 */
const SETTLED_ANYWAY_HOURS = 3 * WEEK_HOURS
/** A channel that lost nearly everything hasn't settled. */
const LEAST_SETTLED_RATIO = 0.2
/** The last hours before it is accepted are good ones of the new level. */
const LEARNT_AGAIN_HOURS = 72

function settledLevel(incident: Incident, channels: readonly JudgedChannel[], hour: HourNumber): AcceptedLevel | null {
  const age = hour - toHourNumber(incident.start)
  const isMeant = incident.accepted !== undefined
  const after = isMeant ? SETTLED_HOURS : SETTLED_AFTER_HOURS
  if ((incident.group !== 'volume' && incident.group !== 'surge') || age < after) return null
  const isOverdue = isMeant || age >= SETTLED_ANYWAY_HOURS
  const ratios = channels.flatMap(({ channel }) =>
    channel.series.flatMap((series, index) => {
      const { mean, spread } = recentDeviation(series.residuals, series.shared, hour)
      const isSettled =
        spread <= SETTLED_SPREAD &&
        Math.exp(mean) >= LEAST_SETTLED_RATIO &&
        Math.abs(drift(series.residuals, series.shared, hour)) <= SETTLED_DRIFT
      if (Number.isNaN(mean) || (index === 0 && !isSettled && !isOverdue)) return []
      return [{ channel: channel.name, series: series.reason, ratio: Math.max(1e-4, Math.exp(mean)) }]
    }),
  )
  const isEverywhere = channels.every(({ channel }) =>
    ratios.some((own) => own.channel === channel.name && own.series === ''),
  )
  return isEverywhere ? { from: toTime(hour + 1 - LEARNT_AGAIN_HOURS), ratios } : null
}

/** How the last day stands against the one six days ago, siblings' movement taken out. */
function drift(residuals: Float64Array, shared: Float64Array, hour: HourNumber): number {
  const ownAt = (h: HourNumber) => {
    const index = place(h) * WINDOWS.length + WINDOWS.indexOf(DAY_HOURS)
    return at(residuals, index) - (at(shared, index) || 0)
  }
  return ownAt(hour) - ownAt(hour - SETTLED_DRIFT_HOURS) || 0
}

/** Of whole days against what was expected, siblings' movement taken out, over the last two days. */
function recentDeviation(residuals: Float64Array, shared: Float64Array, hour: HourNumber) {
  const position = WINDOWS.indexOf(DAY_HOURS)
  let total = 0
  let known = 0
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let h = hour - SETTLED_HOURS + 1; h <= hour; h++) {
    const index = place(h) * WINDOWS.length + position
    const residual = at(residuals, index)
    if (Number.isNaN(residual)) continue
    const own = residual - (at(shared, index) || 0)
    total += own
    known++
    low = Math.min(low, own)
    high = Math.max(high, own)
  }
  if (known < SETTLED_HOURS / 2) return { mean: Number.NaN, spread: Number.POSITIVE_INFINITY }
  return { mean: total / known, spread: high - low }
}

/** How an open gap stands after `hour`: it ends with the first hour in which enough was listened to, to the minute where known. */
export function gapStandingOf(incident: Incident, memory: JudgeMemory, hour: HourNumber): Standing {
  const covered = at(memory.coverage, place(hour))
  const isOver = covered >= LEAST_COVERAGE
  return {
    incident: incident.id,
    calmHours: isOver ? 1 : 0,
    estimatedEnd: isOver ? gapEnd(covered, at(memory.coverage, place(hour - 1)), hour) : toTime(hour + 1),
    missing: 0,
    peakMissing: 0,
    numbers: { ...incident.latest, hour: toTime(hour) },
    wholeRatio: 0,
    explanation: incident.explanation,
    settledLevel: null,
  }
}

/** In this hour where it was heard in part, else in the one before, which was heard too little to be judged. */
function gapEnd(covered: number, earlier: number, hour: HourNumber): EpochMs {
  if (covered < 1) return toTime(hour) + Math.round((1 - covered) * HOUR_MS)
  return earlier < LEAST_COVERAGE ? toTime(hour) - Math.round(earlier * HOUR_MS) : toTime(hour)
}
