import type { AcceptedLevel, Incident } from '../incident.ts'
import { expectedCount } from './expectation.ts'
import { type ChannelMemory, type SeriesMemory, WINDOWS } from './memory.ts'
import type { JudgedChannel } from './standing.ts'
import { at, DAY_HOURS, type HourNumber, place, toHourNumber, toTime, WEEK_HOURS } from './window.ts'

/** A level that holds within this, as a log, */
const SETTLED_SPREAD = 0.045
/** over so long, after so long, is the new level; */
const SETTLED_HOURS = 48
const SETTLED_AFTER_HOURS = WEEK_HOURS
/** unless it still moves by more than this in so long, as a leak does; */
const SETTLED_DRIFT = 0.025
const SETTLED_DRIFT_HOURS = 6 * DAY_HOURS
/**
 * and after so long whatever is there: the judge must not be left without anything to learn from.
 */
const SETTLED_ANYWAY_HOURS = 3 * WEEK_HOURS
/** A channel that lost nearly everything hasn't settled. */
const LEAST_SETTLED_RATIO = 0.2
/** Of nothing no level can be made. */
const LEAST_RATIO = 1e-4
/** The last hours before it is accepted are good ones of the new level. */
const LEARNT_AGAIN_HOURS = 72

/** What an incident has settled at after a week; null: it still moves, or isn't a week old. */
export function settledLevel(
  incident: Incident,
  channels: readonly JudgedChannel[],
  hour: HourNumber,
): AcceptedLevel | null {
  const age = hour - toHourNumber(incident.start)
  if (!hasLevel(incident) || age < SETTLED_AFTER_HOURS) return null
  const isOverdue = age >= SETTLED_ANYWAY_HOURS
  const ratios = channels.flatMap(({ channel }) =>
    channel.series.flatMap((series, index) => {
      const { mean, spread } = recentDeviation(series.residuals, series.shared, hour)
      const isSettled =
        spread <= SETTLED_SPREAD &&
        Math.exp(mean) >= LEAST_SETTLED_RATIO &&
        Math.abs(drift(series.residuals, series.shared, hour)) <= SETTLED_DRIFT
      if (Number.isNaN(mean) || (index === 0 && !isSettled && !isOverdue)) return []
      return [{ channel: channel.name, series: series.reason, ratio: Math.max(LEAST_RATIO, Math.exp(mean)) }]
    }),
  )
  return levelOf(ratios, channels, hour + 1 - LEARNT_AGAIN_HOURS)
}

/** Null where it isn't known of every channel. */
function levelOf(
  ratios: AcceptedLevel['ratios'],
  channels: readonly JudgedChannel[],
  from: HourNumber,
): AcceptedLevel | null {
  const isKnown = channels.every(({ channel }) =>
    ratios.some((own) => own.channel === channel.name && own.series === ''),
  )
  return isKnown ? { from: toTime(from), ratios } : null
}

function hasLevel({ group }: Incident): boolean {
  return group === 'volume' || group === 'surge'
}

/**
 * The level of an incident that somebody says is meant, from its start on: what has come since, of what should have. Of a longer one the
 * last days. Null where nothing is known of it yet.
 */
export function meantLevel(
  incident: Incident,
  channels: readonly JudgedChannel[],
  hour: HourNumber,
): AcceptedLevel | null {
  if (!hasLevel(incident)) return null
  const from = Math.max(toHourNumber(incident.start), hour + 1 - LEARNT_AGAIN_HOURS)
  const ratios = channels.flatMap(({ channel }) =>
    channel.series.flatMap((series) => {
      const ratio = ratioSince(channel, series, Math.max(from, hour + 1 - SETTLED_HOURS), hour)
      return ratio === null ? [] : [{ channel: channel.name, series: series.reason, ratio }]
    }),
  )
  return levelOf(ratios, channels, from)
}

/** At these ages, in hours, an accepted level is measured again: an hour or two say little of the rest of a day. */
const MEASURED_AGAIN_AT: readonly number[] = [6, 12, DAY_HOURS, SETTLED_HOURS]

/**
 * The level that was accepted, measured anew by what has come since; null: it stays as it is. Only as long as nothing new is found on its
 * channels, for what falls once more isn't what was accepted.
 */
export function measuredAgain(
  incident: Incident,
  channels: readonly JudgedChannel[],
  hour: HourNumber,
): AcceptedLevel | null {
  const { accepted, acceptedLevel } = incident
  if (accepted === undefined || acceptedLevel === null) return null
  const from = toHourNumber(acceptedLevel.from)
  if (!MEASURED_AGAIN_AT.includes(hour + 1 - from)) return null
  const ratios = acceptedLevel.ratios.map((own) => {
    const judged = channels.find(({ channel }) => channel.name === own.channel)
    const series = judged?.channel.series.find(({ reason }) => reason === own.series)
    const correction =
      judged === undefined || series === undefined ? null : ratioSince(judged.channel, series, from, hour)
    return { ...own, ratio: own.ratio * (correction ?? 1) }
  })
  return { from: acceptedLevel.from, ratios }
}

/** Of what was to be expected before `from`, so much came from then up to and with `hour`; null: nothing is known. */
function ratioSince(channel: ChannelMemory, series: SeriesMemory, from: HourNumber, hour: HourNumber): number | null {
  let seen = 0
  let expected = 0
  for (let h = from; h <= hour; h++) {
    const usual = expectedCount(series, h, from)
    if (channel.known[place(h)] !== 1 || !(usual > 0)) continue
    seen += at(series.counts, place(h))
    expected += usual
  }
  return expected > 0 ? Math.max(LEAST_RATIO, seen / expected) : null
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
