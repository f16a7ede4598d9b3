import { isKnown, type Point, type Value } from './water.ts'

/** Stretches of a line, each of known points, ascending; between two of them something is unknown. */
export type Pieces = readonly (readonly Point[])[]

/** Beyond so many values a pixel, drawing them all takes time and shows nothing more. */
const MOST_PER_PIXEL = 4

/**
 * As few points as draw the same picture on `pixels` columns between `from` and `to`: of each column the first and the last
 * value, the lowest and the highest, and where nothing is known. An hour without submissions so survives in a view of
 * years. Few enough values are left as they are. Source: U. Jugel and others, M4: A Visualization-Oriented Time Series
 * Data Aggregation, VLDB 2014; unknown values are ours.
 */
export function perPixel(
  x: readonly number[],
  values: readonly Value[],
  from: number,
  to: number,
  pixels: number,
): Pieces {
  if (x.length <= pixels * MOST_PER_PIXEL) return pieces(x, values)
  const column = (index: number): number => Math.floor((((x[index] ?? from) - from) * pixels) / (to - from))
  const kept: number[] = []
  for (let start = 0; start < x.length; ) {
    const pixel = column(start)
    let end = start + 1
    while (end < x.length && column(end) === pixel) end++
    keepTelling(kept, values, start, end)
    start = end
  }
  return pieces(
    kept.map((index) => x[index] ?? from),
    kept.map((index) => values[index] ?? null),
  )
}

/** Of the indexes in [start, end): first, last, lowest, highest, and one of each kind of unknown; ascending. */
function keepTelling(kept: number[], values: readonly Value[], start: number, end: number): void {
  let lowest = start
  let highest = start
  let unknown = start
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let index = start; index < end; index++) {
    const value = values[index]
    if (!isKnown(value)) {
      unknown = index
      continue
    }
    if (value < least) {
      least = value
      lowest = index
    }
    if (value > most) {
      most = value
      highest = index
    }
  }
  let last = -1
  for (const index of [start, lowest, highest, unknown, end - 1].sort((a, b) => a - b)) {
    if (index !== last) kept.push(index)
    last = index
  }
}

/** A line cut where it is unknown. */
export function pieces(x: readonly number[], values: readonly Value[]): Pieces {
  const found: Point[][] = []
  let piece: Point[] = []
  for (let index = 0; index < x.length; index++) {
    const value = values[index]
    if (isKnown(value)) {
      if (piece.length === 0) found.push(piece)
      piece.push([x[index] ?? 0, value])
    } else if (piece.length > 0) piece = []
  }
  return found
}

/** The water between two shores, each column as high and as low as it ever is there: what lies within is never drawn as without. */
export interface Shores {
  readonly x: readonly number[]
  readonly low: readonly Value[]
  readonly high: readonly Value[]
}

/** As `perPixel`, for an area: one point a column, from the lowest `low` to the highest `high` in it. */
export function shoresPerPixel(shores: Shores, from: number, to: number, pixels: number): Shores {
  const { x, low, high } = shores
  if (x.length <= pixels * MOST_PER_PIXEL) return shores
  const columns: { x: number; low: Value; high: Value }[] = []
  let pixel = Number.NaN
  for (let index = 0; index < x.length; index++) {
    const at = x[index] ?? from
    const here = Math.floor(((at - from) * pixels) / (to - from))
    const last = columns.at(-1)
    if (last === undefined || here !== pixel)
      columns.push({ x: at, low: low[index] ?? null, high: high[index] ?? null })
    else {
      last.low = lower(last.low, low[index] ?? null)
      last.high = higher(last.high, high[index] ?? null)
    }
    pixel = here
  }
  return {
    x: columns.map((column) => column.x),
    low: columns.map((column) => column.low),
    high: columns.map((column) => column.high),
  }
}

function lower(a: Value, b: Value): Value {
  return isKnown(a) && isKnown(b) ? Math.min(a, b) : (a ?? b)
}

function higher(a: Value, b: Value): Value {
  return isKnown(a) && isKnown(b) ? Math.max(a, b) : (a ?? b)
}
