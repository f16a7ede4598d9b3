import type { CustomSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Zone } from '../view/zone.ts'
import { axisRate } from '../words/number.ts'
import { DAY_MS } from '../words/time.ts'
import type { ChartData } from './chart-data.ts'
import { LaneDrawing } from './lane-drawing.ts'
import type { Lane, LaneBox, Layout } from './layout.ts'
import { LEAST_OF_LOG, LEAST_SPAN, MEASURE_WORDS } from './measure.ts'
import { partsMarks, partsTicks } from './parts-lane.ts'
import { type Pieces, pieces, type Shores, shoresPerPixel } from './per-pixel.ts'
import { logTicks, type Scale, type Ticks, ticksFromZero } from './scale.ts'
import type { ChartTheme } from './theme.ts'
import { timeTicks, weekends } from './time-ticks.ts'
import { dryGround, highest, isKnown, type Point, type Value, water } from './water.ts'

export type ChartOption = ComposeOption<CustomSeriesOption | GridComponentOption>

/** Under this, hours are too dense for a 2 px line. */
const DENSE_PX_PER_STEP = 3
/** Beyond, days are too narrow to tint weekends and to draw starts through the plot. */
const CLOSE_UP_MS = 15 * DAY_MS
/** The invalid rate's axis never shows less, so that noise at 0.1 % doesn't look like a crisis. */
const LEAST_INVALID_SPAN = 0.05

export interface ChartLook {
  readonly log: boolean
  readonly zone: Zone
}

/** The scales that both ECharts' axes and the words over the chart follow: y by lane, and the common x. */
export interface ChartScales {
  readonly time: Scale
  readonly lanes: ReadonlyMap<Lane, { readonly scale: Scale; readonly ticks: readonly number[] }>
}

export function chartScales(data: ChartData, layout: Layout, look: ChartLook): ChartScales {
  const time: Scale = {
    kind: 'linear',
    domain: [data.from, data.to],
    range: [layout.left, layout.left + layout.plotWidth],
  }
  const lanes = layout.lanes.map((box) => {
    const { min, max, values, kind } = laneTicks(box.lane, data, look)
    const scale: Scale = { kind, domain: [min, max], range: [box.top + box.height, box.top] }
    return [box.lane, { scale, ticks: values }] as const
  })
  return { time, lanes: new Map(lanes) }
}

function laneTicks(
  lane: Lane,
  data: ChartData,
  look: ChartLook,
): Ticks & { readonly min: number; readonly kind: Scale['kind'] } {
  switch (lane) {
    case 'submissions': {
      // What came of the running step was seen; its pace is a guess, and no scale follows a guess.
      const most = highest(data.seen, data.high, data.ghost ?? [], [data.running?.value ?? null])
      if (!look.log) return { ...ticksFromZero(Math.max(most, LEAST_SPAN[data.measure]), 4), min: 0, kind: 'linear' }
      const known = [...data.seen, ...data.low].filter(isKnown).filter((value) => value > 0)
      return {
        ...logTicks(
          known.reduce((least, value) => Math.min(least, value), most || 1),
          most || 10,
          LEAST_OF_LOG[data.measure],
        ),
        kind: 'log',
      }
    }
    case 'parts':
      return partsTicks(data.parts, look.log)
    case 'ofExpected': {
      const known = data.ofExpected.filter(isKnown)
      const least = known.reduce((low, value) => Math.min(low, value), 1)
      const most = known.reduce((high, value) => Math.max(high, value), 1)
      // A surge may be many times the expectation: then the lane reaches from 0 and its steps are whole.
      if (most > 1.6) return { ...ticksFromZero(most, 3), min: 0, kind: 'linear' }
      const min = least < 0.25 ? 0 : 0.25
      const values = [0.25, 0.5, 0.75, 1, 1.25, 1.5].filter((tick) => tick > min && tick <= Math.max(1, most + 0.1))
      return { min, max: Math.max(1.15, most + 0.05), values, kind: 'linear' }
    }
    case 'invalid': {
      const ticks = ticksFromZero(Math.max(LEAST_INVALID_SPAN, highest(data.invalid)), 2)
      return {
        ...ticks,
        max: Math.min(ticks.max, 1),
        values: ticks.values.filter((tick) => tick <= 1),
        min: 0,
        kind: 'linear',
      }
    }
  }
}

/** Whether hours are wide enough for weekends, starts, now and the running hour to be drawn. */
export function isCloseUp(data: ChartData): boolean {
  return data.to - data.from <= CLOSE_UP_MS
}

