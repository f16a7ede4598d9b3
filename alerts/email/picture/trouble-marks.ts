import { HOUR_MS } from '../../../data/domain/time.ts'
import { formatClock, formatDay, formatDuration } from '../../sentence/format.ts'
import { fitted, type GraphicElement, label, type Mark, upright } from './marks.ts'
import { hourIndex } from './picture-hours.ts'
import { PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'
import { COLOUR, LETTER_WIDTH, MARKS_Y, TITLE_Y } from './picture-style.ts'

/** Upright hatch over the whole height: nothing is known of these hours. */
export function gapHatches(spec: PictureSpec): Mark[] {
  return spec.gaps.map(({ from, to }) => (place, frame) => {
    const [left] = place(from, 0)
    const [right] = place(to, 0)
    const size = { x: left, y: frame.top, width: right - left, height: frame.bottom - frame.top }
    const lines: GraphicElement[] = [{ type: 'rect', shape: size, style: { fill: COLOUR.paper } }]
    for (let x = Math.ceil(left) + 0.5; x <= right; x += 4) {
      lines.push(upright(x, frame.top, frame.bottom, COLOUR.hatch))
    }
    return { type: 'group', children: lines }
  })
}

export function gapLabels(spec: PictureSpec): Mark[] {
  return spec.gaps.map(({ from, to }) => (place, frame) => {
    const [left] = place(from, 0)
    const text = `nothing counted, ${formatDuration((to - from) * HOUR_MS)}`
    const [start] = place(Math.max(0, hourIndex(spec, spec.trouble.from)), 0)
    // The start of the trouble is written on the same line, and matters more.
    const isFree = spec.trouble.kind === 'gap' || Math.abs(left - start) > 150
    return label(isFree ? text : '', fitted(left, text, frame.right), MARKS_Y, COLOUR.ink2)
  })
}

export function title(spec: PictureSpec): Mark[] {
  const gap = spec.title.length * 5.6 + 12
  const words: Mark[] = [() => label(spec.title, 0, TITLE_Y, COLOUR.ink, 500)]
  if (spec.water !== null) words.push(() => label('water: 99 of 100 normal hours', gap, TITLE_Y, COLOUR.waterText))
  if (spec.expected?.values.some((value) => value !== null)) {
    const how = `thin line: expected ${spec.expected.how}`
    if (gap + how.length * LETTER_WIDTH < PICTURE_WIDTH) words.push(() => label(how, gap, TITLE_Y, COLOUR.waterText))
  }
  return words
}

export function trouble(spec: PictureSpec): Mark[] {
  const { from, to, kind } = spec.trouble
  if (kind === 'gap') return []
  const start = hourIndex(spec, from)
  const day = formatDay(from)
  const isWeekdayEnough = spec.hours < 6 * 24
  const when = `${isWeekdayEnough ? day.slice(0, 3) : day} ${formatClock(from)}`
  const text = to === null ? `since ${when}` : `from ${when}, ${formatDuration(to - from)}`
  if (start < 0) return [() => label(`${text}, before this picture begins`, 0, MARKS_Y, COLOUR.wrong, 500)]
  const words: Mark = (place, frame) => {
    const [x] = place(start, 0)
    return {
      type: 'group',
      children: [
        upright(Math.round(x) + 0.5, MARKS_Y + 9, frame.bottom, COLOUR.wrong),
        label(text, fitted(x - (text.length * LETTER_WIDTH) / 2, text, frame.right), MARKS_Y, COLOUR.wrong, 500),
      ],
    }
  }
  if (to === null) return [words]
  // An incident that is over is a bracket, not a line: its end is as much of the news as its start.
  const bracket: Mark = (place, frame) => {
    const [left] = place(start, 0)
    const [right] = place(hourIndex(spec, to), 0)
    const y = MARKS_Y + 10.5
    return {
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1: left, y1: y, x2: right, y2: y },
          style: { stroke: COLOUR.wrong, lineWidth: 1 },
        },
        upright(left, y, frame.bottom, COLOUR.wrong),
        upright(right, y, y + 6, COLOUR.wrong),
        label(text, fitted(left, text, frame.right), MARKS_Y, COLOUR.wrong, 500),
      ],
    }
  }
  return [bracket]
}
