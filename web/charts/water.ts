/** The shapes of a chart in the chart's own units: the water between two shores, the dry ground below it, gaps. */

export type Value = number | null
export type Point = readonly [x: number, y: number]
/** A closed ring; the first point isn't repeated at the end. */
export type Ring = readonly Point[]

/** Stretches of consecutive indexes within [from, to) for which `is` holds, both ends included. */
export function runs(from: number, to: number, is: (index: number) => boolean): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  let start = -1
  for (let index = from; index <= to; index++) {
    const holds = index < to && is(index)
    if (holds && start < 0) start = index
    if (!holds && start >= 0) {
      found.push([start, index - 1])
      start = -1
    }
  }
  return found
}

/** What lies between `low` and `high` from index `from` up to (not with) `to`; broken where either is unknown. */
export function water(
  x: readonly number[],
  low: readonly Value[],
  high: readonly Value[],
  from: number,
  to: number,
): readonly Ring[] {
  return runs(from, to, (index) => isKnown(low[index]) && isKnown(high[index])).map(([first, last]) => {
    const upper: Point[] = []
    const lower: Point[] = []
    for (let index = first; index <= last; index++) {
      upper.push([x[index] ?? 0, high[index] ?? 0])
      lower.push([x[index] ?? 0, low[index] ?? 0])
    }
    return [...upper, ...lower.reverse()]
  })
}

/**
 * What lies between `line` and `shore` where `line` is on the wrong side of it (`below` or `above`). Where they cross
 * between two points the ring ends in the crossing, so that its edge runs along the lines that are drawn.
 */
export function dryGround(
  x: readonly number[],
  line: readonly Value[],
  shore: readonly Value[],
  side: 'below' | 'above',
): readonly Ring[] {
  const sign = side === 'below' ? 1 : -1
  const depth = (index: number): number => sign * ((shore[index] ?? 0) - (line[index] ?? 0))
  const known = (index: number): boolean => isKnown(line[index]) && isKnown(shore[index])
  return runs(0, x.length, (index) => known(index) && depth(index) > 0).map(([first, last]) => {
    const along: Point[] = []
    const back: Point[] = []
    if (first > 0 && known(first - 1)) along.push(crossing(first - 1))
    for (let index = first; index <= last; index++) {
      along.push([x[index] ?? 0, line[index] ?? 0])
      back.push([x[index] ?? 0, shore[index] ?? 0])
    }
    if (last + 1 < x.length && known(last + 1)) along.push(crossing(last))
    return [...along, ...back.reverse()]
  })

  /** Where line and shore meet between `index` and the next. */
  function crossing(index: number): Point {
    const before = depth(index)
    const share = before / (before - depth(index + 1))
    return [mix(x[index] ?? 0, x[index + 1] ?? 0, share), mix(line[index] ?? 0, line[index + 1] ?? 0, share)]
  }
}

/** As `line`, but at least null; for drawing only a part of it. */
export function onlyWithin(values: readonly Value[], is: (index: number) => boolean): readonly Value[] {
  return values.map((value, index) => (is(index) ? value : null))
}

export function isKnown(value: Value | undefined): value is number {
  return value !== null && value !== undefined
}

/** The greatest known value; 0 where none is known. */
export function highest(...lists: readonly (readonly Value[])[]): number {
  let most = 0
  for (const list of lists) for (const value of list) if (isKnown(value) && value > most) most = value
  return most
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share
}
