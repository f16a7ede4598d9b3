import type { CustomSeriesOption } from 'echarts/charts'
import type { LaneDrawing } from './lane-drawing.ts'
import { LEAST_OF_LOG, LEAST_SPAN } from './measure.ts'
import { type ChartParts, stacked } from './parts.ts'
import { logTicks, type Scale, type Ticks, ticksFromZero } from './scale.ts'
import type { ChartTheme } from './theme.ts'
import { highest, isKnown, water } from './water.ts'

const MOST_TICKS = 3

/** One upon the other they can't be logarithmic: their heights are what is read. */
export function isLogarithmic(parts: ChartParts | null, log: boolean): boolean {
  return log && parts?.form === 'lines'
}

export function partsTicks(
  parts: ChartParts | null,
  log: boolean,
): Ticks & { readonly min: number; readonly kind: Scale['kind'] } {
  if (parts === null) return { ...ticksFromZero(1, MOST_TICKS), min: 0, kind: 'linear' }
  const lists = parts.form === 'stacked' ? stacked(parts.lines) : parts.lines.map(({ values }) => values)
  const most = highest(...lists)
  if (isLogarithmic(parts, log)) {
    const positive = lists.flat().filter((value) => isKnown(value) && value > 0)
    const least = positive.reduce<number>((low, value) => Math.min(low, value ?? low), most || 1)
    return { ...logTicks(least, most || 10, LEAST_OF_LOG[parts.measure]), kind: 'log' }
  }
  const isWhole = parts.form === 'stacked' && parts.measure === 'share'
  // There is nothing over the whole: thirds of it would end at 120 %.
  const ticks = isWhole ? ticksFromZero(1, 2) : ticksFromZero(Math.max(most, LEAST_SPAN[parts.measure]), MOST_TICKS)
  return { ...ticks, min: 0, kind: 'linear' }
}

/** Colour of a line by its place; the rest has its own, whatever its place. */
function partColour(theme: ChartTheme, parts: ChartParts, index: number): string {
  const line = parts.lines[index]
  return line === undefined || line.isRest ? theme.rest : (theme.parts[index] ?? theme.rest)
}

export function partsMarks(
  parts: ChartParts,
  draw: LaneDrawing,
  theme: ChartTheme,
  width: number,
): readonly CustomSeriesOption[] {
  const { x, lines } = parts
  if (parts.form === 'lines') {
    // The largest is drawn last, over the others.
    return lines
      .map(({ values }, index) => draw.line(`part ${index}`, values, partColour(theme, parts, index), width, x))
      .reverse()
  }
  const edges = stacked(lines)
  const ground = x.map(() => 0)
  return edges.flatMap((edge, index) => {
    const colour = partColour(theme, parts, index)
    const rings = water(x, edges[index - 1] ?? ground, edge, 0, x.length)
    return [
      draw.rings(`part ${index} fill`, rings, colour, STACKED_OPACITY),
      draw.line(`part ${index}`, edge, colour, 1, x),
    ]
  })
}

/** Full, the largest part would be the darkest body of the page, and it is only the largest. */
const STACKED_OPACITY = 0.4
