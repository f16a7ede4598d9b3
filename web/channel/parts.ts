import type { SeriesAnswer } from '../../server/api/types.ts'
import { isKnown, type Value } from '../charts/water.ts'

export interface Part {
  readonly name: string
  readonly values: readonly Value[]
  /** 0 to 1, of all that was received in the range. */
  readonly shareOfAll: number
  /** Several values together. */
  readonly isRest: boolean
}

/**
 * The largest values of a dimension; when there are more than `most`, the smaller ones together are `other (23)`, the rest that
 * the API already put together among them.
 */
export function largestParts(answer: SeriesAnswer, dimension: string, most: number): readonly Part[] {
  const totals = answer.series.map(({ values }) => total(values))
  const all = totals.reduce((sum, part) => sum + part, 0) || 1
  const parts = answer.series
    .map(({ key, values, rest_of: held }, index) => ({
      name: key[dimension] ?? '',
      values,
      shareOfAll: (totals[index] ?? 0) / all,
      isRest: held !== undefined,
      held: held ?? 1,
    }))
    .filter(({ shareOfAll }) => shareOfAll > 0)
    // Of nothing that is together can be said how large its largest is: it comes last.
    .sort((a, b) => Number(a.isRest) - Number(b.isRest) || b.shareOfAll - a.shareOfAll)
  const named = parts.filter(({ isRest }) => !isRest)
  const shown = named.length === parts.length && named.length <= most ? named : named.slice(0, most - 1)
  const rest = parts.filter((part) => !shown.includes(part))
  const kept = shown.map(({ name, values, shareOfAll }): Part => ({ name, values, shareOfAll, isRest: false }))
  if (rest.length === 0) return kept
  const other: Part = {
    name: `other (${rest.reduce((sum, { held }) => sum + held, 0)})`,
    values: answer.times.map((_, index) => sumAt(rest, index)),
    shareOfAll: rest.reduce((sum, part) => sum + part.shareOfAll, 0),
    isRest: true,
  }
  return [...kept, other]
}

/** Of what was received, the share that each problem made invalid, worst first. */
export function problemParts(invalid: SeriesAnswer, received: SeriesAnswer, most: number): readonly Part[] {
  const all = new Map(received.times.map((time, index) => [time, received.series[0]?.values[index] ?? null]))
  return largestParts(invalid, 'problem', Number.POSITIVE_INFINITY)
    .filter(({ isRest }) => !isRest)
    .slice(0, most)
    .map((part) => ({
      ...part,
      values: part.values.map((value, index) => {
        const whole = all.get(invalid.times[index] ?? '')
        return isKnown(value) && isKnown(whole) && whole > 0 ? value / whole : null
      }),
    }))
}

/** Without the running step: it would end every line with a fall. */
export function wholeSteps(values: readonly Value[]): readonly Value[] {
  const running = values.findLastIndex(isKnown)
  return values.map((value, index) => (index >= running ? null : value))
}

function sumAt(parts: readonly Pick<Part, 'values'>[], index: number): Value {
  const known = parts.map(({ values }) => values[index]).filter(isKnown)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

function total(values: readonly Value[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
