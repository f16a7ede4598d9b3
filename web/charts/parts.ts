import type { BreakDown, Measure, PartsForm } from '../view/channel-view.ts'
import { isKnown, type Value } from './water.ts'

/** What a series is made of, largest first, as a lane of a chart: by steps of its own, which may be longer than the chart's. */
export interface ChartParts {
  readonly by: BreakDown
  readonly form: Exclude<PartsForm, 'each'>
  readonly measure: Measure
  readonly stepMs: number
  /** Middles of the steps. */
  readonly x: readonly number[]
  readonly lines: readonly PartLine[]
}

export interface PartLine {
  readonly name: string
  readonly values: readonly Value[]
  /** The smaller values together: drawn in the quietest colour. */
  readonly isRest: boolean
}

/** Each line's share of all lines in a step; or 100 for its mean over the first day (`firstSteps`) in which it had any. */
export function measuredLines(lines: readonly PartLine[], measure: Measure, firstSteps: number): readonly PartLine[] {
  switch (measure) {
    case 'count':
      return lines
    case 'share': {
      const wholes = totals(lines)
      return lines.map((line) => ({
        ...line,
        values: line.values.map((value, index) => {
          const whole = wholes[index] ?? 0
          return isKnown(value) && whole > 0 ? value / whole : null
        }),
      }))
    }
    case 'index':
      return lines.map((line) => ({ ...line, values: indexed(line.values, firstSteps) }))
  }
}

/** The lines one upon the other, the first at the bottom: upper edges. What is unknown of one adds nothing to those above it. */
export function stacked(lines: readonly PartLine[]): readonly (readonly Value[])[] {
  const edges: (readonly Value[])[] = []
  for (const { values } of lines) {
    const below = edges.at(-1)
    edges.push(
      values.map((value, index) => (isKnown(value) ? value + (below?.[index] ?? 0) : (below?.[index] ?? null))),
    )
  }
  return edges
}

/** Each line's value in the step that `time` lies in. */
export function partsAt(parts: ChartParts, time: number): readonly Value[] {
  const index = stepAt(parts, time)
  return parts.lines.map(({ values }) => values[index] ?? null)
}

/** The same, and the newest that is known where the step isn't over yet: for what stands at the lines' ends. */
export function newestPartsAt(parts: ChartParts, time: number): readonly Value[] {
  const index = Math.min(stepAt(parts, time), lastKnown(parts))
  return parts.lines.map(({ values }) => values[index] ?? null)
}

function stepAt({ x: [first], stepMs }: ChartParts, time: number): number {
  return first === undefined ? -1 : Math.floor((time - (first - stepMs / 2)) / stepMs)
}

/** Index of the newest step of which anything is known; -1: none. */
export function lastKnown(parts: ChartParts): number {
  return parts.lines.reduce((last, { values }) => Math.max(last, values.findLastIndex(isKnown)), -1)
}

function totals(lines: readonly PartLine[]): readonly number[] {
  const steps = lines[0]?.values.length ?? 0
  return Array.from({ length: steps }, (_, index) => lines.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
}

function indexed(values: readonly Value[], firstSteps: number): readonly Value[] {
  const start = values.findIndex((value) => isKnown(value) && value > 0)
  const base = values.slice(Math.max(0, start), Math.max(0, start) + firstSteps).filter(isKnown)
  const mean = base.reduce((sum, value) => sum + value, 0) / base.length
  return values.map((value) => (isKnown(value) && mean > 0 ? (100 * value) / mean : null))
}
