import type { BuildHistory, ChannelHistory } from '../../data/counts/history.ts'
import { OTHER, UNKNOWN } from '../../data/domain/dimensions.ts'
import type { Alarm } from './detect-volume.ts'
import type { BuildMemory, ChannelMemory } from './memory.ts'
import { firstFound, type Probe, UNWATCHED } from './probe.ts'
import { leastDeviations } from './sensitivity.ts'
import { at, DAY_HOURS, type HourNumber, JUDGE_WINDOW_HOURS, place } from './window.ts'

/** A build counts as seen from the hour in which it has more than this of its channel, */
const LEAST_SHARE = 0.002
/** and more than this at all. */
const LEAST_SUBMISSIONS = 3
/** So long a build is young: judged by what new builds before it sent at the same age. */
export const YOUNG_HOURS = 18
/** Compared are the newest days without an incident, so many of them, and none older than the seasons are. */
const COMPARED_DAYS = 14
const OLDEST_COMPARED_DAY = 35
const LEAST_COMPARED_DAYS = 8
const YOUNG_WINDOWS = [2, 4, 8] as const
/** Of fewer submissions of young builds nothing is said. */
export const LEAST_YOUNG = 60
const LEAST_YOUNG_BEFORE = 30
const YOUNG_DEVIATIONS = 6
/** Of a reason that usually is a smaller part of what young builds send, nothing is said. */
const LEAST_USUAL_SHARE = 0.1

/** The counts of one channel, with the hour of their index 0. */
export interface ChannelCounts {
  readonly counts: ChannelHistory
  readonly before: HourNumber
  /**
   * What was received at an index, of the clients that the channel's discarded submissions are part of. Where the path names no
   * channel, that is everybody: whatever is kept of them is counted under the channel that the payload names.
   */
  readonly received: (index: number) => number
}

/** Which builds are seen since when, and what the young ones send, up to and with `hour`. */
export function updateBuilds(channel: ChannelMemory, source: ChannelCounts, hour: HourNumber): void {
  const { builds } = channel
  const windowStart = hour - JUDGE_WINDOW_HOURS + 1
  const from = Math.max(windowStart, builds.validTo === null ? windowStart : builds.validTo + 1)
  for (const [build, counts] of source.counts.builds) {
    if (build === OTHER || build === UNKNOWN) continue
    const seen = builds.firstSeen.get(build)
    // What the window no longer holds is looked for anew, so that a restart, which can't know more, agrees.
    if (seen !== undefined && seen >= windowStart) continue
    const first = firstSeen(source, counts, seen === undefined ? from : windowStart, hour)
    if (first === null) builds.firstSeen.delete(build)
    else builds.firstSeen.set(build, first)
  }
  const youngFrom = Math.max(from, hour - (OLDEST_COMPARED_DAY + 1) * DAY_HOURS)
  for (let h = youngFrom; h <= hour; h++) sumYoung(channel, source, h)
  builds.validTo = hour
}

function firstSeen(
  { counts, before }: ChannelCounts,
  build: BuildHistory,
  from: HourNumber,
  to: HourNumber,
): HourNumber | null {
  for (let hour = Math.max(from, before); hour <= to; hour++) {
    const count = at(build.received, hour - before)
    if (count > LEAST_SUBMISSIONS && count > LEAST_SHARE * at(counts.received, hour - before)) return hour
  }
  return null
}

function sumYoung(channel: ChannelMemory, { counts, before }: ChannelCounts, hour: HourNumber): void {
  const { builds } = channel
  const slot = place(hour)
  builds.young[slot] = 0
  for (const series of channel.series.slice(1)) youngOf(builds, series.reason)[slot] = 0
  for (const [build, seen] of builds.firstSeen) {
    if (hour < seen || hour >= seen + YOUNG_HOURS) continue
    const own = counts.builds.get(build)
    if (own === undefined) continue
    builds.young[slot] = at(builds.young, slot) + at(own.received, hour - before)
    for (const { reason } of channel.series.slice(1)) {
      const ring = youngOf(builds, reason)
      ring[slot] = at(ring, slot) + at(own.reasons.get(reason) ?? EMPTY, hour - before)
    }
  }
}

const EMPTY = new Float64Array(0)