/** What ECharts draws: no words but the axes'. A pure function of data, layout, theme and look, and of the scales of these. */
export function chartOption(
  data: ChartData,
  layout: Layout,
  theme: ChartTheme,
  look: ChartLook,
  scales: ChartScales = chartScales(data, layout, look),
): ChartOption {
  const ticks = timeTicks(data.from, data.to, layout.plotWidth, look.zone)
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: theme.font, fontSize: 13, color: theme.ink3 },
    grid: layout.lanes.map((box) => ({
      left: layout.left,
      top: box.top,
      width: layout.plotWidth,
      height: box.height,
      outerBoundsMode: 'none' as const,
    })),
    xAxis: layout.lanes.map((box, index) => {
      const last = index === layout.lanes.length - 1
      const major = new Set(ticks.filter((tick) => tick.major).map((tick) => tick.time))
      const labels = new Map(ticks.map((tick) => [tick.time, tick.label]))
      return {
        type: 'value' as const,
        gridIndex: index,
        min: data.from,
        max: data.to,
        axisLine: { show: last, onZero: false, lineStyle: { color: theme.ink, width: 1 } },
        axisTick: { show: false, customValues: ticks.map((tick) => tick.time) },
        splitLine: { show: box.height > 0 && layout.labels !== 'inside', lineStyle: { color: theme.rule, width: 1 } },
        axisLabel: {
          show: last,
          customValues: ticks.filter((tick) => insideLabel(tick.time, data, layout)).map((tick) => tick.time),
          margin: (layout.buildTop === null ? 0 : 20) + 8,
          hideOverlap: true,
          color: theme.ink3,
          formatter: (value: number) => {
            const label = labels.get(value) ?? ''
            return major.has(value) ? `{major|${label}}` : label
          },
          rich: { major: { fontFamily: theme.font, fontSize: 13, fontWeight: 500, color: theme.ink } },
        },
      }
    }),
    yAxis: layout.lanes.map((box, index) => yAxis(box.lane, index, data, scales, layout, theme)),
    series: layout.lanes.flatMap((box, index) => laneSeries(box, index, data, layout, theme, look, scales)),
  }
}

function insideLabel(time: number, data: ChartData, layout: Layout): boolean {
  // Labels are centred under their tick: one at the very edge would be cut off.
  const pixel = ((time - data.from) / (data.to - data.from)) * layout.plotWidth
  const room = layout.left + layout.plotWidth + (layout.width - layout.left - layout.plotWidth)
  return layout.left + pixel >= 24 && layout.left + pixel <= room - 24
}

function yAxis(lane: Lane, index: number, data: ChartData, scales: ChartScales, layout: Layout, theme: ChartTheme) {
  const { scale, ticks } = scales.lanes.get(lane) ?? { scale: scales.time, ticks: [] }
  const inside = layout.labels === 'inside'
  const format = axisFormat(lane, data)
  return {
    type: scale.kind === 'log' ? ('log' as const) : ('value' as const),
    gridIndex: index,
    min: scale.domain[0],
    max: scale.domain[1],
    position: inside ? ('right' as const) : ('left' as const),
    axisLine: { show: false },
    axisTick: { show: false, customValues: [...ticks] },
    splitLine: { lineStyle: { color: theme.rule, width: 1 } },
    axisLabel: {
      customValues: inside ? ticks.filter((tick) => tick > scale.domain[0]) : [...ticks],
      inside,
      margin: inside ? 0 : 9,
      verticalAlign: inside ? ('top' as const) : ('middle' as const),
      padding: inside ? [4, 0, 0, 0] : 0,
      color: theme.ink3,
      formatter: (value: number) => format(value),
    },
  }
}

function axisFormat(lane: Lane, data: ChartData): (value: number) => string {
  switch (lane) {
    case 'submissions':
      return MEASURE_WORDS[data.measure].axis
    case 'parts':
      return MEASURE_WORDS[data.parts?.measure ?? 'count'].axis
    case 'ofExpected':
      return (value) => value.toFixed(2)
    case 'invalid':
      return axisRate
  }
}

function laneSeries(
  box: LaneBox,
  index: number,
  data: ChartData,
  layout: Layout,
  theme: ChartTheme,
  look: ChartLook,
  { time, lanes }: ChartScales,
): readonly CustomSeriesOption[] {
  const value = lanes.get(box.lane)?.scale ?? time
  const draw = new LaneDrawing(index, box, data, layout.plotWidth, { time, value })
  const closeUp = isCloseUp(data)
  const under = closeUp ? [draw.bars('weekend', weekends(data.from, data.to, look.zone), theme.weekend, -10)] : []
  const over = [
    ...(box.lane === 'submissions' && closeUp ? [draw.partly(theme)] : []),
    draw.hatch(theme),
    ...(closeUp ? [draw.uprights('flags', flagsWithin(data), theme.ghost)] : []),
    ...(closeUp ? [draw.uprights('starts', startsWithin(data), theme.wrong)] : []),
    ...(closeUp && data.now > data.from && data.now < data.to ? [draw.uprights('now', [data.now], theme.accent)] : []),
  ]
  return [...under, ...marks(box.lane, draw, data, layout, theme), ...over]
}

