import type { Contribution, Explanation } from '../finding.ts'
import type { ChannelCounts } from '../judge/builds.ts'
import { at, type HourNumber, place } from '../judge/window.ts'
import { formatCount, formatPercent } from '../sentence/format.ts'
import type { TroubleToExplain } from './explain-volume.ts'

const MOST_CARRIERS = 5
/** Builds that were first seen so shortly before, or since, may have brought it, */
const BUILDS_BEFORE_HOURS = 6
/** where they sent about as many as there are of it. */
const ALIKE = 0.6

/** How much of what is received has the new value, which builds came with it, and how much of what came since is invalid. */
export function explainNovelty(troubles: readonly TroubleToExplain[]): Explanation {
  const { attribute = '', value = '' } = troubles[0]?.series ?? {}
  const received = sumOver(troubles, ({ counts }) => counts.received)
  const seen = sumOver(troubles, ({ counts }) => counts.attributes.get(attribute)?.get(value))
  if (received === 0) return { sentence: '', carriers: [] }
  const invalid = sumOver(troubles, ({ counts }) => counts.invalid)
  const builds = newBuilds(troubles)
  const ofBuilds = builds.reduce((total, build) => total + build.seen, 0)
  const first = ofBuilds >= ALIKE * seen && seen >= ALIKE * ofBuilds ? builds[0]?.value : undefined
  const parts = [
    `${formatCount(seen)} submissions have it so far, ${formatPercent(seen / received)} of what was received since then.`,
    first === undefined ? '' : `It came with builds from ${first} on.`,
    `${formatPercent(invalid / received, 1)} of what was received since is invalid.`,
  ]
  const carrier = contribution('attribute', `${attribute}=${value}`, received, seen)
  return {
    sentence: parts.filter(Boolean).join(' '),
    carriers: [carrier, ...(first === undefined ? [] : builds)].slice(0, MOST_CARRIERS),
    ...(first === undefined ? {} : { firstBuildId: first }),
  }
}

/** The first seen first. */
function newBuilds(troubles: readonly TroubleToExplain[]): readonly Contribution[] {
  const since = Math.min(...troubles.map(({ start }) => start)) - BUILDS_BEFORE_HOURS
  const firstSeen = new Map<string, HourNumber>()
  for (const { channel } of troubles) {
    for (const [build, seen] of channel.builds.firstSeen) {
      if (seen >= since) firstSeen.set(build, Math.min(seen, firstSeen.get(build) ?? seen))
    }
  }
  return [...firstSeen]
    .sort(([a, seenA], [b, seenB]) => seenA - seenB || (a < b ? -1 : 1))
    .map(([build]) => {
      const received = sumOver(troubles, ({ counts }) => counts.builds.get(build)?.received)
      return contribution('build', build, received, received)
    })
}

function contribution(dimension: Contribution['dimension'], value: string, received: number, seen: number) {
  return { dimension, value, expected: received, seen, shareRatio: received > 0 ? Math.min(1, seen / received) : 0 }
}

function sumOver(
  troubles: readonly TroubleToExplain[],
  pick: (source: ChannelCounts) => Float64Array | undefined,
): number {
  let total = 0
  for (const { channel, source, start, hour } of troubles) {
    const values = pick(source)
    if (values === undefined) continue
    for (let h = start; h <= hour; h++) if (channel.rated[place(h)] === 1) total += at(values, h - source.before)
  }
  return total
}
