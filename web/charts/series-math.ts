import type { Value } from './water.ts'

/** A day of hours: a residual without the daily tide. */
const DAY_OF_HOURS = 24

/**
 * Seen over expected, both summed over `width` steps up to and with each one. Steps in which either is unknown are left out of
 * both sums; null where the step itself, or half of the others, is unknown: a mean over less than half a day would carry
 * the tide it is there to remove.
 */
export function meanOfExpected(
  seen: readonly Value[],
  mid: readonly Value[],
  width: number = DAY_OF_HOURS,
): readonly Value[] {
  const result: Value[] = []
  let seenSum = 0
  let midSum = 0
  let known = 0
  const count = (index: number, sign: 1 | -1): void => {
    const value = seen[index]
    const expected = mid[index]
    if (typeof value !== 'number' || typeof expected !== 'number') return
    seenSum += sign * value
    midSum += sign * expected
    known += sign
  }
  for (let index = 0; index < seen.length; index++) {
    count(index, 1)
    if (index >= width) count(index - width, -1)
    const unknown = typeof seen[index] !== 'number' || known < width / 2 || midSum <= 0
    result.push(unknown ? null : Math.max(0, seenSum) / midSum)
  }
  return result
}

/** Mean over the last `width` values, unknown ones left out; null where the value itself is unknown. */
export function trailingMean(values: readonly Value[], width: number): readonly Value[] {
  let sum = 0
  let known = 0
  return values.map((value, index) => {
    if (typeof value === 'number') {
      sum += value
      known++
    }
    const leaving = values[index - width]
    if (typeof leaving === 'number') {
      sum -= leaving
      known--
    }
    return typeof value === 'number' && known > 0 ? sum / known : null
  })
}

/** Sums of `values` by group; a group in which all are unknown is unknown. `groupOf` ascends. */
export function sumBy(values: readonly Value[], groupOf: readonly number[], groups: number): readonly Value[] {
  const sums = new Array<Value>(groups).fill(null)
  values.forEach((value, index) => {
    const group = groupOf[index]
    if (typeof value === 'number' && group !== undefined) sums[group] = (sums[group] ?? 0) + value
  })
  return sums
}
