/** Two fingers on a chart: which time each of them took hold of, the left one first. */
export type Held = readonly [left: number, right: number]

/** Closer together, fingers say nothing of a scale. */
const LEAST_APART_PX = 24

/**
 * What a plot shows when the times that two fingers hold are where the fingers are: apart, it shows less; both moved, other times. Null
 * while they are too close together.
 */
export function pinched(
  held: Held,
  pixels: readonly [number, number],
  plot: { readonly left: number; readonly width: number },
): { readonly from: number; readonly to: number } | null {
  const [left, right] = [Math.min(...pixels), Math.max(...pixels)]
  if (right - left < LEAST_APART_PX) return null
  const msPerPixel = (held[1] - held[0]) / (right - left)
  const from = held[0] - (left - plot.left) * msPerPixel
  return { from, to: from + plot.width * msPerPixel }
}
