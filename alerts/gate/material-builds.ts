import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { timeOfBuild } from './build-time.ts'

/** A build as it was seen on a channel. */
interface Seen {
  readonly buildId: string
  readonly firstSeen: EpochMs
  /** Of the channel's submissions, on the build's best day, 0 to 1. */
  readonly bestDayRatio: number
}

interface Known {
  readonly now: EpochMs
  readonly incidents: readonly Incident[]
}

/** What people build for themselves, or make up, stays below. */
const MATERIAL_RATIO = 0.03
/** So long a build is taken up: until then, how many have it says nothing of what it is. */
const YOUNG_MS = 2 * DAY_MS
/** Build machines are at most so far ahead of UTC. */
const MOST_AHEAD_MS = 14 * HOUR_MS

/**
 * Whether something can be said of a channel by this build: its id tells when it was built, before anybody ran it, and it holds, or may
 * still come to hold, a material share. Ids come from clients, so anybody can make one up. One that an open incident
 * names is material, however few report it: that may be just what is wrong with it.
 */
export function isMaterialBuild({ buildId, firstSeen, bestDayRatio }: Seen, { now, incidents }: Known): boolean {
  const builtAt = timeOfBuild(buildId)
  if (builtAt === null || builtAt > firstSeen + MOST_AHEAD_MS) return false
  if (bestDayRatio >= MATERIAL_RATIO || now - firstSeen < YOUNG_MS) return true
  return incidents.some(
    (incident) => (incident.state === 'open' || incident.state === 'recovering') && names(incident, buildId),
  )
}

function names({ series, explanation: { carriers, firstBuildId } }: Incident, buildId: string): boolean {
  const isCarrier = carriers.some(({ dimension, value }) => dimension === 'build' && value === buildId)
  return series.buildId === buildId || firstBuildId === buildId || isCarrier
}

/** Those that something can be said by, in their order; where there is none (ids of another kind, a channel of many), all. */
export function materialBuilds<Build extends Seen>(builds: readonly Build[], known: Known): readonly Build[] {
  const material = builds.filter((build) => isMaterialBuild(build, known))
  return material.length > 0 ? material : builds
}

/** Of each channel the material build that was seen last, and those seen within a day before it; `builds` ascend by first seen. */
export function newestBuilds<Build extends Seen & { readonly channel: string }>(
  builds: readonly Build[],
  known: Known,
): readonly Build[] {
  const channels = [...new Set(builds.map(({ channel }) => channel))]
  return channels.flatMap((channel) => {
    const own = materialBuilds(
      builds.filter((build) => build.channel === channel),
      known,
    )
    const newest = own.at(-1)?.firstSeen ?? 0
    return own.filter(({ firstSeen }) => firstSeen > newest - DAY_MS)
  })
}

const MUCH_LARGER = 5

/**
 * Of a channel's newest builds (as `newestBuilds` gives them, judged) the one that stands for it: one release can bring several on a day,
 * of other applications; then it is the one that nearly all have, unless the newest fails. Null of none.
 */
export function standingBuild<
  Judged extends { readonly verdict: 'pass' | 'fail' | 'wait'; readonly build: { readonly received: number } },
>(newest: readonly Judged[]): Judged | null {
  const last = newest.at(-1)
  if (last === undefined || last.verdict === 'fail') return last ?? null
  return newest.reduce(
    (largest, one) =>
      one.verdict !== 'fail' && one.build.received > MUCH_LARGER * largest.build.received ? one : largest,
    last,
  )
}
