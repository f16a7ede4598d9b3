import { builtOutOf, type ChannelCounts, usualYoungPart, youngPart } from './builds.ts'
import { type Alarm, lossOver } from './detect-volume.ts'
import type { ChannelMemory } from './memory.ts'
import { firstFound, type Probe, UNWATCHED } from './probe.ts'
import { leastDeviations, leastLoss } from './sensitivity.ts'
import type { HourNumber } from './window.ts'

/**
 * Builds that send nothing can't be seen, but their users can be missed: where the new builds that usually are there by now aren't, or
 * where users leave the newest known build and none of a newer one is seen, a smaller loss than usual is told, as it has a cause.
 */

/** By window: the least loss. About half of what is told without a cause. */
const LEFT_WINDOWS = [
  { hours: 2, ratio: 0.12 },
  { hours: 3, ratio: 0.085 },
  { hours: 6, ratio: 0.065 },
] as const
/** Two things must be odd at once, so each may be a little likelier by chance. */
const DEVIATIONS = 4.5
/** Of all submissions, so much less than usual comes from young builds, */
const LEAST_YOUNG_MISSING = 0.05
/** and less than this part of the usual. */
const YOUNG_LEFT = 0.3
/** What is lost is at least this part of what young builds should send. */
const LOST_OF_MISSING = 0.5
/** Or the newest builds lose so much against the older ones, and so many times what that may be by chance. */
const LEAST_LEFT = 0.06
const LEFT_DEVIATIONS = 3.5

export function detectLeftBuilds(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  probe?: Probe,
): Alarm | null {
  return firstFound(LEFT_WINDOWS, probe, (window) => lookAtLeft(channel, source, { ...window, hour }, probe))
}

function lookAtLeft(
  channel: ChannelMemory,
  source: ChannelCounts,
  { hours, ratio, hour }: { readonly hours: number; readonly ratio: number; readonly hour: HourNumber },
  probe: Probe | undefined,
): Alarm | null {
  const trial =
    probe?.begin({ detector: 'left_builds', channel: channel.name, series: {}, windowHours: hours }) ?? UNWATCHED
  const loss = lossOver(channel, hour, hours)
  if (!trial.needs('measured', loss !== null, 0, 1) || loss === null) return null
  const size = loss.stricter + leastLoss(channel.sensitivity.loss, hours, ratio)
  if (!trial.needs('loss', loss.lost > size, loss.lost, size)) return null
  const significance = loss.stricter + leastDeviations(channel.sensitivity, DEVIATIONS) * loss.noise
  if (!trial.needs('noise', loss.lost > significance, loss.lost / loss.noise, significance / loss.noise)) return null
  const missing = youngMissing(channel, source, hour, hours)
  const isDue = missing > LEAST_YOUNG_MISSING && 1 - Math.exp(-loss.lost) > LOST_OF_MISSING * missing
  const left = builtOutOf(channel, source, hour, hours)
  const isLeft = left !== null && left.lost > Math.max(LEAST_LEFT, LEFT_DEVIATIONS * left.noise)
  if (!trial.needs('build', isDue || isLeft, isDue || isLeft ? 1 : 0, 1) || !trial.isMet) return null
  return {
    kind: 'drop',
    channel: channel.name,
    series: {},
    windowHours: hours,
    excess: loss.lost / Math.max(size, significance),
  }
}

/** How much less than usual at these hours comes from young builds, as a part of all; 0 where enough of it comes. */
function youngMissing(channel: ChannelMemory, source: ChannelCounts, hour: HourNumber, hours: number): number {
  const usual = usualYoungPart(channel, source, hour, hours)
  const now = youngPart(channel, source, hour, hours)
  return usual === null || now === null || now > YOUNG_LEFT * usual ? 0 : usual - now
}
