/** No single value may have more than this share of the say. */
const MOST_WEIGHT = 0.4
/** As a share of all the others: more than this is cut. */
export const LARGEST_SHARE = MOST_WEIGHT / (1 - MOST_WEIGHT)

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
  return sortedWeightedMedian(values, cappedWeights(weights))
}

type Numbers = number[] | Float64Array

/** Of ascending values, with weights that need no cutting. */
export function sortedWeightedMedian(values: Readonly<Numbers>, weights: Readonly<Numbers>): number {
  const half = sumOf(weights) / 2
  let reached = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    reached += weights[i] ?? 0
    if (reached > half) return value
    if (reached === half) return (value + (values[i + 1] ?? value)) / 2
  }
  return values.at(-1) ?? Number.NaN
}

/** The same array, its weights cut to their largest allowed share of all. */
export function cappedWeights<Weights extends Numbers>(weights: Weights): Weights {
  const share = Math.max(MOST_WEIGHT, 1 / weights.length)
  if (!(share < 1)) return weights
  const total = sumOf(weights)
  for (let i = 0; i < weights.length; i++) {
    const own = weights[i] ?? 0
    weights[i] = Math.min(own, ((total - own) * share) / (1 - share))
  }
  return weights
}

/** Two standard deviations of the middle of a few members none of which is small. */
export const USUAL_DOUBT = 0.03

/**
 * Of ascending values and what each is worth (one over its variance), the middle that large and small ones agree on. Cut weights keep
 * one large channel from being the common movement by itself, but where all others are small they leave it to chance: so of
 * what the cut median can't know, within two of its standard deviations less what is usual, the uncut one decides.
 */
export function steadyMedian(values: Readonly<Numbers>, weights: Readonly<Numbers>): number {
  const cut = cappedWeights(weights.slice())
  const robust = sortedWeightedMedian(values, cut)
  let total = 0
  let variance = 0
  let isCut = false
  for (let i = 0; i < cut.length; i++) {
    const [own, whole] = [cut[i] ?? 0, weights[i] ?? 0]
    total += own
    if (whole > 0) variance += own ** 2 / whole
    if (own < whole) isCut = true
  }
  if (!isCut || !(total > 0)) return robust
  const doubt = Math.max(0, (2 * Math.sqrt(variance)) / total - USUAL_DOUBT)
  return Math.max(robust - doubt, Math.min(robust + doubt, sortedWeightedMedian(values, weights)))
}

function sumOf(values: Readonly<Numbers>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum
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
