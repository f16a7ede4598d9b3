import { type Dimensions, OTHER, UNKNOWN } from '../domain/dimensions.ts'
import type { ProblemOrNone } from '../domain/outcome.ts'
import { type EpochMs, HOUR_MS } from '../domain/time.ts'
import type { HourNames, NameLimits } from './hour-names.ts'
import { type AttributeTally, type HourlyTally, keyOf, sumAttributes, sumHourly } from './tally.ts'

/** What clients may invent without end is bounded by these. */
export interface NameRules {
  /** Builds (application, version, build id) of a channel, and values of an attribute in it, in an hour that isn't settled. Default 5,000. */
  readonly namesPerHour: number
  /** The same once the hour is settled; then the largest keep their names. Default 500: whatever holds a 500th of its channel. */
  readonly settledNamesPerHour: number
  /** So many of the newest builds of a channel keep their names, whatever others send. Default 20. */
  readonly pinnedBuilds: number
  /** Builds that these problems are found in keep their names, whatever others send. */
  readonly watchedProblems: readonly string[]
}

export const DEFAULT_NAME_RULES: NameRules = {
  namesPerHour: 5000,
  settledNamesPerHour: 500,
  pinnedBuilds: 20,
  watchedProblems: ['bad_histogram', 'missing_revision', 'invalid_revision', 'unknown_revision', 'histograms_lost'],
}

/** What holds less of its channel than this is one among many: no build that somebody waits for. */
export const PINNED_SHARE_RATIO = 0.002
/** In one segment, a share alone says little: a single submission of a small channel is a large one. */
const PINNED_SUBMISSIONS = 4

/**
 * The same rows with builds and versions that are one too many under `OTHER`, rows that became equal merged. Newcomers to a full hour
 * are one too many unless they hold a share of what their channel sends here and now, or of a watched problem in it.
 */
export function foldBuilds(rows: readonly HourlyTally[], known: HourNames, rules: NameRules): HourlyTally[] {
  const limits: NameLimits = { names: rules.namesPerHour, pinned: Math.ceil(1 / PINNED_SHARE_RATIO) }
  let pinned: ((row: HourlyTally) => boolean) | null = null
  const isPinned = (row: HourlyTally) => {
    pinned ??= pinnedBuilds(rows, rules)
    return pinned(row)
  }
  let isFolded = false
  const named = rows.map((row) => {
    const name = buildName(row.dimensions)
    if (known.admit(row.hour, row.dimensions.channel, name, limits, () => isPinned(row))) return row
    isFolded = true
    return { ...row, dimensions: { ...row.dimensions, appVersion: OTHER, buildId: OTHER } }
  })
  return isFolded ? sumHourly(named) : named
}

function pinnedBuilds(rows: readonly HourlyTally[], rules: NameRules): (row: HourlyTally) => boolean {
  const isWatched = (problem: ProblemOrNone) => rules.watchedProblems.some((watched) => watched === problem)
  const sums = new Map<string, number>()
  const add = (key: string, submissions: number) => sums.set(key, (sums.get(key) ?? 0) + submissions)
  const keysOf = ({ hour, dimensions, problem }: HourlyTally) => {
    const kind = isWatched(problem) ? 'watched' : 'other'
    const ofChannel = { all: keyOf(hour, dimensions.channel), watched: keyOf(hour, dimensions.channel, kind) }
    const name = buildName(dimensions)
    return { ofChannel, ofBuild: { all: keyOf(ofChannel.all, name), watched: keyOf(ofChannel.watched, name) }, kind }
  }
  for (const row of rows) {
    const { ofChannel, ofBuild } = keysOf(row)
    for (const key of [ofChannel.all, ofChannel.watched, ofBuild.all, ofBuild.watched]) add(key, row.submissions)
  }
  const isShare = (part: string, whole: string) => {
    const submissions = sums.get(part) ?? 0
    return submissions >= PINNED_SUBMISSIONS && submissions >= PINNED_SHARE_RATIO * (sums.get(whole) ?? 0)
  }
  return (row) => {
    if (isDatedAfter(row.dimensions.buildId, row.hour + HOUR_MS)) return false
    const { ofChannel, ofBuild, kind } = keysOf(row)
    if (kind === 'watched' && isShare(ofBuild.watched, ofChannel.watched)) return true
    return isShare(ofBuild.all, ofChannel.all)
  }
}

/** Build ids begin with the time of the build, `YYYYMMDDhhmmss`; one that doesn't is of no date. */
function isDatedAfter(buildId: string, time: EpochMs): boolean {
  const date = /^\d{8,14}/.exec(buildId)?.[0]
  return date !== undefined && date > new Date(time).toISOString().replaceAll(/\D/g, '').slice(0, date.length)
}

/** The same for the values of attributes. */
export function foldAttributes(rows: readonly AttributeTally[], known: HourNames, rules: NameRules): AttributeTally[] {
  const limits: NameLimits = { names: rules.namesPerHour, pinned: 0 }
  let isFolded = false
  const named = rows.map((row) => {
    if (known.admit(row.hour, attributeGroup(row), row.value, limits, () => false)) return row
    isFolded = true
    return { ...row, value: OTHER }
  })
  return isFolded ? sumAttributes(named) : named
}

/** A build's name within the limit: builds and versions are what clients may invent without end. */
export function buildName({ appName, appVersion, buildId }: Omit<Dimensions, 'channel' | 'reason'>): string {
  return keyOf(appName, appVersion, buildId)
}

export function attributeGroup({ channel, attribute }: Pick<AttributeTally, 'channel' | 'attribute'>): string {
  return keyOf(channel, attribute)
}

/** They stand for many already. */
export const NAMELESS = [OTHER, UNKNOWN] as const
