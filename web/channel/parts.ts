import type { SeriesAnswer } from '../../server/api/types.ts'
import { isKnown, type Value } from '../charts/water.ts'

export interface Part {
  readonly name: string
  readonly values: readonly Value[]
  /** 0 to 1, of all that was received in the range. */
  readonly shareOfAll: number
}

/** The largest values of a dimension; when there are more than `most`, the smaller ones together are `other (23)`. */
export function largestParts(answer: SeriesAnswer, dimension: string, most: number): readonly Part[] {
  const totals = answer.series.map(({ values }) => total(values))
  const all = totals.reduce((sum, part) => sum + part, 0) || 1
  const parts = answer.series
    .map(({ key, values }, index) => ({
      name: key[dimension] ?? '',
      values,
      shareOfAll: (totals[index] ?? 0) / all,
    }))
    .filter(({ shareOfAll }) => shareOfAll > 0)
    .sort((a, b) => b.shareOfAll - a.shareOfAll)
  if (parts.length <= most) return parts
  const rest = parts.slice(most - 1)
  const other: Part = {
    name: `other (${rest.length})`,
    values: answer.times.map((_, index) => sumAt(rest, index)),
    shareOfAll: rest.reduce((sum, part) => sum + part.shareOfAll, 0),
  }
  return [...parts.slice(0, most - 1), other]
}

/** Of what was received, the share that each problem made invalid, worst first. */
export function problemParts(invalid: SeriesAnswer, received: SeriesAnswer, most: number): readonly Part[] {
  const all = new Map(received.times.map((time, index) => [time, received.series[0]?.values[index] ?? null]))
  return largestParts(invalid, 'problem', Number.POSITIVE_INFINITY)
    .slice(0, most)
    .map((part) => ({
      ...part,
      values: part.values.map((value, index) => {
        const whole = all.get(invalid.times[index] ?? '')
        return isKnown(value) && isKnown(whole) && whole > 0 ? value / whole : null
      }),
    }))
}

function sumAt(parts: readonly Part[], index: number): Value {
  const known = parts.map(({ values }) => values[index]).filter(isKnown)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

function total(values: readonly Value[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
