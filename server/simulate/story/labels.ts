import type { Problem } from '../../../data/domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import { type Build, buildOfDay } from './builds.ts'
import { CHANNELS } from './channels.ts'
import type { BuildFault, StoryEvent } from './events.ts'
import { type StoryOptions, storyRange, worldOf } from './story.ts'
import { type WorldOptions, worldHours } from './world.ts'

/** What really happened: the yardstick for a judge. */
export interface StoryLabel {
  readonly event: StoryEvent
  readonly kind: 'gap' | 'drop' | 'invalid'
  /** `*` for a gap: it concerns all. */
  readonly channels: readonly string[]
  /** Of a build's fault: the release of the first such build, when nobody runs it yet. */
  readonly start: EpochMs
  /** When the cause ends: counting goes on, healthy builds are released, the server accepts again. */
  readonly end: EpochMs
  /** End of the last hour in which more than 2 % of a channel's submissions were missing or invalid for it. */
  readonly recoveredAt: EpochMs
  readonly firstBuildId: string | null
  readonly reason: string | null
  readonly problem: Problem | null
  readonly cause: string
}

/** The events of the story that `options` tell, by start. What hasn't begun by its end isn't among them. */
export function storyLabels(options: StoryOptions = {}): StoryLabel[] {
  const world = worldOf(options)
  const { end } = storyRange(options)
  const shifted = (time: EpochMs) => time + world.shiftMs
  const gaps = world.gaps.map(
    (gap): StoryLabel => ({
      event: gap.event,
      kind: 'gap',
      channels: ['*'],
      start: shifted(gap.from),
      end: shifted(gap.to),
      recoveredAt: shifted(gap.to),
      firstBuildId: null,
      reason: null,
      problem: null,
      cause: gap.cause,
    }),
  )
  const lastHours = lastHoursAffected(world, end - world.shiftMs)
  const faults = world.faults.map((fault): StoryLabel => {
    const first = firstBuild(fault, fault.from, world)
    const over =
      fault.effect.kind === 'https-revision' ? fault.effect.acceptedFrom : firstBuild(fault, fault.to, world).releasedAt
    return {
      event: fault.event,
      kind: fault.effect.kind === 'https-revision' ? 'invalid' : 'drop',
      channels: fault.channels,
      start: shifted(first.releasedAt),
      end: shifted(over),
      recoveredAt: shifted((lastHours.get(fault.event) ?? over - HOUR_MS) + HOUR_MS),
      firstBuildId: first.buildId,
      reason: fault.effect.kind === 'reason-missing' ? fault.effect.reason : null,
      problem: fault.effect.kind === 'https-revision' ? 'invalid_revision' : null,
      cause: fault.cause,
    }
  })
  return [...gaps, ...faults].filter(({ start }) => start < end).sort((a, b) => a.start - b.start)
}

/** The first of the fault's channels' builds from story time `from` on. */
function firstBuild(fault: BuildFault, from: EpochMs, world: WorldOptions): Build {
  for (let date = from; date < from + 7 * DAY_MS; date += DAY_MS) {
    const builds = CHANNELS.filter(({ channel }) => fault.channels.includes(channel))
      .flatMap((profile) => profile.populations.map((population) => buildOfDay(profile, population, date, world)))
      .filter((build) => build !== null)
      .sort((a, b) => a.releasedAt - b.releasedAt)
    if (builds[0] !== undefined) return builds[0]
  }
  throw new Error(`event ${fault.event} has no build within a week of ${new Date(from).toISOString()}`)
}

/** Story time, by event, of the last hour before `end` that lost more than 2 % to it. */
function lastHoursAffected(world: WorldOptions, end: EpochMs): Map<StoryEvent, EpochMs> {
  const last = new Map<StoryEvent, EpochMs>()
  for (const { time, channels } of worldHours(world)) {
    if (time >= end) break
    for (const { affected } of channels) {
      for (const [event, ratio] of affected) if (ratio > 0.02) last.set(event, time)
    }
  }
  return last
}
