import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { explainDiscarded } from '../explain/explain-discarded.ts'
import { explainEverywhere } from '../explain/explain-everywhere.ts'
import { explainInvalid } from '../explain/explain-invalid.ts'
import { explainNovelty } from '../explain/explain-novelty.ts'
import { explainVolume } from '../explain/explain-volume.ts'
import type { Explanation } from '../finding.ts'
import type { ChannelNumbers, Incident, IncidentGroup, IncidentNumbers } from '../incident.ts'
import type { ChannelCounts } from './builds.ts'
import { joinedDiscarded } from './detect-discarded.ts'
import type { ChannelMemory, JudgeMemory } from './memory.ts'
import { estimateEnd, type Measured, type Meter, meterOf, type Totals, totalsOf } from './meter.ts'
import { meantLevel, settledLevel } from './new-level.ts'
import { concerns, LEAST_COVERAGE } from './observe.ts'
import type { Standing } from './verdict.ts'
import { at, type HourNumber, NOISE_HOURS, place, toHourNumber, toTime } from './window.ts'

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
    settledLevel:
      incident.accepted === undefined ? settledLevel(incident, concerned, hour) : meantLevel(incident, concerned, hour),
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
    ...(group === 'novelty' ? { novelRatio: whole.base > 0 ? whole.part / whole.base : 0 } : {}),
    byChannel,
  }
}

/** Whether it is about a part of what comes, rather than about how much comes. */
function isRate(group: IncidentGroup): boolean {
  return group === 'invalid' || group === 'discarded' || group === 'novelty'
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
  if (trouble.group === 'novelty') return explainNovelty(explained)
  if (trouble.group === 'discarded') return explainDiscarded(explained, trouble.series.cause ?? 'body')
  if (channels.length > 1) return explainEverywhere(explained)
  return explainVolume({ ...first, series: trouble.series, start, hour })
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
