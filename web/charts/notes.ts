import type { Zone } from '../view/zone.ts'
import { counted, ofExpected } from '../words/number.ts'
import { day } from '../words/time.ts'
import type { ChartData } from './chart-data.ts'
import type { ChartScales } from './chart-option.ts'
import { foldBuilds } from './fold-builds.ts'
import type { Layout } from './layout.ts'
import { MEASURE_WORDS } from './measure.ts'
import { toPixel } from './scale.ts'
import { isKnown } from './water.ts'

/** Words in the free water of a chart: extremes, starts, what isn't there. Pixels of the chart's box. */
export interface Note {
  readonly key: string
  readonly text: string
  /** Set before the text in 500. */
  readonly id: number | null
  readonly left: number
  readonly top: number
  /** `middle`: `left` is where the text's middle stands. */
  readonly align: 'start' | 'middle'
  readonly isWrong: boolean
}

const LINE_PX = 18
const SPACE_PX = 8
const HOUR_MS = 3_600_000

export function notes(
  data: ChartData,
  layout: Layout,
  scales: ChartScales,
  textWidth: (text: string) => number,
  zone: Zone = 'utc',
): readonly Note[] {
  if (layout.labels === 'inside') return []
  const pauses = pausesOfBuilds(data, layout, scales, textWidth)
  return [
    ...deepest(data, layout, scales, textWidth, zone),
    ...invalidStarts(data, layout, scales, textWidth),
    ...pauses,
    ...crowdedBuilds(data, layout, scales, textWidth, pauses),
  ]
}

/** How low it got, beside the lowest point of the residual: the line climbs to its right, so below it there is room. */
function deepest(
  data: ChartData,
  layout: Layout,
  scales: ChartScales,
  textWidth: (text: string) => number,
  zone: Zone,
): readonly Note[] {
  const lane = scales.lanes.get('ofExpected')
  if (lane === undefined) return []
  let free = Number.NEGATIVE_INFINITY
  const newest = data.ofExpected.findLastIndex(isKnown)
  return data.incidents
    .filter((incident) => incident.group === 'volume')
    .sort((a, b) => a.from - b.from)
    .flatMap((incident) => {
      const index = lowestIndex(data, incident.from, incident.to)
      const value = index === null ? null : data.ofExpected[index]
      // Where the line still falls, its end says how low it is.
      if (index === null || !isKnown(value) || value > 0.97 || index >= newest - 24) return []
      const text = `${ofExpected(value)} on ${day(data.x[index] ?? 0, zone)}`
      const width = textWidth(text)
      const x = toPixel(scales.time, data.x[index] ?? 0)
      const bounds = layout.left + layout.plotWidth
      const left = x + 24 + width <= bounds ? x + 24 : x - SPACE_PX - width
      if (left < free || left < layout.left) return []
      free = left + width + SPACE_PX
      const top = Math.min(toPixel(lane.scale, value) + 3, lane.scale.range[0] - LINE_PX)
      return [{ key: `low ${incident.id}`, text, id: null, left, top, align: 'start' as const, isWrong: true }]
    })
}

function lowestIndex(data: ChartData, from: number, to: number): number | null {
  let lowest: number | null = null
  data.ofExpected.forEach((value, index) => {
    const x = data.x[index] ?? 0
    if (!isKnown(value) || x < from || x > to + 24 * HOUR_MS) return
    if (lowest === null || value < (data.ofExpected[lowest] ?? Number.POSITIVE_INFINITY)) lowest = index
  })
  return lowest
}

/**
 * Which problem the invalid rate rises with, where the rate isn't drawn: left of where it began if it can, else along the
 * incident, else (nothing is free) where it began.
 */
