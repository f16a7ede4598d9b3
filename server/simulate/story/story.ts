import {
  NO_PROBLEM,
  OUTCOME_OF_PROBLEM,
  type Outcome,
  type Problem,
  type ProblemOrNone,
} from '../../../data/domain/outcome.ts'
import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import { STORY_END, storyShiftMs } from './calendar.ts'
import type { ChannelProfile } from './channels.ts'
import {
  BUILD_FAULTS,
  COUNTING_GAPS,
  type CountingGap,
  coverageOfHour,
  STORY_EVENTS,
  type StoryEvent,
} from './events.ts'
import { divided, normal, poisson, type Random, randomStream, thinned } from './random.ts'
import { type Cell, type ChannelHour, WORLD_START, type WorldOptions, worldHours } from './world.ts'

export interface StoryOptions {
  /** Default 1. Another seed is another winter with the same events. */
  readonly seed?: number
  /** Those that happen; default all. */
  readonly events?: readonly StoryEvent[]
  /**
   * Shifts the story by whole weeks so that it ends at or within a week before this time; the counts go on, without
   * events, up to it. Default: the story's own dates, ending with 12 February 2014.
   */
  readonly endAt?: EpochMs
  /** Factor on every channel's number of users; default 1. */
  readonly scale?: number
}

/** One hour's counts. Nothing in it is zero. */
export interface StoryHour {
  readonly hour: EpochMs
  /** 0 to 1 of the hour; without coverage there are no counts. */
  readonly coverageRatio: number
  readonly counts: readonly StoryCount[]
  readonly attributes: readonly StoryAttributeCount[]
}

export interface StoryCount {
  readonly channel: string
  readonly appName: string
  readonly appVersion: string
  readonly buildId: string
  readonly reason: string
  readonly outcome: Outcome
  readonly problem: ProblemOrNone
  readonly submissions: number
  readonly bytes: number
}

export interface StoryAttributeCount {
  readonly channel: string
  readonly attribute: 'revision_prefix' | 'path_form' | 'os'
  readonly value: string
  readonly submissions: number
}

export const HTTP_PREFIX = 'http://hg.mozilla.org'
export const HTTPS_PREFIX = 'https://hg.mozilla.org'

/** First and last moment of the counts. */
export function storyRange(options: StoryOptions = {}): { readonly start: EpochMs; readonly end: EpochMs } {
  const shiftMs = storyShiftMs(options.endAt ?? null)
  return { start: WORLD_START + shiftMs, end: options.endAt ?? STORY_END }
}

/** Every hour of the story in order; the last one may be partly covered, where `endAt` is within an hour. */
export function* storyHours(options: StoryOptions = {}): Generator<StoryHour, void> {
  const { end } = storyRange(options)
  const world = worldOf(options)
  for (const { time, channels } of worldHours(world)) {
    const hour = time + world.shiftMs
    if (hour >= end) return
    const coverageRatio = coverageOfHour(time, world.gaps) - Math.max(0, hour + HOUR_MS - end) / HOUR_MS
    if (coverageRatio <= 0) {
      yield { hour, coverageRatio: 0, counts: [], attributes: [] }
      continue
    }
    const counts: StoryCount[] = []
    const attributes: StoryAttributeCount[] = []
    for (const channel of channels) {
      countChannel(
        channel,
        coverageRatio,
        randomStream(world.seed, 'counts', channel.profile.channel, time / HOUR_MS),
        {
          counts,
          attributes,
        },
      )
    }
    yield { hour, coverageRatio, counts, attributes }
  }
}

/** The world behind a story, and who counted in it. */
export function worldOf(options: StoryOptions): WorldOptions & { readonly gaps: readonly CountingGap[] } {
  const happening = new Set(options.events ?? STORY_EVENTS)
  return {
    seed: options.seed ?? 1,
    scale: options.scale ?? 1,
    shiftMs: storyShiftMs(options.endAt ?? null),
    faults: BUILD_FAULTS.filter(({ event }) => happening.has(event)),
    gaps: COUNTING_GAPS.filter(({ event }) => happening.has(event)),
  }
}

interface Collected {
  readonly counts: StoryCount[]
  readonly attributes: StoryAttributeCount[]
}

