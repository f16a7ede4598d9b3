import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { incidentsInWindow } from '../backtest.ts'
import type { Incident } from '../incident.ts'
import { detectEverywhere, detectVolume } from '../judge/detect-volume.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { type ChannelMemory, createJudgeMemory } from '../judge/memory.ts'
import { risenRate } from '../judge/rates.ts'
import { compareWithSiblings } from '../judge/residuals.ts'
import { ofInvalid } from '../judge/sensitivity.ts'
import type { JudgeWishes, LearningProgress } from '../judge/verdict.ts'
import { at, DAY_HOURS, type HourNumber, toHourNumber } from '../judge/window.ts'
import { formatEstimate } from '../sentence/format.ts'
import { leastTold, NINE_OF_TEN } from './least-told.ts'
import { type LostDay, lostDay } from './lost-day.ts'
import { HORIZONS, type SeriesVisibility, type Visibility, type VisibleWithin } from './visibility.ts'

export interface SeeInput {
  /** The `JUDGE_WINDOW_HOURS` before `hour`, and the hour. */
  readonly history: History
  readonly hour: EpochMs
  readonly incidents: readonly Incident[]
  readonly wishes?: JudgeWishes
}

/**
 * What would be told now, and how soon: troubles of all sizes are put into the last hours, and the detectors themselves are asked. So it
 * follows each series' own noise, the hour of the week, what siblings do at present, and what people asked to be told. Of new builds
 * and of slow declines it says nothing: both need more than a size.
 */
export function whatCanBeSeen({ history, hour: time, incidents, wishes }: SeeInput): Visibility {
  const relevant = incidentsInWindow(incidents, time)
  const memory = createJudgeMemory()
  const { learning } = judgeHour({ history, hour: time, incidents: relevant, memory, ...wishes })
  const hour = toHourNumber(time)
  const channels = memory.channels.filter(({ name }) => name !== UNKNOWN)
  const days = new Map<ChannelMemory, LostDay>()
  const single = channels.flatMap((channel) => {
    const day = lostDay(channel, hour)
    days.set(channel, day)
    const counts = history.channels.get(channel.name)
    const progress = learning.get(channel.name) ?? null
    const losses = channel.series.map(({ reason }) => seenLoss(day, reason, hour, progress))
    day.restore()
    return counts === undefined ? losses : [...losses, seenInvalid(channel, counts, hour, toHourNumber(history.start))]
  })
  const learnt = channels.filter(({ name }) => !learning.has(name)).flatMap((channel) => days.get(channel) ?? [])
  return { hour: time, series: [seenEverywhere(learnt, hour), ...single] }
}

function seenLoss(day: LostDay, reason: string, hour: HourNumber, learning: LearningProgress | null): SeriesVisibility {
  const { channel } = day
  const perHour = day.expected(reason, DAY_HOURS) / DAY_HOURS
  const base = { channel: channel.name, kind: 'loss', reason: reason === '' ? null : reason, perHour } as const
  if (learning !== null) return { ...base, perHour: null, within: NOTHING, blind: learningWords(learning) }
  if (!(perHour > 0)) return { ...base, perHour: 0, within: NOTHING, blind: 'Nothing is expected of it at present.' }
  const within = HORIZONS.map((hours): VisibleWithin => {
    const ratio = leastTold(1, (tried) => {
      day.lose({ hours, ratio: tried, reason })
      return isToldWithin(hours, hour, (h) => detectVolume(channel, h).some(({ kind }) => kind !== 'surge'))
    })
    return { hours, least: ratio === null ? null : { ratio, submissions: ratio * day.expected(reason, hours) } }
  })
  return { ...base, within, blind: blindWords(within, perHour) }
}

