import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import { DAY_MS, HOUR_MS, startOfDay } from '../../../data/domain/time.ts'
import {
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatPercent,
  formatRange,
  THOUSANDS_SPACE,
} from '../../sentence/format.ts'
import { type HourValue, PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'

export type PictureOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>

export const PICTURE_FONT = 'Fira Sans Condensed'

const COLOUR = {
  paper: '#FFFFFF',
  ink: '#0F1E27',
  ink2: '#46565F',
  ink3: '#5F6F78',
  rule: '#DAE1E4',
  rule2: '#B4C0C6',
  wrong: '#BF3015',
  water: '#1B7FA8',
  shore: '#5990AB',
  waterText: '#2B799C',
  ghost: '#82919A',
  hatch: '#87959D',
} as const
const CHANNEL_COLOUR: Readonly<Record<string, string>> = {
  release: '#16313F',
  beta: '#1F6FB5',
  aurora: '#2E9E78',
  nightly: '#9E3A78',
}
const OTHER_CHANNEL_COLOUR = '#7F8D95'

const PLOT = { left: 0, top: 50, bottom: 34, rightForAxis: 38, rightForLabels: 104 } as const
const TITLE_Y = 11
const MARKS_Y = 33
/** Mean width of a letter of the picture's font at 13 px: the renderer here can't measure it, and labels need it. */
const LETTER_WIDTH = 6.1

/** The whole picture as an ECharts option: what is expected is water, what was seen a line, what is missing red ground. */
export function pictureOption(spec: PictureSpec): PictureOption {
  const scale = verticalScale(spec)
  const isDense = PICTURE_WIDTH / spec.hours < 3
  return {
    animation: false,
    backgroundColor: COLOUR.paper,
    textStyle: { fontFamily: PICTURE_FONT, fontSize: 13, color: COLOUR.ink2 },
    grid: {
      left: PLOT.left,
      top: PLOT.top,
      bottom: PLOT.bottom,
      right: spec.lines.length > 1 ? PLOT.rightForLabels : PLOT.rightForAxis,
      outerBoundsMode: 'none',
    },
    xAxis: dayAxis(spec),
    yAxis: {
      type: 'value',
      position: spec.lines.length > 1 ? 'left' : 'right',
      min: 0,
      max: scale.max,
      interval: scale.step,
      axisLabel: {
        formatter: (value: number) => (value === 0 ? '' : axisNumber(value, spec.unit)),
        showMaxLabel: false,
        color: COLOUR.ink3,
        fontSize: 13,
        margin: 8,
        ...(spec.lines.length > 1 ? { inside: true, verticalAlign: 'bottom', margin: 0 } : {}),
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { showMaxLine: false, lineStyle: { color: COLOUR.rule, width: 1 } },
    },
    series: layered([
      ...ghost(spec),
      ...water(spec, isDense),
      marks([...shortfall(spec), ...gapHatches(spec)]),
      ...expectedLine(spec),
      ...seen(spec, isDense),
      marks([
        ...expectedRange(spec),
        ...title(spec),
        ...trouble(spec),
        ...gapLabels(spec),
        ...ghostLabel(spec),
        ...endLabels(spec, scale.max),
      ]),
    ]),
  }
}

/** Each series above the one before it, whatever layer its type would have. */
function layered(
  series: readonly (LineSeriesOption | CustomSeriesOption)[],
): (LineSeriesOption | CustomSeriesOption)[] {
  return series.map((each, index) => ({ ...each, z: index + 1 }))
}

/** Each day's first hour is a tick with the day beside it; where days are narrow, only every second or later. */
function dayAxis(spec: PictureSpec): PictureOption['xAxis'] {
  const firstMidnight = startOfDay(spec.start + DAY_MS - 1)
  const days: number[] = []
  for (let time = firstMidnight; time < spec.start + spec.hours * HOUR_MS; time += DAY_MS)
    days.push(hourIndex(spec, time))
  const dayWidth = (24 * (PICTURE_WIDTH - PLOT.rightForAxis)) / spec.hours
  const every = Math.max(1, Math.ceil(62 / dayWidth))
  const labelled = days.filter((_, index) => index % every === 0)
  return {
    type: 'value',
    min: 0,
    max: spec.hours,
    axisLine: { lineStyle: { color: COLOUR.ink, width: 1 } },
    axisTick: { show: true, customValues: days, length: 18, lineStyle: { color: COLOUR.rule2 } },
    axisLabel: {
      customValues: labelled.filter((hour) => hour < spec.hours - 50 / (dayWidth / 24)),
      formatter: (hour: number) => formatDay(spec.start + Math.round(hour) * HOUR_MS),
      align: 'left',
      margin: 10,
      padding: [0, 0, 0, 5],
      color: COLOUR.ink2,
      fontSize: 13,
    },
    splitLine: { show: false },
  }
}

function verticalScale(spec: PictureSpec): { readonly max: number; readonly step: number } {
  const { expected } = spec
  const all = [
    ...spec.lines.map((line) => line.values),
    spec.water?.high ?? [],
    spec.lastWeek ?? [],
    expected?.values ?? [],
    [expected?.range?.high ?? null],
  ].flat()
  const highest = all.reduce((most: number, value) => Math.max(most, value ?? 0), 0)
  // A rate of some thousandths must not look like a crisis.
  const top = Math.max(highest * 1.06, spec.unit === 'ratio' ? 0.05 : 4)
  const magnitude = 10 ** Math.floor(Math.log10(top / 3))
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => top / candidate <= 4.5)
  return { max: top, step: step ?? magnitude * 10 }
}

function axisNumber(value: number, unit: PictureSpec['unit']): string {
  if (unit === 'ratio') return drawable(formatPercent(value, value < 0.01 ? 1 : 0))
  return value >= 1000 && value % 1000 === 0 ? `${value / 1000}\u2008k` : drawable(formatCount(value))
}

function ghost(spec: PictureSpec): LineSeriesOption[] {
  return spec.lastWeek === null ? [] : [line(spec.lastWeek, { color: COLOUR.ghost, width: 1 })]
}

function water(spec: PictureSpec, isDense: boolean): (LineSeriesOption | CustomSeriesOption)[] {
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

function expectedLine({ expected }: PictureSpec): LineSeriesOption[] {
  return expected === null ? [] : [line(expected.values, { color: COLOUR.shore, width: 1.25 })]
}

/** Water of one hour: the only one whose range is known. */
function expectedRange(spec: PictureSpec): Mark[] {
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

function seen(spec: PictureSpec, isDense: boolean): LineSeriesOption[] {
  const width = isDense ? 1 : 2
  // The first line lies on top.
  return spec.lines.map((each) => line(each.values, { color: lineColour(spec, each.channel), width })).reverse()
}

function lineColour(spec: PictureSpec, channel: string): string {
  if (spec.lines.length === 1) return COLOUR.ink
  return Object.hasOwn(CHANNEL_COLOUR, channel)
    ? (CHANNEL_COLOUR[channel] ?? OTHER_CHANNEL_COLOUR)
    : OTHER_CHANNEL_COLOUR
}

function line(values: readonly HourValue[], lineStyle: LineSeriesOption['lineStyle']): LineSeriesOption {
  return {
    type: 'line',
    data: values.map((value, hour) => [hour + 0.5, value ?? '-']),
    symbol: 'none',
    lineStyle: { cap: 'butt', join: 'miter', ...lineStyle },
    silent: true,
  }
}

/** Where data stands on the picture. */
type Place = (hour: number, value: number) => readonly [x: number, y: number]
interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}
type Mark = (place: Place, frame: Frame) => GraphicElement
type GraphicElement = Exclude<ReturnType<NonNullable<CustomSeriesOption['renderItem']>>, null | undefined>

/** Shapes and words that follow the data's coordinates, drawn by one series. */
function marks(all: readonly Mark[]): CustomSeriesOption {
  return {
    type: 'custom',
    data: all.map(() => [0, 0]),
    silent: true,
    clip: false,
    renderItem: (params, api) => {
      const mark = all[params.dataIndex]
      const [left, top] = pair(api.coord([0, 0]))
      const right = (api.getWidth() ?? PICTURE_WIDTH) - 1
      const frame = { left, bottom: top, top: PLOT.top, right }
      return mark === undefined ? null : mark((hour, value) => pair(api.coord([hour, value])), frame)
    },
  }
}

function pair(coordinates: readonly number[]): readonly [number, number] {
  const [x = 0, y = 0] = coordinates
  return [x, y]
}

/** The area between two lines, one polygon for each stretch in which both are known. */
function between(low: readonly HourValue[], high: readonly HourValue[], fill: string, opacity: number): Mark[] {
  return stretches(low.map((value, hour) => bounds(hour, value, high[hour])))
    .filter((stretch) => stretch.length > 1)
    .map((stretch) => area(stretch, fill, opacity))
}

interface Bounds {
  readonly hour: number
  readonly low: number
  readonly high: number
}

function bounds(hour: number, low: HourValue, high: HourValue | undefined): Bounds | null {
  return low === null || high == null ? null : { hour, low, high }
}

function area(stretch: readonly Bounds[], fill: string, opacity: number): Mark {
  return (place) => ({
    type: 'polygon',
    shape: {
      points: [
        ...stretch.map(({ hour, high }) => [...place(hour + 0.5, high)]),
        ...stretch.map(({ hour, low }) => [...place(hour + 0.5, low)]).reverse(),
      ],
    },
    style: { fill, opacity },
  })
}

function stretches(all: readonly (Bounds | null)[]): Bounds[][] {
  const found: Bounds[][] = []
  let open = false
  for (const each of all) {
    if (each === null) open = false
    else if (open) found.at(-1)?.push(each)
    else {
      found.push([each])
      open = true
    }
  }
  return found
}

/** Red ground: between the shore (or the expected line) and what was seen, from the start of the trouble on; of rates, all of the rate. */
function shortfall(spec: PictureSpec): Mark[] {
  const [main] = spec.lines
  if (main === undefined || spec.lines.length > 1 || spec.trouble.kind === 'gap') return []
  const first = Math.max(0, Math.floor(hourIndex(spec, spec.trouble.from)))
  const end = spec.trouble.to === null ? main.values.length : Math.ceil(hourIndex(spec, spec.trouble.to))
  const during = main.values.map((value, hour) => (hour >= first && hour < end ? value : null))
  if (spec.trouble.kind === 'invalid') {
    return between(
      during.map((value) => (value === null ? null : 0)),
      during,
      COLOUR.wrong,
      0.26,
    )
  }
  const isBelow = spec.trouble.kind === 'below'
  const shore = (isBelow ? spec.water?.low : spec.water?.high) ?? spec.expected?.values
  if (shore === undefined) return []
  return beyond(during, shore, isBelow).map((stretch) => area(stretch, COLOUR.wrong, 0.26))
}

/** Where the line lies beyond the shore, cut where the two cross. */
function beyond(seenValues: readonly HourValue[], shore: readonly HourValue[], isBelow: boolean): Bounds[][] {
  const all = seenValues.map((value, hour) => bounds(hour, value, shore[hour]))
  const found: Bounds[][] = []
  for (const stretch of stretches(all)) {
    let current: Bounds[] = []
    for (const [index, each] of stretch.entries()) {
      const next = stretch[index + 1]
      const depth = depthOf(each, isBelow)
      if (depth > 0) current.push(each)
      if (next === undefined || depth > 0 === depthOf(next, isBelow) > 0) continue
      current.push(crossing(each, next))
      if (depth > 0) {
        found.push(current)
        current = []
      }
    }
    if (current.length > 1) found.push(current)
  }
  return found
}

function depthOf({ low: value, high: shore }: Bounds, isBelow: boolean): number {
  return isBelow ? shore - value : value - shore
}

function crossing(a: Bounds, b: Bounds): Bounds {
  const before = a.high - a.low
  const after = b.high - b.low
  const share = before === after ? 0 : before / (before - after)
  const value = a.low + share * (b.low - a.low)
  return { hour: a.hour + share, low: value, high: value }
}

/** Upright hatch over the whole height: nothing is known of these hours. */
function gapHatches(spec: PictureSpec): Mark[] {
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

function gapLabels(spec: PictureSpec): Mark[] {
  return spec.gaps.map(({ from, to }) => (place, frame) => {
    const [left] = place(from, 0)
    const text = `nothing counted, ${formatDuration((to - from) * HOUR_MS)}`
    const [start] = place(Math.max(0, hourIndex(spec, spec.trouble.from)), 0)
    // The start of the trouble is written on the same line, and matters more.
    const isFree = spec.trouble.kind === 'gap' || Math.abs(left - start) > 150
    return label(isFree ? text : '', fitted(left, text, frame.right), MARKS_Y, COLOUR.ink2)
  })
}

function title(spec: PictureSpec): Mark[] {
  const gap = spec.title.length * 5.6 + 12
  const words: Mark[] = [() => label(spec.title, 0, TITLE_Y, COLOUR.ink, 500)]
  if (spec.water !== null) words.push(() => label('water: 99 of 100 normal hours', gap, TITLE_Y, COLOUR.waterText))
  if (spec.expected?.values.some((value) => value !== null)) {
    const how = `thin line: expected ${spec.expected.how}`
    if (gap + how.length * LETTER_WIDTH < PICTURE_WIDTH) words.push(() => label(how, gap, TITLE_Y, COLOUR.waterText))
  }
  return words
}

function trouble(spec: PictureSpec): Mark[] {
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

/** Under whatever lies lowest at the left edge. */
function ghostLabel(spec: PictureSpec): Mark[] {
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
function endLabels(spec: PictureSpec, top: number): Mark[] {
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

function upright(x: number, y1: number, y2: number, stroke: string): GraphicElement {
  return { type: 'line', shape: { x1: x, y1, x2: x, y2 }, style: { stroke, lineWidth: 1 } }
}

/** Words with a white edge, so that lines behind them don't cross them out. `y` is their middle. */
function label(
  text: string,
  x: number,
  y: number,
  fill: string,
  fontWeight: 400 | 500 = 400,
  align: 'left' | 'right' = 'left',
): GraphicElement {
  return {
    type: 'text',
    style: {
      text: drawable(text),
      x,
      y,
      fill,
      align,
      verticalAlign: 'middle',
      fontFamily: PICTURE_FONT,
      fontSize: 13,
      fontWeight,
      stroke: COLOUR.paper,
      lineWidth: 3,
    },
  }
}

/** Moved left where it would leave the picture. */
function fitted(x: number, text: string, right: number): number {
  return Math.max(0, Math.min(x, right - text.length * LETTER_WIDTH))
}

/** Fira has no narrow no-break space. */
function drawable(text: string): string {
  return text.replaceAll(THOUSANDS_SPACE, '\u2008')
}

function hourIndex(spec: PictureSpec, time: number): number {
  return (time - spec.start) / HOUR_MS
}

function seenHours(spec: PictureSpec): number {
  return Math.max(0, ...spec.lines.map((each) => each.values.length))
}

function blankBefore(values: readonly HourValue[], first: number): HourValue[] {
  return values.map((value, hour) => (hour < first ? null : value))
}

function lastKnown(values: readonly HourValue[]): { readonly hour: number; readonly value: number } | null {
  for (let hour = values.length - 1; hour >= 0; hour -= 1) {
    const value = values[hour]
    if (value != null) return { hour, value }
  }
  return null
}
