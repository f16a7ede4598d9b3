/** Between a label's swatch, name and value, and between labels. */
const WITHIN_PX = 5
const BETWEEN_PX = 14
const SWATCH_PX = 10

/** How many rows labels take that stand beside each other and wrap; a label wider than `width` has a row of its own. */
export function partRows(
  labels: readonly { readonly name: string; readonly value: string }[],
  width: number,
  widthOf: (text: string) => number,
): number {
  let [rows, free] = [0, 0]
  for (const { name, value } of labels) {
    const own = Math.min(width, SWATCH_PX + WITHIN_PX + widthOf(name) + WITHIN_PX + widthOf(value))
    if (rows > 0 && own + BETWEEN_PX <= free) {
      free -= own + BETWEEN_PX
    } else {
      rows++
      free = width - own
    }
  }
  return rows
}
