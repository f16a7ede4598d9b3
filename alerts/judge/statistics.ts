/** No single value may have more than this share of the say. */
const MOST_WEIGHT = 0.4

/**
 * The value at which half of the weight lies on either side. Weights above 40 % of all (half, of two) are cut to that, so
 * that one large channel isn't the common movement by itself. Both arrays are re-ordered; NaN for none.
 */
export function weightedMedian(values: number[], weights: number[]): number {
  // Few values: insertion sort, in place, keeps the pairs together without allocating.
  for (let i = 1; i < values.length; i++) {
    const value = values[i] ?? 0
    const weight = weights[i] ?? 0
    let j = i - 1
    for (; j >= 0 && (values[j] ?? 0) > value; j--) {
      values[j + 1] = values[j] ?? 0
      weights[j + 1] = weights[j] ?? 0
    }
    values[j + 1] = value
    weights[j + 1] = weight
  }
  const capped = capWeights(weights)
  let reached = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    reached += weights[i] ?? 0
    if (reached > capped / 2) return value
    if (reached === capped / 2) return (value + (values[i + 1] ?? value)) / 2
  }
  return values.at(-1) ?? Number.NaN
}

/** Cuts weights in place to their largest allowed share of all; answers their sum. */
function capWeights(weights: number[]): number {
  const share = Math.max(MOST_WEIGHT, 1 / weights.length)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let capped = 0
  for (let i = 0; i < weights.length; i++) {
    const own = weights[i] ?? 0
    weights[i] = share < 1 ? Math.min(own, ((total - own) * share) / (1 - share)) : own
    capped += weights[i] ?? 0
  }
  return capped
}

/** Quantile of values in ascending order, linear between neighbours (Hyndman and Fan's type 7); NaN for none. */
export function sortedQuantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return Number.NaN
  const position = (sorted.length - 1) * p
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? below
  return below + (above - below) * (position - Math.floor(position))
}

/**
 * Upper bound of the log of the probability that a negative binomial count with mean `mean` and variance
 * `mean + dispersion * mean²` is as far from its mean as `count` on the same side (Chernoff). 0 where it isn't far at all.
 */
export function logTailBound(count: number, mean: number, dispersion: number): number {
  if (!(mean > 0)) return count > 0 ? Number.NEGATIVE_INFINITY : 0
  const own = count > 0 ? count * Math.log(count / mean) : 0
  if (dispersion < 1e-9) return -(own - count + mean)
  const size = 1 / dispersion
  return -(own - (count + size) * Math.log((count + size) / (mean + size)))
}
