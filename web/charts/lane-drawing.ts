import type { CustomSeriesOption } from 'echarts/charts'
import type { ChartData } from './chart-data.ts'
import { foldBuilds } from './fold-builds.ts'
import type { LaneBox, Layout } from './layout.ts'
import { type Pieces, perPixel } from './per-pixel.ts'
import { type Scale, toPixel } from './scale.ts'
import type { ChartTheme } from './theme.ts'
import type { Point, Ring, Value } from './water.ts'

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>

/** Where a lane's values lie: the common time, and the lane's own y. */
export interface LaneScales {
  readonly time: Scale
  readonly value: Scale
}

/**
 * Builders of one lane's series; each is silent and without animation. All are of ECharts' kind "custom": its lines copy
 * every point several times over, which two years of hours are too many for.
 */
export class LaneDrawing {
  readonly #index: number
  readonly #box: LaneBox
  readonly #data: ChartData
  readonly #pixels: number
  readonly #scales: LaneScales

  constructor(index: number, box: LaneBox, data: ChartData, pixels: number, scales: LaneScales) {
    this.#index = index
    this.#box = box
    this.#data = data
    this.#pixels = pixels
    this.#scales = scales
  }

  /** Through values at the chart's own steps, or at those of `x`. */
  line(
    name: string,
    values: readonly Value[],
    color: string,
    width: number,
    x: readonly number[] = this.#data.x,
  ): CustomSeriesOption {
    const { from, to } = this.#data
    return this.stroke(name, perPixel(x, values, from, to, this.#pixels), color, width)
  }

  stroke(name: string, pieces: Pieces, color: string, width: number, dash?: number[]): CustomSeriesOption {
    return this.#custom(name, pieces.length, (index, at) => ({
      type: 'polyline',
      shape: { points: throughDot((pieces[index] ?? []).map(([x, y]) => at(x, y))) },
      style: {
        fill: 'none',
        stroke: color,
        lineWidth: width,
        lineCap: 'butt',
        lineJoin: 'bevel',
        ...(dash === undefined ? {} : { lineDash: dash }),
      },
    }))
  }

  rings(name: string, rings: readonly Ring[], fill: string, opacity = 1): CustomSeriesOption {
    return this.#custom(name, rings.length, (index, at) => ({
      type: 'polygon',
      shape: { points: (rings[index] ?? []).map(([x, y]) => at(x, y)) },
      style: { fill, opacity },
    }))
  }

  dots(name: string, points: readonly Point[], fill: string): CustomSeriesOption {
    const series = this.#custom(name, points.length, (index, at) => {
      const [cx, cy] = at(...(points[index] ?? [0, 0]))
      return { type: 'circle', shape: { cx, cy, r: 3.5 }, style: { fill } }
    })
    return { ...series, z: 8, clip: false }
  }

  /** Full-height bands of time. */
  bars(
    name: string,
    spans: readonly { readonly from: number; readonly to: number }[],
    fill: string,
    z: number,
  ): CustomSeriesOption {
    const box = this.#box
    const series = this.#custom(name, spans.length, (index, at) => {
      const left = at(spans[index]?.from ?? 0, 0)[0]
      const right = at(spans[index]?.to ?? 0, 0)[0]
      return { type: 'rect', shape: { x: left, y: box.top, width: right - left, height: box.height }, style: { fill } }
    })
    return { ...series, z }
  }

  /** Paper over the whole lane with upright lines every 4 px: nobody knows what happened here. */
  hatch(theme: ChartTheme): CustomSeriesOption {
    const box = this.#box
    const gaps = this.#data.gaps.filter((gap) => gap.to > this.#data.from && gap.from < this.#data.to)
    const series = this.#custom('gaps', gaps.length, (index, at) => {
      const left = Math.round(at(Math.max(gaps[index]?.from ?? 0, this.#data.from), 0)[0])
      const right = Math.max(left + 5, Math.round(at(Math.min(gaps[index]?.to ?? 0, this.#data.to), 0)[0]))
      const lines = Array.from({ length: Math.floor((right - left) / 4) + 1 }, (_, line) => left + line * 4)
      return {
        type: 'group',
        children: [
          {
            type: 'rect',
            shape: { x: left, y: box.top, width: right - left, height: box.height },
            style: { fill: theme.paper },
          },
          ...lines.map((x) => upright(x, box.top, box.top + box.height, theme.hatch, 1)),
        ],
      }
    })
    return { ...series, z: 6 }
  }

  /** From the top, as much of the lane as nobody listened in: the hour stands as counted, and is less than it was. */
  partly(theme: ChartTheme): CustomSeriesOption {
    const box = this.#box
    const { from, to } = this.#data
    const steps = this.#data.partly.filter((step) => step.to > from && step.from < to)
    const series = this.#custom('partly', steps.length, (index, at) => {
      const step = steps[index]
      const left = Math.round(at(Math.max(step?.from ?? 0, from), 0)[0])
      const right = Math.max(left + 3, Math.round(at(Math.min(step?.to ?? 0, to), 0)[0]))
      const bottom = box.top + box.height * (1 - (step?.coverage ?? 1))
      const lines = Array.from({ length: Math.floor((right - left) / 4) + 1 }, (_, line) => left + line * 4)
      return { type: 'group', children: lines.map((x) => upright(x, box.top, bottom, theme.hatch, 1)) }
    })
    return { ...series, z: 1 }
  }

  uprights(name: string, times: readonly number[], color: string): CustomSeriesOption {
    const box = this.#box
    const series = this.#custom(name, times.length, (index, at) => {
      return upright(at(times[index] ?? 0, 0)[0], box.top, box.top + box.height, color, 1)
    })
    return { ...series, z: 7 }
  }

  /** Ticks under the last lane's axis, a bar where they crowd; nothing where the layout has no room for them. */
  builds(layout: Layout, theme: ChartTheme): readonly CustomSeriesOption[] {
    const top = layout.buildTop
    if (top === null) return []
    const ticks = foldBuilds(this.#data, (time) => toPixel(this.#scales.time, time))
    const series = this.#custom('builds', ticks.length, (index) => {
      const { left = 0, right = 0, blamed = false } = ticks[index] ?? {}
      const [color, height] = blamed ? [theme.wrong, BLAMED_BAR_PX] : [theme.ink, BAR_PX]
      if (right > left) return bar(left, right, top, height, color)
      return blamed ? upright(left, top - 1, top + 9, color, 2) : upright(left, top, top + 6, color, 1)
    })
    return [{ ...series, clip: false }]
  }

  #common(name: string) {
    return {
      id: `${this.#box.lane} ${name}`,
      name,
      xAxisIndex: this.#index,
      yAxisIndex: this.#index,
      silent: true,
      animation: false,
      z: 3,
    }
  }

  #custom(
    name: string,
    items: number,
    shape: (index: number, at: (x: number, y: number) => [number, number]) => Shape,
  ): CustomSeriesOption {
    const { time, value } = this.#scales
    const at = (x: number, y: number): [number, number] => [toPixel(time, x), toPixel(value, y)]
    const renderItem: RenderItem = (params) => shape(params.dataIndex, at)
    // ECharts calls renderItem once for each datum; the shapes themselves lie in the closure.
    const data = Array.from({ length: items }, () => [this.#data.from, 1])
    return { ...this.#common(name), type: 'custom', clip: true, renderItem, data }
  }
}

type Shape = ReturnType<RenderItem>

/** Lower than ticks are, so that a bar of many builds isn't taken for one. */
const BAR_PX = 3
const BLAMED_BAR_PX = 5

function bar(left: number, right: number, top: number, height: number, fill: string) {
  return {
    type: 'rect' as const,
    shape: { x: Math.floor(left), y: top, width: Math.ceil(right - left) + 1, height },
    style: { fill },
    silent: true,
  }
}

/** One known value between unknown ones is no line: a dash of a pixel shows it. */
function throughDot(points: [number, number][]): [number, number][] {
  const [only] = points
  if (points.length !== 1 || only === undefined) return points
  return [
    [only[0] - 0.5, only[1]],
    [only[0] + 0.5, only[1]],
  ]
}

/** A crisp line: a 1 px stroke lies on a half pixel. */
function upright(x: number, top: number, bottom: number, stroke: string, lineWidth: number) {
  const at = lineWidth % 2 === 1 ? Math.floor(x) + 0.5 : Math.round(x)
  return {
    type: 'line' as const,
    shape: { x1: at, y1: top, x2: at, y2: bottom },
    style: { stroke, lineWidth },
    silent: true,
  }
}
