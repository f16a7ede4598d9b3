export interface Span {
  readonly from: number
  readonly to: number
  readonly label: string
}

export interface Placed<T extends Span> {
  readonly span: T
  /** Pixels from the plot's left. */
  readonly left: number
  readonly width: number
  /** The label starts left of the bracket where it would leave the plot. */
  readonly labelLeft: number
  /** 0 is the row nearest to the plot. */
  readonly row: number
}

const LABEL_GAP_PX = 14
/** What people write may be wider than any chart; it stands whole where the label leads. */
const MOST_LABEL_PX = 360
/** Less of a text says nothing. */
const LEAST_LABEL_PX = 72

/**
 * Puts spans and their labels into rows so that nothing overlaps, earliest first, in the lowest row with room. What
 * finds none of `mostRows` keeps its bracket in the top row and loses its label, which the table of incidents still has. A label that
 * would leave the plot is `shifted` back into it, or `cut`, where it has to stand where its span begins.
 */
export function placeSpans<T extends Span>(
  spans: readonly T[],
  toPx: (time: number) => number,
  plotWidth: number,
  textWidth: (label: string) => number,
  mostRows: number,
  nearEnd: 'shifted' | 'cut' = 'shifted',
): readonly Placed<T>[] {
  const ends: number[] = []
  const sorted = [...spans].sort((a, b) => a.from - b.from || a.to - b.to)
  return sorted.map((whole) => {
    const left = Math.max(0, toPx(whole.from))
    const room = nearEnd === 'cut' ? Math.max(LEAST_LABEL_PX, plotWidth - left) : plotWidth
    const span = { ...whole, label: cut(whole.label, Math.min(MOST_LABEL_PX, room), textWidth) }
    const right = Math.min(plotWidth, toPx(span.to))
    const words = textWidth(span.label)
    const labelLeft = Math.max(0, Math.min(left, plotWidth - words))
    const free = ends.findIndex((end) => end <= labelLeft)
    const row = free >= 0 ? free : Math.min(ends.length, mostRows - 1)
    const crowded = free < 0 && ends.length >= mostRows
    ends[row] = Math.max(ends[row] ?? 0, right, crowded ? 0 : labelLeft + words) + LABEL_GAP_PX
    const width = Math.max(1, right - left)
    return crowded
      ? { span: { ...span, label: '' }, left, width, labelLeft: left, row }
      : { span, left, width, labelLeft, row }
  })
}

/** As much of the beginning as has room. */
export function cut(label: string, mostPx: number, textWidth: (label: string) => number): string {
  if (textWidth(label) <= mostPx) return label
  const letters = [...label]
  while (letters.length > 0 && textWidth(`${letters.join('')}…`) > mostPx) letters.pop()
  return `${letters.join('').trimEnd()}…`
}

export function rowsOf(placed: readonly Placed<Span>[]): number {
  return placed.reduce((most, { row }) => Math.max(most, row + 1), 0)
}
