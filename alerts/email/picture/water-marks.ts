import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { formatClock, formatRange } from '../../sentence/format.ts'
import { between } from './areas.ts'
import { label, type Mark, marks, type Place } from './marks.ts'
import { blankBefore, hourIndex, seenHours } from './picture-hours.ts'
import type { PictureSpec } from './picture-spec.ts'
import { COLOUR, LETTER_WIDTH } from './picture-style.ts'
import { line } from './seen-lines.ts'

export function water(spec: PictureSpec, isDense: boolean): (LineSeriesOption | CustomSeriesOption)[] {
  if (spec.water === null) return []
  const { low, high } = spec.water
  const now = seenHours(spec)
  const past = { low: low.slice(0, now), high: high.slice(0, now) }
  // The forecast begins where the past ends, so that the two bodies of water touch.
  const ahead = { low: blankBefore(low, now - 1), high: blankBefore(high, now - 1) }
  const width = isDense ? 0.5 : 1
  return [
    marks([...between(past.low, past.high, COLOUR.water, 0.2), ...between(ahead.low, ahead.high, COLOUR.water, 0.1)]),
    ...[past.low, past.high].map((values) => line(values, { color: COLOUR.shore, width })),
    ...[ahead.low, ahead.high].map((values) => line(values, { color: COLOUR.shore, width: 1, type: [2, 2] })),
  ]
}

/** Water of one hour: the only one whose range is known. */
export function expectedRange(spec: PictureSpec): Mark[] {
  const range = spec.expected?.range
  if (range == null) return []
  const when = formatClock(spec.start + range.hour * HOUR_MS)
  const words = `expected ${formatRange(range.low, range.high)} at ${when}`
  // Beside the bar, or left of the start line where that would cross them out.
  const wordsEnd = (place: Place) => {
    const [end] = place(range.hour + 0.5, 0)
    const [start] = place(hourIndex(spec, spec.trouble.from), 0)
    const isCrossed = start > end - 10 - words.length * LETTER_WIDTH
    return isCrossed ? Math.min(end - 10, start - 6) : end - 10
  }
  return [
    (place, frame) => {
      const [left, high] = place(range.hour + 0.5, range.high)
      const [, low] = place(range.hour + 0.5, range.low)
      const shore = { stroke: COLOUR.shore, lineWidth: 1 }
      const bar = { x: left - 4, y: high, width: 8, height: low - high }
      return {
        type: 'group',
        children: [
          { type: 'rect', shape: bar, style: { fill: COLOUR.water, opacity: 0.4 } },
          { type: 'line', shape: { x1: left - 4, y1: high, x2: left + 4, y2: high }, style: shore },
          { type: 'line', shape: { x1: left - 4, y1: low, x2: left + 4, y2: low }, style: shore },
          label(words, wordsEnd(place), Math.max(frame.top + 9, (high + low) / 2), COLOUR.waterText, 400, 'right'),
        ],
      }
    },
  ]
}