function youngOf(builds: BuildMemory, reason: string): Float64Array {
  let ring = builds.youngByReason.get(reason)
  if (ring === undefined) {
    ring = new Float64Array(builds.young.length)
    builds.youngByReason.set(reason, ring)
  }
  return ring
}

/**
 * New builds that send much less of one reason than new builds did at the same hours of the last fortnight. All that moves
 * the channel, and the age of the builds, cancels, so that a reason that goes missing shows with the first users of a build.
 */
export function detectYoungBuilds(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  probe?: Probe,
): Alarm | null {
  const reasons = channel.series.slice(1)
  return firstFound(YOUNG_WINDOWS, probe, (hours) =>
    firstFound(reasons, probe, ({ reason }) => lookAtYoung(channel, source, { reason, hours, hour }, probe)),
  )
}

function lookAtYoung(
  channel: ChannelMemory,
  source: ChannelCounts,
  { reason, hours, hour }: { readonly reason: string; readonly hours: number; readonly hour: HourNumber },
  probe: Probe | undefined,
): Alarm | null {
  const trial =
    probe?.begin({ detector: 'young_builds', channel: channel.name, series: { reason }, windowHours: hours }) ??
    UNWATCHED
  const now = youngShare(channel, reason, hour, hours)
  if (!trial.needs('measured', now !== null, 0, 1) || now === null) return null
  if (!trial.needs('submissions', now.submissions >= LEAST_YOUNG, now.submissions, LEAST_YOUNG)) return null
  const { usual, days } = usualYoungShare(channel, reason, hour, hours)
  if (!trial.needs('reference_days', usual !== null, days, LEAST_COMPARED_DAYS) || usual === null) return null
  if (!trial.needs('usual_share', usual >= LEAST_USUAL_SHARE, usual, LEAST_USUAL_SHARE)) return null
  if (!trial.needs('share_loss', now.share < usual / 2, 1 - now.share / usual, 0.5)) return null
  // Twice the binomial variance: users of one build are alike.
  const deviations = (usual - now.share) / Math.sqrt((2 * usual * (1 - usual)) / now.submissions)
  const limit = leastDeviations(channel.sensitivity, YOUNG_DEVIATIONS)
  if (!trial.needs('noise', deviations > limit, deviations, limit)) return null
  const blamed = blamedBuild(channel, source, reason, hour, usual)
  if (!trial.needs('build', blamed !== null, blamed === null ? 0 : 1, 1) || blamed === null || !trial.isMet) return null
  const series = { reason, buildId: blamed.build }
  const excess = deviations / limit
  return { kind: 'drop', channel: channel.name, series, windowHours: hours, excess, start: blamed.seen }
}

function youngShare(channel: ChannelMemory, reason: string, hour: HourNumber, hours: number) {
  const { builds } = channel
  const ofReason = youngOf(builds, reason)
  let submissions = 0
  let matching = 0
  for (let h = hour - hours + 1; h <= hour; h++) {
    if (channel.known[place(h)] !== 1) return null
    submissions += at(builds.young, place(h))
    matching += at(ofReason, place(h))
  }
  return { submissions, share: submissions === 0 ? 0 : matching / submissions }
}

/** null: too few days are known. */
function usualYoungShare(
  channel: ChannelMemory,
  reason: string,
  hour: HourNumber,
  hours: number,
): { readonly usual: number | null; readonly days: number } {
  const shares: number[] = []
  for (let day = 1; day <= OLDEST_COMPARED_DAY && shares.length < COMPARED_DAYS; day++) {
    const then = hour - day * DAY_HOURS
    if (channel.good[place(then)] !== 1) continue
    const share = youngShare(channel, reason, then, hours)
    if (share !== null && share.submissions >= LEAST_YOUNG_BEFORE) shares.push(share.share)
  }
  if (shares.length < LEAST_COMPARED_DAYS) return { usual: null, days: shares.length }
  shares.sort((a, b) => a - b)
  return { usual: shares[Math.floor(shares.length / 2)] ?? null, days: shares.length }
}

