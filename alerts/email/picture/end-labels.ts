import { formatCount, formatPercent } from '../../sentence/format.ts'
import { drawable, label, type Mark } from './marks.ts'
import { lastKnown } from './picture-hours.ts'
import { PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'
import { COLOUR, LETTER_WIDTH } from './picture-style.ts'
import { lineColour } from './seen-lines.ts'

/** Under whatever lies lowest at the left edge. */
export function ghostLabel(spec: PictureSpec): Mark[] {
  if (spec.lastWeek === null) return []
  const near = Math.ceil((70 / PICTURE_WIDTH) * spec.hours)
  const all = [spec.lastWeek, spec.water?.low ?? [], ...spec.lines.map((each) => each.values)]
  const values = all.flatMap((each) => each.slice(0, near)).filter((value) => value !== null)
  if (values.length === 0) return []
  return [
    (place, frame) => {
      const [x, y] = place(0, Math.min(...values))
      return label('last week', x, Math.min(y + 12, frame.bottom - 9), COLOUR.ink3)
    },
  ]
}

/** A dot and the newest number; several lines are named beside their ends, pushed apart where they would overlap. */
export function endLabels(spec: PictureSpec, top: number): Mark[] {
  if (spec.lines.length > 1) return namedEnds(spec, top)
  const [main] = spec.lines
  const end = main === undefined ? null : lastKnown(main.values)
  if (main === undefined || end === null || spec.trouble.kind === 'gap') return []
  const number = spec.unit === 'ratio' ? formatPercent(end.value) : formatCount(end.value)
  const text = drawable(`${main.label} ${number}`)
  const covered = Math.ceil((text.length * LETTER_WIDTH * spec.hours) / PICTURE_WIDTH)
  return [
    (place, frame) => {
      const [x, y] = place(end.hour + 0.5, end.value)
      const [, lowest] = place(0, lowestOf(spec, end.hour - covered, end.hour))
      return {
        type: 'group',
        children: [
          { type: 'circle', shape: { cx: x, cy: y, r: 3.5 }, style: { fill: COLOUR.ink } },
          label(text, x + 4, endLabelY(spec, y, lowest, frame.bottom), COLOUR.ink, 500, 'right'),
        ],
      }
    },
  ]
}

/** In free water or on free paper: under everything near the end, else within the red ground above or below the line. */
function endLabelY(spec: PictureSpec, y: number, lowest: number, bottom: number): number {
  if (spec.trouble.kind === 'invalid') return y + 34 < bottom ? y + 18 : y - 16
  return lowest + 24 < bottom && lowest - y < 60 ? lowest + 15 : y - 15
}

/** The lowest thing drawn between two hours. */
function lowestOf(spec: PictureSpec, from: number, to: number): number {
  const all = [...spec.lines.map((each) => each.values), spec.water?.low ?? [], spec.lastWeek ?? []]
  return Math.min(...all.flatMap((values) => values.slice(Math.max(0, from), to + 1)).filter((value) => value !== null))
}

function namedEnds(spec: PictureSpec, top: number): Mark[] {
  const ends = spec.lines.flatMap((each) => {
    const end = lastKnown(each.values)
    return end === null ? [] : [{ ...each, ...end }]
  })
  const plotHeight = 176
  const heights = apart(
    ends.map((end) => (end.value / top) * plotHeight),
    15,
  )
  return ends.map((end, index) => (place) => {
    const [x] = place(spec.hours, 0)
    const [, zero] = place(0, 0)
    const number = spec.unit === 'ratio' ? formatPercent(end.value) : formatCount(end.value)
    return label(
      drawable(`${end.label} ${number}`),
      x + 8,
      zero - (heights[index] ?? 0),
      lineColour(spec, end.channel),
      500,
    )
  })
}

/** Moves `heights` up until any two are at least `distance` apart; keeps their order. */
function apart(heights: readonly number[], distance: number): number[] {
  const result = [...heights]
  const order = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0))
  let floor = Number.NEGATIVE_INFINITY
  for (const index of order) {
    const height = Math.max(result[index] ?? 0, floor)
    result[index] = height
    floor = height + distance
  }
  return result
}
