/** Where everything of a chart stands, in CSS pixels of its box: for ECharts' grids and for the words laid over them. */

export const LANES = ['submissions', 'ofExpected', 'invalid'] as const
/** `parts`: what the submissions are made of, where somebody asks for it. */
export type Lane = (typeof LANES)[number] | 'parts'

export interface Size {
  readonly width: number
  /** Where lanes are named and numbers stand: in the margins, above each plot (tablets), or inside it (phones). */
  readonly labels: 'margin' | 'above' | 'inside'
}

export interface LaneBox {
  readonly lane: Lane
  readonly top: number
  readonly height: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly plotWidth: number
  readonly labels: Size['labels']
  readonly lanes: readonly LaneBox[]
  /** Top of the rows of incidents' brackets, of the row of flags, and of the row that names gaps. */
  readonly bracketTop: number
  readonly flagTop: number
  readonly gapLabelTop: number
  /** Where ticks of builds hang; null without them. */
  readonly buildTop: number | null
  /** Of the names of parts under their lane. */
  readonly partNamesHeight: number
}

const HEIGHTS: Readonly<Record<Lane, number>> = { submissions: 256, parts: 172, ofExpected: 92, invalid: 70 }
/** On a phone what the chart is about has to stand on the same screen. */
const SUBMISSIONS_INSIDE_PX = 208
export const BRACKET_ROW_PX = 27
const GAP_ROW_PX = 18
export const FLAG_ROW_PX = 24
const BETWEEN_LANES_PX = 26
/** Above a plot with an axis at its left the title keeps clear of the topmost label. */
export const TITLE_ROW_PX: Readonly<Record<Size['labels'], number>> = { margin: 0, above: 32, inside: 24 }
const AXIS_PX = 26
/** Under the lane of parts, where there is no margin for names: rows of them, of which the first stands in the space between lanes. */
const PART_ROW_PX = 18
const LEAST_PART_ROWS = 3
const BUILDS_PX = 20

export function labelsFor(width: number): Size['labels'] {
  if (width >= 900) return 'margin'
  return width >= 560 ? 'above' : 'inside'
}

export function chartLayout(
  size: Size,
  lanes: readonly Lane[],
  head: {
    readonly bracketRows: number
    /** Of what people marked; none where it isn't given. */
    readonly flagRows?: number
    readonly gapRow: boolean
    readonly builds: boolean
    /** That names of parts take where they stand under their lane. */
    readonly partRows?: number
  },
): Layout {
  const margins = { margin: [112, 138], above: [44, 12], inside: [0, 0] } as const
  const [left, right] = margins[size.labels]
  const bracketTop = 0
  const flagTop = head.bracketRows * BRACKET_ROW_PX
  const gapLabelTop = flagTop + (head.flagRows ?? 0) * FLAG_ROW_PX
  const partRows = Math.max(LEAST_PART_ROWS, head.partRows ?? 0)
  let top = gapLabelTop + (head.gapRow ? GAP_ROW_PX : 0) + 6
  const boxes = lanes.map((lane, index) => {
    if (index > 0) top += BETWEEN_LANES_PX
    top += TITLE_ROW_PX[size.labels]
    const height = lane === 'submissions' && size.labels === 'inside' ? SUBMISSIONS_INSIDE_PX : HEIGHTS[lane]
    const box = { lane, top, height }
    top += height + (lane === 'parts' && size.labels !== 'margin' ? (partRows - 1) * PART_ROW_PX : 0)
    return box
  })
  const buildTop = head.builds ? top + 8 : null
  const height = top + (head.builds ? BUILDS_PX : 0) + AXIS_PX
  const plotWidth = Math.max(1, size.width - left - right)
  return {
    width: size.width,
    height,
    left,
    plotWidth,
    labels: size.labels,
    lanes: boxes,
    bracketTop,
    flagTop,
    gapLabelTop,
    buildTop,
    partNamesHeight: partRows * PART_ROW_PX,
  }
}
