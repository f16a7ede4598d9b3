/**
 * Lower bounds of a histogram's buckets, ascending: the first is 0 (all that is below `low`), the second `low`, the
 * last `high` (all from there on); `count` of them. The client computes them in the same way, so a bound that differs
 * by one is a value that can't be placed. Both follow the client's documented layouts.
 */
export interface BucketRange {
  /** From 1. */
  readonly low: number
  /** Above `low`. */
  readonly high: number
  /** From 3. */
  readonly count: number
}

/** Evenly spaced between `low` and `high`, rounded half up. */
export function linearBounds({ low, high, count }: BucketRange): number[] {
  return Array.from({ length: count }, (_, bucket) => {
    if (bucket === 0) return 0
    return Math.floor((low * (count - 1 - bucket) + high * (bucket - 1)) / (count - 2) + 0.5)
  })
}

/**
 * Each bound divides what is left up to `high` evenly on a logarithmic scale. Where that would repeat the bound
 * before it, as it does among small numbers, the next whole number is taken, and the rest is divided anew.
 */
export function exponentialBounds({ low, high, count }: BucketRange): number[] {
  const bounds = [0, low]
  let bound = low
  for (let bucket = 2; bucket < count; bucket++) {
    const logBound = Math.log(bound)
    const step = (Math.log(high) - logBound) / (count - bucket)
    bound = Math.max(bound + 1, Math.floor(Math.exp(logBound + step) + 0.5))
    bounds.push(bound)
  }
  return bounds
}
