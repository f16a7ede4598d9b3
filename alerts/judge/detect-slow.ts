import type { Alarm } from './detect-volume.ts'
import { holidayExcuse } from './holidays.ts'
import type { ChannelMemory } from './memory.ts'
import { type Probe, UNWATCHED } from './probe.ts'
import { beyondShared } from './residuals.ts'
import { leastDeviations, leastLoss } from './sensitivity.ts'
import { sortedQuantile, weightedMedian } from './statistics.ts'
import { type TideSums, windowSums } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, place } from './window.ts'

/**
 * Declines too slow for any window of a day, because each day's level follows them: a leak of one percent a day. The last three
 * days are held against days so long ago that the leak hadn't begun.
 */

/** Averaged: the last days. */
const RECENT_DAYS = 3
/** Held against: the days from this one back to the other. */
const REFERENCE_FROM_DAY = 10
const REFERENCE_TO_DAY = 34
const LEAST_REFERENCE_DAYS = 14
/** Of a day, so much must be known. */
const LEAST_KNOWN = 0.75
const LEAST_SIBLINGS = 2
/** What must be missing, and how many times the days' own scatter that must be. */
const LEAST_LOSS = 0.055
const DEVIATIONS = 5
/** How far the siblings are apart makes it harder to say what all do. */
const SPREADS = 2
/** Without siblings nobody can tell a season of the year from a leak, */
const LEAST_LOSS_ALONE = 0.08
/** and what fell by more than this within two days, and by so many times what days scatter, may be a holiday, */
const STEEPEST_FALL = 0.045
const STEEP_DEVIATIONS = 2.5
/** which takes no more than this. */
const LEAST_STEEP_LOSS = 0.42
/** While all channels move, one may move by more. */
const MOVEMENT_FREE = 0.04
const MOVEMENT_DOUBT = 0.9
/** A day that lost less than this isn't part of it yet. */
const BEGUN_LOSS = 0.015

/** How a channel's last days stand against its own days of weeks ago, as logs. */
interface SlowDeviation {
  readonly fromLevel: number
  /** From where the trend of those days has led since. */
  readonly fromTrend: number
  /** Of single days around the trend. */
  readonly scatter: number
  readonly perDay: number
  /** By day back, NaN where unknown. */
  readonly days: Float64Array
  readonly level: number
  /** Days of weeks ago that it is held against. */
  readonly known: number
}

interface JudgedSlowly {
  readonly channel: ChannelMemory
  readonly deviation: SlowDeviation
}

/** Of all channels, those that have declined slowly. */
export function detectSlowDeclines(
  channels: readonly ChannelMemory[],
  hour: HourNumber,
  probe?: Probe,
): readonly Alarm[] {
  const judged = channels.flatMap((channel): JudgedSlowly[] => {
    const deviation = slowDeviation(channel, hour)
    if (deviation === null) beginSlow(probe, channel).needs('measured', false, 0, 1)
    return deviation === null ? [] : [{ channel, deviation }]
  })
  return judged.flatMap((own): Alarm[] => {
    const { channel, deviation } = own
    const trial = beginSlow(probe, channel)
    if (!trial.needs('reference_days', isReferenceKnown(deviation), deviation.known, LEAST_REFERENCE_DAYS)) return []
    // Siblings can only excuse: whoever lost too little needn't be compared with them, unless somebody wants to know.
    const most = -Math.min(deviation.fromLevel, deviation.fromTrend)
    if (probe === undefined && !(most > leastLoss(channel.sensitivity.loss, RECENT_DAYS * DAY_HOURS, LEAST_LOSS)))
      return []
    const siblings = judged.filter(
      (other) => other !== own && isReferenceKnown(other.deviation) && other.channel.good[place(hour)] === 1,
    )
    const fromLevel = beyondSiblings(own, siblings, hour, (of) => of.fromLevel)
    const fromTrend = beyondSiblings(own, siblings, hour, (of) => of.fromTrend)
    const { loss, size, significance } = fromLevel.loss < fromTrend.loss ? fromLevel : fromTrend
    if (!trial.needs('loss', loss > size, loss, size)) return []
    const { scatter } = deviation
    if (!trial.needs('noise', loss > significance, loss / scatter, significance / scatter)) return []
    trial.note('own_movement', deviation.fromLevel)
    if (!trial.isMet) return []
    return [
      {
        kind: 'decline',
        channel: channel.name,
        series: {},
        windowHours: RECENT_DAYS * DAY_HOURS,
        excess: loss / Math.max(size, significance),
        start: begunAt(deviation, hour),
        isSlow: true,
      },
    ]
  })
}

function beginSlow(probe: Probe | undefined, channel: ChannelMemory) {
  const windowHours = RECENT_DAYS * DAY_HOURS
  return probe?.begin({ detector: 'slow_decline', channel: channel.name, series: {}, windowHours }) ?? UNWATCHED
}

function isReferenceKnown({ known }: SlowDeviation): boolean {
  return known >= LEAST_REFERENCE_DAYS
}