function countChannel(hour: ChannelHour, coverageRatio: number, random: Random, into: Collected): void {
  const { profile, cells } = hour
  const seen: Readable = { all: 0, opened: 0, http: 0, https: 0, none: 0 }
  for (const cell of cells) {
    const submissions = poisson(cell.expected * coverageRatio, random)
    for (const [problem, count] of byProblem(cell, submissions, hour.problems, random)) {
      if (count === 0) continue
      into.counts.push(countOf(profile, cell, problem, count, random))
      seen.all += count
      if (problem === NO_PROBLEM || OUTCOME_OF_PROBLEM[problem] !== 'rejected') seen.opened += count
      const prefix = prefixOf(cell, problem)
      if (prefix !== null) seen[prefix] += count
    }
  }
  addAttributes(profile, seen, random, into.attributes)
}

/** What becomes of a cell's submissions; the counts add up to `submissions`. */
function byProblem(
  cell: Cell,
  submissions: number,
  problems: ChannelHour['problems'],
  random: Random,
): [ProblemOrNone, number][] {
  const ratios = problems.map(({ ratio }) => ratio)
  const troubled = thinned(
    submissions,
    ratios.reduce((sum, ratio) => sum + ratio, 0),
    random,
  )
  const counts = troubled > 0 ? divided(troubled, ratios, random) : []
  const troubles = problems.map(({ problem }, i): [Problem, number] => [problem, counts[i] ?? 0])
  if (cell.revision !== 'https-refused') return [...troubles, [NO_PROBLEM, submissions - troubled]]
  const before = troubles.filter(([problem]) => isFoundBeforeRevision(problem))
  const refused = submissions - before.reduce((sum, [, count]) => sum + count, 0)
  return [...before, ['invalid_revision', refused]]
}

/** A record counts under its first problem: what can't be opened, or names no revision, is never asked for one. */
function isFoundBeforeRevision(problem: Problem): boolean {
  return problem === 'missing_revision' || OUTCOME_OF_PROBLEM[problem] === 'rejected'
}

function prefixOf(cell: Cell, problem: ProblemOrNone): 'http' | 'https' | 'none' | null {
  if (problem !== NO_PROBLEM && isFoundBeforeRevision(problem)) return null
  // Of an accepted scheme only those of builds without a repository are invalid, and these name no host at all.
  if (problem === 'invalid_revision' && cell.revision !== 'https-refused') return 'none'
  return cell.revision === 'accepted' ? 'http' : 'https'
}

/** Submissions of a channel's hour, by what can be read of them. */
interface Readable {
  all: number
  /** Their JSON could be read. */
  opened: number
  /** By what their revision begins with. */
  http: number
  https: number
  none: number
}

function countOf(
  profile: ChannelProfile,
  { build, reason }: Cell,
  problem: ProblemOrNone,
  submissions: number,
  random: Random,
): StoryCount {
  return {
    channel: profile.channel,
    appName: build.appName,
    appVersion: build.appVersion,
    buildId: build.buildId,
    reason,
    outcome: problem === NO_PROBLEM ? 'accepted' : OUTCOME_OF_PROBLEM[problem],
    problem,
    submissions,
    bytes: problem === 'empty_data' ? 0 : meanBytes(profile, submissions, random) * submissions,
  }
}

/** Sizes of single submissions spread by a third around the channel's mean. */
function meanBytes(profile: ChannelProfile, submissions: number, random: Random): number {
  return Math.round(profile.meanBytes * Math.exp((0.33 / Math.sqrt(submissions)) * normal(random)))
}

function addAttributes(profile: ChannelProfile, seen: Readable, random: Random, into: StoryAttributeCount[]): void {
  const { channel } = profile
  const add = (attribute: StoryAttributeCount['attribute'], value: string, submissions: number) => {
    if (submissions > 0) into.push({ channel, attribute, value, submissions })
  }
  add('revision_prefix', HTTP_PREFIX, seen.http)
  add('revision_prefix', HTTPS_PREFIX, seen.https)
  add('revision_prefix', 'none', seen.none)
  const idOnly = thinned(seen.all, profile.idPathRatio, random)
  add('path_form', 'id', idOnly)
  add('path_form', 'full', seen.all - idOnly)
  const ofSystem = divided(seen.opened, Object.values(profile.os), random)
  Object.keys(profile.os).forEach((system, i) => {
    add('os', system, ofSystem[i] ?? 0)
  })
}
