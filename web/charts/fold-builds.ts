import type { ChartData } from './chart-data.ts'

/** One tick of a build, or a bar where the ticks of several would stand on one another. Pixels, ascending. */
export interface BuildTicks {
  readonly left: number
  /** The same as `left` of a single one. */
  readonly right: number
  readonly builds: number
  readonly blamed: boolean
}

/** Nearer than that two ticks are one stroke. */
const TOGETHER_PX = 3

/** Builds first seen in the shown range. Blamed ones are folded among themselves: none of them is lost in a bar of others. */
export function foldBuilds(
  { builds, from, to }: Pick<ChartData, 'builds' | 'from' | 'to'>,
  toX: (time: number) => number,
): readonly BuildTicks[] {
  const shown = builds.filter(({ at }) => at >= from && at <= to)
  const ticks = (isBlamed: boolean) =>
    shown
      .filter(({ blamed }) => blamed === isBlamed)
      .map(({ at }) => toX(at))
      .sort((a, b) => a - b)
  // What is blamed is drawn last, over the others.
  return [...folded(ticks(false), false), ...folded(ticks(true), true)]
}

function folded(places: readonly number[], blamed: boolean): readonly BuildTicks[] {
  const found: BuildTicks[] = []
  for (const place of places) {
    const last = found.at(-1)
    if (last === undefined || place - last.right >= TOGETHER_PX) {
      found.push({ left: place, right: place, builds: 1, blamed })
    } else {
      found[found.length - 1] = { ...last, right: place, builds: last.builds + 1 }
    }
  }
  return found
}