/** What is lost beyond what the siblings excuse, and what must be to be told, by size and by noise; positive logs. */
function beyondSiblings(
  { channel: { sensitivity, holidays }, deviation }: JudgedSlowly,
  siblings: readonly JudgedSlowly[],
  hour: HourNumber,
  pick: (deviation: SlowDeviation) => number,
): { readonly loss: number; readonly size: number; readonly significance: number } {
  const excuse = holidayExcuse(holidays, hour, RECENT_DAYS * DAY_HOURS)
  const noise = leastDeviations(sensitivity, DEVIATIONS) * deviation.scatter
  const sizeOf = (usual: number) => leastLoss(sensitivity.loss, RECENT_DAYS * DAY_HOURS, usual)
  const own = pick(deviation)
  if (siblings.length < LEAST_SIBLINGS) {
    const usual = isSteep(deviation) ? LEAST_STEEP_LOSS : LEAST_LOSS_ALONE
    return { loss: -own - excuse, size: sizeOf(usual), significance: noise }
  }
  const values = siblings.map((sibling) => pick(sibling.deviation))
  const shared = weightedMedian(
    [...values],
    siblings.map(({ deviation: { perDay, scatter } }) => 1 / (1 / Math.max(1, perDay) + scatter ** 2 + 0.005 ** 2)),
  )
  const spread = values.reduce((sum, value) => sum + Math.abs(value - shared), 0) / values.length
  const holiday = MOVEMENT_DOUBT * Math.max(0, Math.abs(shared) - MOVEMENT_FREE) + SPREADS * spread
  return {
    loss: -Math.max(own, beyondShared(own, shared, RECENT_DAYS * DAY_HOURS)) - excuse,
    size: sizeOf(LEAST_LOSS) + holiday,
    significance: noise + holiday,
  }
}

/** Whether one of the last days lost more against the day before it, or the one before that, than a leak does. */
function isSteep({ days, scatter }: SlowDeviation): boolean {
  const most = Math.max(STEEPEST_FALL, STEEP_DEVIATIONS * scatter)
  for (let day = 0; day < REFERENCE_FROM_DAY; day++) {
    if (at(days, day + 1) - at(days, day) > most || at(days, day + 2) - at(days, day) > most) return true
  }
  return false
}

function slowDeviation(channel: ChannelMemory, hour: HourNumber): SlowDeviation | null {
  const [all] = channel.series
  if (all?.sums == null || channel.known[place(hour)] !== 1) return null
  const days = dailyLevels(all.sums, hour)
  const recent = mean(days.subarray(0, RECENT_DAYS))
  const { level, slope, scatter, known } = referenceOf(days)
  if (Number.isNaN(recent)) return null
  const fromLevel = recent - level
  const sinceMiddle = (REFERENCE_FROM_DAY + REFERENCE_TO_DAY) / 2 - (RECENT_DAYS - 1) / 2
  return {
    fromLevel,
    fromTrend: fromLevel - slope * sinceMiddle,
    scatter,
    perDay: windowSums(all.sums, hour, DAY_HOURS).seen,
    days,
    level,
    known,
  }
}

/** log of what whole days counted against the season: index 0 ends with `hour`. Days of the reference must teach. */
function dailyLevels(sums: TideSums, hour: HourNumber): Float64Array {
  const days = new Float64Array(REFERENCE_TO_DAY + 1).fill(Number.NaN)
  for (let day = 0; day <= REFERENCE_TO_DAY; day++) {
    const end = hour - day * DAY_HOURS
    if (end - DAY_HOURS + 1 < sums.start) break
    const i = end - sums.start + 1
    const knownHours = at(sums.knownHours, i) - at(sums.knownHours, i - DAY_HOURS)
    const goodHours = at(sums.goodHours, i) - at(sums.goodHours, i - DAY_HOURS)
    if (knownHours < LEAST_KNOWN * DAY_HOURS || (day >= REFERENCE_FROM_DAY && goodHours < knownHours)) continue
    const seen = at(sums.knownCounts, i) - at(sums.knownCounts, i - DAY_HOURS)
    const season = at(sums.knownSeason, i) - at(sums.knownSeason, i - DAY_HOURS)
    if (season > 0) days[day] = Math.log((seen + 0.5) / season)
  }
  return days
}

/** Middle and trend (Theil and Sen's: the middle of all slopes, so that some holidays don't bend it) of the reference days. */
function referenceOf(days: Float64Array) {
  const values: number[] = []
  const positions: number[] = []
  for (let day = REFERENCE_FROM_DAY; day <= REFERENCE_TO_DAY; day++) {
    const value = at(days, day)
    if (Number.isNaN(value)) continue
    values.push(value)
    positions.push(-day)
  }
  const slopes: number[] = []
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < i; j++) {
      slopes.push(((values[i] ?? 0) - (values[j] ?? 0)) / ((positions[i] ?? 0) - (positions[j] ?? 0)))
    }
  }
  const slope = medianOf(slopes)
  const middle = -(REFERENCE_FROM_DAY + REFERENCE_TO_DAY) / 2
  const level = medianOf(values.map((value, i) => value - slope * ((positions[i] ?? 0) - middle)))
  const around = values.map((value, i) => Math.abs(value - level - slope * ((positions[i] ?? 0) - middle)))
  return { level, slope, scatter: 1.4826 * medianOf(around), known: values.length }
}

/** The end of the last day that was still as usual, at most ten days ago. */
function begunAt({ days, level }: SlowDeviation, hour: HourNumber): HourNumber {
  let begun = hour - RECENT_DAYS * DAY_HOURS + 1
  for (let day = RECENT_DAYS; day < REFERENCE_FROM_DAY; day++) {
    const value = at(days, day)
    if (Number.isNaN(value)) continue
    if (value - level > Math.log(1 - BEGUN_LOSS)) break
    begun = hour - (day + 1) * DAY_HOURS + 1
  }
  return begun
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function medianOf(values: number[]): number {
  return sortedQuantile(Float64Array.from(values).sort(), 0.5)
}