function marks(
  lane: Lane,
  draw: LaneDrawing,
  data: ChartData,
  layout: Layout,
  theme: ChartTheme,
): readonly CustomSeriesOption[] {
  const dense = layout.plotWidth / Math.max(1, data.x.length) < DENSE_PX_PER_STEP
  const seenWidth = dense ? 1 : 2
  const shoreWidth = dense ? 0.5 : 1
  switch (lane) {
    case 'submissions': {
      const shores = shoresPerPixel(shoresOf(data, 0, data.complete), data.from, data.to, layout.plotWidth)
      // The forecast's shores begin where the drawn ones end.
      const ahead = shoresOf(data, Math.max(0, data.complete - 1))
      // The judge says nothing of minutes: that one is below its share of the hour is mostly chance.
      const isJudged = data.step !== 'minute'
      return [
        draw.rings('water', water(shores.x, shores.low, shores.high, 0, shores.x.length), theme.waterFill),
        draw.rings('forecast', water(ahead.x, ahead.low, ahead.high, 0, ahead.x.length), theme.waterForecast),
        ...(isJudged
          ? [
              draw.rings('shortfall', dryGround(data.x, data.seen, data.low, 'below'), theme.shortfall),
              draw.rings('surplus', dryGround(data.x, data.seen, data.high, 'above'), theme.shortfall),
            ]
          : []),
        ...(data.ghost === null ? [] : [draw.line('ghost', data.ghost, theme.ghost, 1)]),
        draw.stroke('low', pieces(shores.x, shores.low), theme.shore, shoreWidth),
        draw.stroke('high', pieces(shores.x, shores.high), theme.shore, shoreWidth),
        draw.stroke('low ahead', pieces(ahead.x, ahead.low), theme.shore, shoreWidth, [2, 2]),
        draw.stroke('high ahead', pieces(ahead.x, ahead.high), theme.shore, shoreWidth, [2, 2]),
        draw.line('seen', data.seen, theme.ink, seenWidth),
        ...(isCloseUp(data)
          ? [
              draw.stroke('running', runningTail(data), theme.ink, seenWidth, [2, 3]),
              draw.dots('end', newestPoint(data), theme.ink),
              draw.dots('so far', soFar(data), theme.ink),
            ]
          : []),
      ]
    }
    case 'parts':
      return data.parts === null ? [] : partsMarks(data.parts, draw, theme, dense ? 1 : 1.5)
    case 'ofExpected': {
      const level = data.x.map(() => 1)
      return [
        draw.rings('shortfall', dryGround(data.x, withinTrouble(data), level, 'below'), theme.shortfall),
        draw.stroke('as expected', asExpected(data), theme.shore, 1),
        draw.line('of expected', data.ofExpected, theme.ink, dense ? 1.25 : 1.5),
      ]
    }
    case 'invalid':
      return [draw.line('invalid', data.invalid, theme.ink, dense ? 1 : 1.5), ...draw.builds(layout, theme)]
  }
}

function shoresOf({ x, low, high }: ChartData, start: number, end?: number): Shores {
  return { x: x.slice(start, end), low: low.slice(start, end), high: high.slice(start, end) }
}

/** From the last whole step to now at the pace so far; none while it's too early for a pace, or nothing to go on from. */
function runningTail(data: ChartData): Pieces {
  const { running } = data
  if (running === null || running.pace === null) return []
  const before = data.seen[running.index - 1]
  if (!isKnown(before)) return []
  return [
    [
      [data.x[running.index - 1] ?? data.now, before],
      [data.now, running.pace],
    ],
  ]
}

/** From end to end: one line, however many steps. */
function asExpected({ x }: ChartData): Pieces {
  const [first, last] = [x[0], x.at(-1)]
  if (first === undefined || last === undefined) return []
  return [
    [
      [first, 1],
      [last, 1],
    ],
  ]
}

/** What came of the running step, where no tail tells of it. */
function soFar(data: ChartData): readonly Point[] {
  return data.running === null || runningTail(data).length > 0 ? [] : [[data.now, data.running.value]]
}

/** Where the line ends: the last whole step. */
function newestPoint(data: ChartData): readonly Point[] {
  const index = data.seen.findLastIndex(isKnown)
  const seen = data.seen[index]
  return isKnown(seen) ? [[data.x[index] ?? data.now, seen]] : []
}

/** The residual lane is filled only where the judge said something: a calm week's wiggles are no dry ground. */
function withinTrouble(data: ChartData): readonly Value[] {
  const troubles = data.incidents.filter((incident) => incident.group === 'volume')
  return data.ofExpected.map((value, index) => {
    const x = data.x[index] ?? 0
    return troubles.some((trouble) => x >= trouble.from && x <= trouble.to + DAY_MS) ? value : null
  })
}

function startsWithin(data: ChartData): readonly number[] {
  return data.incidents
    .filter((incident) => incident.group !== 'gap' && incident.from > data.from && incident.from < data.to)
    .map((incident) => incident.from)
}

/** Beginnings of what people marked. */
function flagsWithin({ annotations, from, to }: ChartData): readonly number[] {
  return annotations.map((annotation) => annotation.from).filter((time) => time > from && time < to)
}