function invalidStarts(
  data: ChartData,
  layout: Layout,
  scales: ChartScales,
  textWidth: (text: string) => number,
): readonly Note[] {
  const lane = scales.lanes.get('invalid')
  if (lane === undefined) return []
  const [bottom, top] = lane.scale.range
  const line = data.invalid.map((value, index) =>
    isKnown(value) ? ([toPixel(scales.time, data.x[index] ?? 0), toPixel(lane.scale, value)] as const) : null,
  )
  const taken: Box[] = []
  return data.incidents
    .filter((incident) => incident.group === 'invalid' && incident.to > data.from && incident.from < data.to)
    .map((incident) => {
      const width = textWidth(`${incident.id}  ${incident.label}`)
      const begin = toPixel(scales.time, Math.max(incident.from, data.from))
      const end = toPixel(scales.time, Math.min(incident.to, data.to))
      const lefts = [begin - SPACE_PX - width, ...steps(begin + SPACE_PX, end, width / 2)]
      const tops = steps(top + 6, bottom - LINE_PX + 1, LINE_PX / 2)
      const within = lefts.filter((x) => x >= layout.left && x + width <= layout.left + layout.plotWidth)
      const boxes = within.flatMap((x) => tops.map((y) => ({ left: x, top: y, right: x + width, bottom: y + LINE_PX })))
      const first = { left: begin + SPACE_PX, top: top + 6, right: begin + SPACE_PX + width, bottom: top + 6 + LINE_PX }
      const box =
        boxes.find((one) => !taken.some((other) => overlap(one, other)) && !isCrossed(one, line)) ?? boxes[0] ?? first
      taken.push(box)
      return {
        key: `invalid ${incident.id}`,
        text: incident.label,
        id: incident.id,
        left: box.left,
        top: box.top,
        align: 'start' as const,
        isWrong: true,
      }
    })
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** Whether a line through `points`, broken at null, runs through the box; by the boxes around its pieces, so rather yes. */
function isCrossed(box: Box, points: readonly (readonly [number, number] | null)[]): boolean {
  return points.some((point, index) => {
    if (point === null) return false
    const before = points[index - 1] ?? point
    const piece = {
      left: before[0] - 1,
      right: point[0] + 1,
      top: Math.min(before[1], point[1]) - 1,
      bottom: Math.max(before[1], point[1]) + 1,
    }
    return overlap(box, piece)
  })
}

/** `from`, and on by `by` while below `to`. */
function steps(from: number, to: number, by: number): readonly number[] {
  return Array.from({ length: Math.max(1, Math.ceil((to - from) / Math.max(1, by))) }, (_, index) => from + index * by)
}

const FEWEST_BUILDS = 6
const LONG_PAUSE = 4

/** Where builds used to come and don't: as telling as the ticks. */
function pausesOfBuilds(
  data: ChartData,
  layout: Layout,
  scales: ChartScales,
  textWidth: (text: string) => number,
): readonly Note[] {
  const top = layout.buildTop
  const times = data.builds.map((build) => build.at).sort((a, b) => a - b)
  if (top === null || times.length < FEWEST_BUILDS) return []
  const ends = [...times.slice(1), Math.max(Math.min(data.now, data.to), times.at(-1) ?? 0)]
  const pauses = times.map((time, index) => ({ from: time, to: ends[index] ?? time }))
  const usual = pauses.map(({ from, to }) => to - from).sort((a, b) => a - b)[Math.floor(pauses.length / 2)] ?? 0
  const text = 'no new build seen'
  return pauses
    .filter(({ from, to }) => usual > 0 && to - from > LONG_PAUSE * usual)
    .flatMap(({ from, to }) => {
      const [left, right] = [toPixel(scales.time, from), toPixel(scales.time, to)]
      if (right - left < textWidth(text) + 2 * SPACE_PX) return []
      const isBlamed = data.incidents.some(
        (incident) =>
          incident.group === 'volume' &&
          incident.from < to &&
          incident.to > from &&
          incident.from > from - 2 * 24 * HOUR_MS,
      )
      return [
        {
          key: `pause ${from}`,
          text,
          id: null,
          left: (left + right) / 2,
          top: top - 6,
          align: 'middle' as const,
          isWrong: isBlamed,
        },
      ]
    })
}

/** How many builds a bar stands for: before it or behind it, where neither ticks nor other words are. */
function crowdedBuilds(
  data: ChartData,
  layout: Layout,
  scales: ChartScales,
  textWidth: (text: string) => number,
  pauses: readonly Note[],
): readonly Note[] {
  const top = layout.buildTop
  if (top === null) return []
  const ticks = foldBuilds(data, (time) => toPixel(scales.time, time)).toSorted((a, b) => a.left - b.left)
  const taken: Pick<Box, 'left' | 'right'>[] = [...ticks, ...pauses.map((pause) => boundsOfMiddle(pause, textWidth))]
  const isFree = (left: number, right: number): boolean =>
    left >= layout.left &&
    right <= layout.left + layout.plotWidth &&
    taken.every((other) => right <= other.left || left >= other.right)
  return ticks.flatMap(({ left, right, builds, blamed }) => {
    if (builds === 1) return []
    const text = counted(builds, 'build')
    const width = textWidth(text) + 2 * SPACE_PX
    const place = [left - width, right].find((start) => isFree(start, start + width))
    if (place === undefined) return []
    taken.push({ left: place, right: place + width })
    const note = { key: `builds ${left} ${blamed}`, text, id: null, top: top - 6, align: 'start' as const }
    return [{ ...note, left: place + SPACE_PX, isWrong: blamed }]
  })
}

function boundsOfMiddle(
  { left: middle, text }: Note,
  textWidth: (text: string) => number,
): Pick<Box, 'left' | 'right'> {
  const half = textWidth(text) / 2
  return { left: middle - half, right: middle + half }
}

export interface EndLabel {
  readonly key: string
  readonly lines: readonly string[]
  readonly look: 'ink' | 'water' | 'quiet'
  readonly top: number
}

/** What stands in the right margin where the lines end, pushed apart where they end close together. */
export function endLabels(data: ChartData, scales: ChartScales): readonly EndLabel[] {
  const lane = scales.lanes.get('submissions')
  const index = data.seen.findLastIndex(isKnown)
  const seen = data.seen[index]
  if (lane === undefined || !isKnown(seen)) return []
  const words = MEASURE_WORDS[data.measure]
  const middle = (value: number, lines: number): number => toPixel(lane.scale, value) - (lines * LINE_PX) / 2
  const labels: EndLabel[] = [{ key: 'seen', lines: [`seen ${words.one(seen)}`], look: 'ink', top: middle(seen, 1) }]
  const [low, high, ghost] = [data.low[index], data.high[index], data.ghost?.[index]]
  if (isKnown(low) && isKnown(high)) {
    labels.push({ key: 'expected', lines: ['expected', words.range(low, high)], look: 'water', top: middle(high, 2) })
  }
  if (isKnown(ghost)) {
    labels.push({ key: 'ghost', lines: [`last week ${words.one(ghost)}`], look: 'quiet', top: middle(ghost, 1) })
  }
  return spread(labels, lane.scale.range)
}

/** Labels in the order of their tops, none overlapping, all within the lane where there is room. */
export function spread<T extends { readonly lines: readonly string[]; readonly top: number }>(
  labels: readonly T[],
  [bottom]: readonly [number, number],
): readonly T[] {
  const sorted = [...labels].sort((a, b) => a.top - b.top)
  let free = Number.NEGATIVE_INFINITY
  const pushed = sorted.map((label) => {
    const top = Math.max(label.top, free)
    free = top + label.lines.length * LINE_PX
    return { ...label, top }
  })
  const excess = Math.max(0, free - bottom)
  return excess === 0 ? pushed : pushed.map((label) => ({ ...label, top: label.top - excess }))
}