function seenEverywhere(days: readonly LostDay[], hour: HourNumber): SeriesVisibility {
  const expected = (hours: number) => days.reduce((sum, day) => sum + (day.expected('', hours) || 0), 0)
  const perHour = expected(DAY_HOURS) / DAY_HOURS
  const base = { channel: '*', kind: 'loss', reason: null, perHour } as const
  const channels = days.map(({ channel }) => channel)
  if (channels.length === 0) return { ...base, perHour: null, within: NOTHING, blind: 'No channel is learnt yet.' }
  const within = HORIZONS.map((hours): VisibleWithin => {
    const ratio = leastTold(1, (tried) => {
      for (const day of days) day.lose({ hours, ratio: tried, reason: '' })
      for (let h = hour - DAY_HOURS + 1; h <= hour; h++) {
        for (const channel of channels)
          for (const series of channel.series) compareWithSiblings(channels, channel, series, h)
      }
      return isToldWithin(
        hours,
        hour,
        (h) =>
          detectEverywhere(channels, h) !== null ||
          channels.some((channel) => detectVolume(channel, h).some(({ kind }) => kind !== 'surge')),
      )
    })
    return { hours, least: ratio === null ? null : { ratio, submissions: ratio * expected(hours) } }
  })
  return { ...base, within, blind: blindWords(within, perHour) }
}

function isToldWithin(hours: number, hour: HourNumber, isTold: (hour: HourNumber) => boolean): boolean {
  for (let h = hour - hours + 1; h <= hour; h++) if (isTold(h)) return true
  return false
}

function seenInvalid(
  channel: ChannelMemory,
  { received, invalid }: ChannelHistory,
  hour: HourNumber,
  before: HourNumber,
): SeriesVisibility {
  const receivedIn = (hours: number) => sumBack(hours, (back) => at(received, hour - back - before))
  const perHour = receivedIn(DAY_HOURS) / DAY_HOURS
  const base = { channel: channel.name, kind: 'invalid', reason: null, perHour } as const
  const baseline = channel.invalidRates.get('')
  const usual = baseline?.usual[0] ?? Number.NaN
  if (baseline === undefined || Number.isNaN(usual)) {
    return {
      ...base,
      within: NOTHING,
      blind: 'Its usual invalid rate isn’t learnt yet: that takes three days of enough submissions.',
    }
  }
  const spread = baseline.spreads[0] ?? 0
  const rated = new Uint8Array(channel.rated.length).fill(1)
  const whole = (h: HourNumber) => at(received, h - before)
  const within = HORIZONS.map((hours): VisibleWithin => {
    const ratio = leastTold(1 - usual, (points) => {
      const rate = Math.max(0, usual + points - NINE_OF_TEN * noiseOf(hours, spread, usual, receivedIn(hours)))
      const part = (h: HourNumber) => (h > hour - hours ? rate * whole(h) : at(invalid, h - before))
      const series = { rated, clean: rated, whole, part }
      return isToldWithin(hours, hour, (h) => risenRate(series, baseline, h, ofInvalid(channel.sensitivity)) !== null)
    })
    return { hours, least: ratio === null ? null : { ratio, submissions: ratio * receivedIn(hours) } }
  })
  return { ...base, within, blind: blindWords(within, perHour) }
}

/** How far a rate strays over so many hours: no less than chance has it, no more than single hours do. */
function noiseOf(hours: number, spreadOfHour: number, usual: number, received: number): number {
  const chance = Math.sqrt((usual * (1 - usual)) / Math.max(1, received))
  return Math.max(chance, spreadOfHour / Math.sqrt(hours))
}

function sumBack(hours: number, value: (back: number) => number): number {
  let sum = 0
  for (let back = 0; back < hours; back++) sum += value(back)
  return sum
}

const NOTHING: readonly VisibleWithin[] = HORIZONS.map((hours) => ({ hours, least: null }))

function learningWords({ coveredDays, neededDays }: LearningProgress): string {
  return `It is still learnt: ${Math.floor(coveredDays)} of ${neededDays} days.`
}

function blindWords(within: readonly VisibleWithin[], perHour: number): string | null {
  if (within.some(({ least }) => least !== null)) return null
  const perDay = perHour * DAY_HOURS
  return `Even if nothing came for a day, it would not be told: about ${formatEstimate(perDay)} submissions a day are too few.`
}
