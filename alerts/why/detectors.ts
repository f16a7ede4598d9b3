import type { DetectorWhy, WindowWhy } from './hour-why.ts'
import { areMet, reachedOf, type WatchedLook } from './watch.ts'

/** Of builds there are hundreds: only so many of one detector's series are told of. */
const MOST_SERIES = 5

/** The looks by detector and series, what is nearest to being told first. */
export function detectorsOf(looks: readonly WatchedLook[]): readonly DetectorWhy[] {
  const bySeries = new Map<string, WatchedLook[]>()
  for (const look of looks) {
    const key = JSON.stringify([look.detector, look.channel, look.series])
    const known = bySeries.get(key)
    if (known === undefined) bySeries.set(key, [look])
    else known.push(look)
  }
  const all = [...bySeries.values()].flatMap(detectorOf).sort((a, b) => b.nearest.reached - a.nearest.reached)
  const counts = new Map<string, number>()
  return all.filter(({ detector }) => {
    const count = (counts.get(detector) ?? 0) + 1
    counts.set(detector, count)
    return count <= MOST_SERIES
  })
}

function detectorOf(looks: readonly WatchedLook[]): readonly DetectorWhy[] {
  const [first] = looks
  const windows = nearestByLength(looks.map(windowOf))
  const [nearest] = [...windows].sort((a, b) => b.reached - a.reached)
  if (first === undefined || nearest === undefined) return []
  return [{ detector: first.detector, channel: first.channel, series: first.series, nearest, windows }]
}

/** The minutes are looked at several times an hour. */
function nearestByLength(windows: readonly WindowWhy[]): readonly WindowWhy[] {
  const byLength = new Map<number, WindowWhy>()
  for (const own of windows) {
    const known = byLength.get(own.windowHours)
    if (known === undefined || own.reached > known.reached) byLength.set(own.windowHours, own)
  }
  return [...byLength.values()].sort((a, b) => a.windowHours - b.windowHours)
}

function windowOf(look: WatchedLook): WindowWhy {
  const { windowHours, passedOver } = look
  // That something could be measured is no news.
  const conditions = look.conditions.filter(({ condition, isMet }) => condition !== 'measured' || !isMet)
  return { windowHours, reached: reachedOf(look), isMet: areMet(look), passedOver, conditions }
}