/** The first of the young builds that lack the reason by themselves. */
function blamedBuild(channel: ChannelMemory, source: ChannelCounts, reason: string, hour: HourNumber, usual: number) {
  const { counts, before } = source
  const lacking = [...channel.builds.firstSeen].flatMap(([build, seen]) => {
    if (seen > hour || hour >= seen + YOUNG_HOURS) return []
    const own = counts.builds.get(build)
    if (own === undefined) return []
    let submissions = 0
    let matching = 0
    for (let h = seen; h <= hour; h++) {
      submissions += at(own.received, h - before)
      matching += at(own.reasons.get(reason) ?? EMPTY, h - before)
    }
    return submissions >= LEAST_YOUNG / 3 && matching / submissions < usual / 2 ? [{ build, seen }] : []
  })
  return lacking.sort((a, b) => a.seen - b.seen || (a.build < b.build ? -1 : 1))[0] ?? null
}

/** Of the channel's submissions over `hours`, the part of builds that are young; null where an hour isn't known. */
export function youngPart(
  channel: ChannelMemory,
  { counts, before }: ChannelCounts,
  hour: HourNumber,
  hours: number,
): number | null {
  let young = 0
  let all = 0
  for (let h = hour - hours + 1; h <= hour; h++) {
    if (channel.known[place(h)] !== 1) return null
    young += at(channel.builds.young, place(h))
    all += at(counts.received, h - before)
  }
  return all === 0 ? null : young / all
}

/** By the same hours of the last fortnight, or of the last five weeks, whichever is more: builds come daily, or weekly. */
export function usualYoungPart(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  hours: number,
): number | null {
  const partOf = (days: number) => {
    const then = hour - days * DAY_HOURS
    return channel.good[place(then)] === 1 ? youngPart(channel, source, then, hours) : null
  }
  const middleOf = (all: readonly (number | null)[], least: number) => {
    const known = all.filter((part) => part !== null).sort((a, b) => a - b)
    return known.length < least ? null : (known[Math.floor((known.length - 1) / 2)] ?? null)
  }
  const daily = middleOf(
    Array.from({ length: COMPARED_DAYS }, (_, day) => partOf(day + 1)),
    LEAST_COMPARED_DAYS,
  )
  const weekly = middleOf(
    Array.from({ length: OLDEST_COMPARED_DAY / 7 }, (_, week) => partOf(7 * (week + 1))),
    LEAST_COMPARED_WEEKS,
  )
  if (daily === null || weekly === null) return daily ?? weekly
  return Math.max(daily, weekly)
}

const LEAST_COMPARED_WEEKS = 3
/** Builds of several applications come within so many hours. */
const ALIKE_HOURS = 18
/** Held against the hours right before. */
const BEFORE_HOURS = 6
/** What the parts of a channel differ by from hour to hour, as a variance of logs, beside chance. */
const PART_VARIANCE = 0.0003

/**
 * What the newest builds have lost against all older ones over the last `hours`, as a positive log, and how far that may stray. Users take
 * new builds from the newest ones first. Builds that came meanwhile count with the newest: users who only moved on aren't lost.
 */
export function builtOutOf(
  { builds, known }: ChannelMemory,
  { counts, before }: ChannelCounts,
  hour: HourNumber,
  hours: number,
): { readonly lost: number; readonly noise: number } | null {
  const since = hour - hours + 1
  let newest = Number.NEGATIVE_INFINITY
  for (const seen of builds.firstSeen.values()) if (seen < since - BEFORE_HOURS) newest = Math.max(newest, seen)
  const sums = { newBefore: 0, oldBefore: 0, newNow: 0, oldNow: 0 }
  for (let h = since - BEFORE_HOURS; h <= hour; h++) if (known[place(h)] !== 1) return null
  for (const [build, seen] of builds.firstSeen) {
    const received = counts.builds.get(build)?.received
    if (received === undefined || seen > hour) continue
    const isNew = seen >= newest - ALIKE_HOURS
    for (let h = since - BEFORE_HOURS; h <= hour; h++) {
      const count = at(received, h - before)
      if (h < since) sums[isNew ? 'newBefore' : 'oldBefore'] += count
      else sums[isNew ? 'newNow' : 'oldNow'] += count
    }
  }
  const { newBefore, oldBefore, newNow, oldNow } = sums
  if (Math.min(newBefore, oldBefore, newNow, oldNow) < LEAST_YOUNG) return null
  return {
    lost: Math.log((newBefore / oldBefore) * (oldNow / newNow)),
    noise: Math.sqrt(1.5 * (1 / newBefore + 1 / oldBefore + 1 / newNow + 1 / oldNow) + PART_VARIANCE),
  }
}
