import { type EpochMs, HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { Build } from './builds.ts'
import type { ChannelProfile, Reason } from './channels.ts'
import { type StoryOptions, worldOf } from './story.ts'
import { type ChannelHour, WORLD_START, type WorldHour, worldHours } from './world.ts'

/** What live traffic has to send during one hour to be what the story would have counted. */
export interface HourOfRates {
  readonly hour: EpochMs
  readonly channels: readonly ChannelRates[]
}

export interface ChannelRates {
  readonly profile: ChannelProfile
  readonly rates: readonly SubmissionRate[]
  /** Share of submissions with each standing problem. */
  readonly problems: ChannelHour['problems']
}

export interface SubmissionRate {
  readonly build: Build
  readonly reason: Reason
  readonly perHour: number
  /** Whether the build names its revision with https. */
  readonly https: boolean
  /** Whether its bodies are over the default limit; the story has none. */
  readonly isTooLarge?: boolean
  /** Whether no newer build of this application is out. */
  readonly isNewestBuild: boolean
}

/**
 * The story's rates by time (output time), without end: after its last hour users go on, and builds go on coming.
 * Ask for ascending hours: going back begins the world anew, which takes a moment.
 */
export function storyRates(options: StoryOptions = {}): (time: EpochMs) => HourOfRates {
  const world = worldOf(options)
  let hours = worldHours(world)
  let current: WorldHour | null = null
  let rates: HourOfRates | null = null
  return (time) => {
    const wanted = startOfHour(time - world.shiftMs)
    if (wanted < WORLD_START) {
      throw new RangeError(`${new Date(time).toISOString()} is before the story: it begins 88 days before its end`)
    }
    if (current !== null && current.time > wanted) {
      hours = worldHours(world)
      current = null
    }
    while (current === null || current.time < wanted) {
      current = hours.next().value
      rates = null
    }
    rates ??= { hour: current.time + world.shiftMs, channels: current.channels.map(ratesOf) }
    return rates
  }
}

/** Submissions per hour of all channels together, or of those that `wanted` names. */
export function totalPerHour(hour: HourOfRates, wanted: ReadonlySet<string> | null = null): number {
  let total = 0
  for (const { profile, rates } of hour.channels) {
    if (wanted !== null && !wanted.has(profile.channel)) continue
    for (const { perHour } of rates) total += perHour
  }
  return total
}

function ratesOf({ profile, cells, problems }: ChannelHour): ChannelRates {
  const newest = new Map<string, EpochMs>()
  for (const { build } of cells) {
    newest.set(build.appName, Math.max(build.releasedAt, newest.get(build.appName) ?? Number.NEGATIVE_INFINITY))
  }
  const rates = cells.map(({ build, reason, expected, revision }) => ({
    build,
    reason,
    perHour: expected,
    https: revision !== 'accepted',
    isNewestBuild: build.releasedAt === newest.get(build.appName),
  }))
  return { profile, rates, problems }
}

/** Mean of all channels' (or the wanted ones') submissions per hour over the week up to `end`. */
export function weeklyMeanPerHour(options: StoryOptions, end: EpochMs, wanted: ReadonlySet<string> | null): number {
  const rates = storyRates(options)
  let total = 0
  for (let i = 168; i > 0; i -= 1) total += totalPerHour(rates(end - i * HOUR_MS), wanted)
  return total / 168
}
