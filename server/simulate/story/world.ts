import { PROBLEMS, type Problem } from '../../../data/domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfDay } from '../../../data/domain/time.ts'
import { type Adoption, startAdoption } from './adoption.ts'
import { type Build, type BuildPlanOptions, buildOfDay, heldBuilds, newestBuildBefore } from './builds.ts'
import { activity, QUIET_DAYS, STORY_START } from './calendar.ts'
import { CHANNELS, type ChannelProfile, type Population, REASONS, type Reason } from './channels.ts'
import type { BuildEffect, StoryEvent } from './events.ts'
import { type Random, randomStream, wandering } from './random.ts'
import { variedProfile } from './varied-profile.ts'

export interface WorldOptions extends BuildPlanOptions {
  /** Factor on every channel's number of users. */
  readonly scale: number
}

/** What the clients do in one hour, as expected numbers; whether anybody counts them is not the world's business. */
export interface WorldHour {
  /** Story time. */
  readonly time: EpochMs
  readonly channels: readonly ChannelHour[]
}

export interface ChannelHour {
  readonly profile: ChannelProfile
  readonly cells: readonly Cell[]
  /** Share of all submissions with each standing problem. */
  readonly problems: readonly { readonly problem: Problem; readonly ratio: number }[]
  /** Share of the channel's healthy submissions that each event costs in this hour. */
  readonly affected: ReadonlyMap<StoryEvent, number>
}

/** Submissions of one reason by users of one build. */
export interface Cell {
  readonly build: Build
  readonly reason: Reason
  /** Submissions in the whole hour. */
  readonly expected: number
  readonly revision: 'accepted' | 'https-accepted' | 'https-refused'
}

export const WORLD_START: EpochMs = STORY_START - QUIET_DAYS * DAY_MS

/** Long enough for the slowest users to have spread over the builds as they are when the counts begin. */
const SETTLING_DAYS = 56
/** Mean of a channel's activity over a week, near enough. */
const MEAN_ACTIVITY = 0.66

/** Hours from `WORLD_START` on, without end. */
export function* worldHours(options: WorldOptions): Generator<WorldHour, never> {
  const channels = CHANNELS.map((profile) => startChannel(variedProfile(profile, options.seed), options))
  const sharedNoise = wandering(0.006, 0.6, randomStream(options.seed, 'noise of all'))
  for (let time = WORLD_START - SETTLING_DAYS * DAY_MS; time < WORLD_START; time += HOUR_MS) {
    for (const channel of channels) channel.settle(time)
  }
  for (let time = WORLD_START; ; time += HOUR_MS) {
    const noise = sharedNoise()
    yield { time, channels: channels.map((channel) => channel.hour(time, noise)) }
  }
}

interface ChannelWorld {
  /** Lets an hour pass unseen. */
  settle(time: EpochMs): void
  hour(time: EpochMs, sharedNoise: number): ChannelHour
}

function startChannel(profile: ChannelProfile, options: WorldOptions): ChannelWorld {
  const noise = startNoise(profile, options.seed)
  const populations = profile.populations.map((population) => startPopulation(profile, population, options))
  return {
    settle(time) {
      for (const population of populations) population.passHour(time)
    },
    hour(time, sharedNoise) {
      const drawn = noise.next()
      const level =
        profile.peakPerHour * options.scale * activity(profile.shape, time) * Math.exp(sharedNoise + drawn.level)
      const cells: Cell[] = []
      const affected = new Map<StoryEvent, number>()
      for (const population of populations) {
        for (const { build, share } of population.passHour(time)) {
          for (const reason of REASONS) {
            const healthy = population.share * share * reasonRatio(profile, reason, time, drawn.reason)
            cells.push(...cellOf(build, reason, healthy, level, time))
            for (const event of eventsOf(build, reason, time)) affected.set(event, (affected.get(event) ?? 0) + healthy)
          }
        }
      }
      return { profile, cells, problems: drawn.problems, affected }
    },
  }
}

function startPopulation(profile: ChannelProfile, population: Population, options: WorldOptions) {
  const start = WORLD_START - SETTLING_DAYS * DAY_MS
  const adoption: Adoption = startAdoption(
    population,
    newestBuildBefore(profile, population, start - DAY_MS, options),
    heldBuilds(population, start, options.shiftMs),
  )
  let next: Build | null = null
  return {
    share: population.share,
    passHour(time: EpochMs) {
      if (time === startOfDay(time)) next = buildOfDay(profile, population, time, options)
      if (next?.releasedAt === time) adoption.release(next)
      return adoption.passHour(activity(profile.shape, time) / MEAN_ACTIVITY)
    },
  }
}

function cellOf(build: Build, reason: Reason, ratio: number, level: number, time: EpochMs): Cell[] {
  let revision: Cell['revision'] = 'accepted'
  for (const { effect } of build.faults) {
    if (effect.kind === 'https-revision') revision = costs(effect, reason, time) ? 'https-refused' : 'https-accepted'
    else if (costs(effect, reason, time)) return []
  }
  return [{ build, reason, expected: ratio * level, revision }]
}

function eventsOf(build: Build, reason: Reason, time: EpochMs): StoryEvent[] {
  return build.faults.filter(({ effect }) => costs(effect, reason, time)).map(({ event }) => event)
}

function costs(effect: BuildEffect, reason: Reason, time: EpochMs): boolean {
  switch (effect.kind) {
    case 'silent':
      return true
    case 'reason-missing':
      return effect.reason === reason
    case 'https-revision':
      return time < effect.acceptedFrom
  }
}

/** Sessions end in the evening, idle hours come before: the shares of the reasons follow the clock a little. */
function reasonRatio(profile: ChannelProfile, reason: Reason, time: EpochMs, wander: number): number {
  const hour = (time % DAY_MS) / HOUR_MS
  const saved = profile.savedSessionRatio + 0.025 * Math.cos((2 * Math.PI * (hour - 21)) / 24) + wander
  return reason === 'saved-session' ? saved : 1 - saved
}

/** Every stream gives one number an hour, whatever happens in it. */
function startNoise(profile: ChannelProfile, seed: number) {
  const stream = (name: string) => randomStream(seed, 'noise', profile.channel, name)
  const quick = wandering(profile.noise * 0.8, 0.5, stream('quick'))
  const slow = wandering(profile.noise * 0.7, 0.985, stream('slow'))
  const reason = wandering(0.006, 0.9, stream('reason'))
  const problems = PROBLEMS.flatMap((problem) => {
    const ratio = profile.problems[problem]
    if (ratio === undefined) return []
    return [
      { problem, ratio, wander: wandering(0.15, 0.98, stream(problem)), burst: bursts(stream(`bursts of ${problem}`)) },
    ]
  })
  return {
    next() {
      return {
        level: quick() + slow(),
        reason: reason(),
        problems: problems.map(({ problem, ratio, wander, burst }) => ({
          problem,
          ratio: ratio * burst() * Math.exp(wander()),
        })),
      }
    },
  }
}

const HOURS_BETWEEN_BURSTS = 1_000

/** A factor by the hour, 1 nearly always: now and then, for some hours, there is more of a problem, and no harm in it. */
function bursts(random: Random): () => number {
  let left = 0
  let factor = 1
  return () => {
    // As many numbers are drawn in any hour, or what one burst does would move all that follow.
    const [chance, size, length] = [random(), random(), random()]
    left -= 1
    if (left <= 0) factor = 1
    if (factor === 1 && chance < 1 / HOURS_BETWEEN_BURSTS) {
      factor = 1.2 + 0.6 * size
      left = 2 + Math.floor(4 * length)
    }
    return factor
  }
}
