import { cappedWeights, LARGEST_SHARE, sortedWeightedMedian, steadyMedian, USUAL_DOUBT } from './statistics.ts'

/** What the others of a set do together, asked for each member in turn. Members are named by their place in the arrays given. */
export interface Others {
  /** How many they are; `member` null: all of the set. */
  readonly count: (member: number | null) => number
  /** Their weighted median, as `steadyMedian` has it; NaN for none. Weights are one over a variance. */
  readonly middle: (member: number | null) => number
  /** Their middle less what of it may be chance: nothing where it may all be. */
  readonly movement: (member: number | null) => number
  /** The weighted median of how far they are from their middle. */
  readonly spread: (member: number | null) => number
}

/** Of fewer members each question is answered from scratch: there is nothing to save. */
const FEW = 48
/** Sums of the same weights in another order differ by less than this part of them. */
const ROUNDING = 1e-12

/**
 * Prepares the questions for a set: sorted once, each answer costs a binary search instead of a sorting of its own. A thousand
 * series are each compared with all the others, so without this an hour costs the square of them. Where one weight is so
 * large that it would be cut to its share, answers are made from scratch, from what is sorted.
 */
export function othersOf(values: Float64Array, weights: Float64Array): Others {
  const sorted = sortedSet(values, weights)
  const count = (member: number | null) => values.length - (member === null ? 0 : 1)
  const beyondChance = (middle: number, member: number | null) => {
    const worth = (sorted.before[values.length] ?? 0) - (member === null ? 0 : (weights[member] ?? 0))
    const chance = Math.max(0, 2 / Math.sqrt(worth) - USUAL_DOUBT)
    return Math.sign(middle) * Math.max(0, Math.abs(middle) - chance)
  }
  if (values.length <= FEW || mayBeCapped(weights)) {
    // What is asked of a member is asked one after the other.
    let asked: { readonly member: number | null; readonly rest: Rest } | null = null
    const others = (member: number | null) => {
      if (asked === null || asked.member !== member) asked = { member, rest: without(sorted, member) }
      return asked.rest
    }
    return {
      count,
      middle: (member) => others(member).middle,
      movement: (member) => beyondChance(others(member).middle, member),
      spread: (member) => spreadOf(others(member)),
    }
  }
  const byMiddle = new Map<number, SortedSet>()
  const middle = (member: number | null) => medianWithout(sorted, member)
  return {
    count,
    middle,
    movement: (member) => beyondChance(middle(member), member),
    spread(member) {
      const own = middle(member)
      let around = byMiddle.get(own)
      if (around === undefined) {
        around = setAround(sorted, own)
        byMiddle.set(own, around)
      }
      return medianWithout(around, member)
    },
  }
}

interface SortedSet {
  /** Ascending. */
  readonly values: Float64Array
  readonly weights: Float64Array
  /** Sum of the weights before each place; one more than there are values. */
  readonly before: Float64Array
  /** Where each member stands. */
  readonly places: Int32Array
}

function sortedSet(values: Float64Array, weights: Float64Array): SortedSet {
  const sorted = values.slice().sort()
  const taken = new Int32Array(values.length)
  const places = new Int32Array(values.length)
  const byPlace = new Float64Array(values.length)
  for (let member = 0; member < values.length; member++) {
    const first = lowerBound(sorted, values[member] ?? 0)
    // Equal values stand side by side, in the order in which they came.
    const place = first + (taken[first] ?? 0)
    taken[first] = (taken[first] ?? 0) + 1
    places[member] = place
    byPlace[place] = weights[member] ?? 0
  }
  return { values: sorted, weights: byPlace, before: sumsBefore(byPlace), places }
}

function sumsBefore(weights: Float64Array): Float64Array {
  const before = new Float64Array(weights.length + 1)
  for (let place = 0; place < weights.length; place++) before[place + 1] = (before[place] ?? 0) + (weights[place] ?? 0)
  return before
}

/** The first place whose value is `value` or more. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const place = (low + high) >> 1
    if ((sorted[place] ?? 0) < value) low = place + 1
    else high = place
  }
  return low
}

/** Whether some weight may be more than its largest share of the others', whoever is left out. */
function mayBeCapped(weights: Float64Array): boolean {
  let total = 0
  let largest = 0
  let second = 0
  for (const weight of weights) {
    total += weight
    second = Math.max(second, Math.min(largest, weight))
    largest = Math.max(largest, weight)
  }
  return largest > LARGEST_SHARE * (total - largest - second)
}

/** What is left of a set, ascending, and its middle. */
interface Rest {
  readonly values: Float64Array
  readonly weights: Float64Array
  readonly middle: number
}

/** The set without `member`. */
function without(sorted: SortedSet, member: number | null): Rest {
  const gone = member === null ? -1 : (sorted.places[member] ?? -1)
  const values = gone === -1 ? sorted.values : withoutPlace(sorted.values, gone)
  const weights = gone === -1 ? sorted.weights : withoutPlace(sorted.weights, gone)
  return { values, weights, middle: steadyMedian(values, weights) }
}

/** Of two or three numbers, millions of times: the array's own filter would take longer than all the rest. */
function withoutPlace(all: Float64Array, gone: number): Float64Array {
  const rest = new Float64Array(all.length - 1)
  for (let place = 0; place < rest.length; place++) rest[place] = all[place < gone ? place : place + 1] ?? 0
  return rest
}

/** The weighted median of how far they are from their middle. */
function spreadOf({ values, weights, middle }: Rest): number {
  const cut = cappedWeights(weights.slice())
  const { deviations, places } = deviationsFrom(values, middle)
  const own = new Float64Array(cut.length)
  for (let i = 0; i < own.length; i++) own[i] = cut[places[i] ?? 0] ?? 0
  return sortedWeightedMedian(deviations, cappedWeights(own))
}

/** How far sorted values are from `middle`, ascending, and at which places they stand. */
function deviationsFrom(sorted: Float64Array, middle: number) {
  const deviations = new Float64Array(sorted.length)
  const places = new Int32Array(sorted.length)
  let above = lowerBound(sorted, middle)
  let below = above - 1
  for (let i = 0; i < sorted.length; i++) {
    const up = above < sorted.length ? (sorted[above] ?? 0) - middle : Number.POSITIVE_INFINITY
    const down = below >= 0 ? middle - (sorted[below] ?? 0) : Number.POSITIVE_INFINITY
    const place = up < down ? above++ : below--
    places[i] = place
    deviations[i] = Math.abs((sorted[place] ?? 0) - middle)
  }
  return { deviations, places }
}

/** The same members by how far they are from `middle`. */
function setAround(sorted: SortedSet, middle: number): SortedSet {
  const { deviations, places } = deviationsFrom(sorted.values, middle)
  const placeOf = new Int32Array(places.length)
  const weights = new Float64Array(places.length)
  for (const [place, was] of places.entries()) {
    placeOf[was] = place
    weights[place] = sorted.weights[was] ?? 0
  }
  return {
    values: deviations,
    weights,
    before: sumsBefore(weights),
    places: sorted.places.map((place) => placeOf[place] ?? 0),
  }
}

/** The weighted median without `member`, no weight being so large that it has to be cut. */
function medianWithout({ values, weights, before, places }: SortedSet, member: number | null): number {
  const gone = member === null ? values.length : (places[member] ?? values.length)
  const own = weights[gone] ?? 0
  const half = ((before[values.length] ?? 0) - own) / 2
  // Up to `gone` sums are what they are, from there on they lack its weight.
  const isBefore = (before[gone] ?? 0) >= half * (1 - ROUNDING) && gone > 0
  const target = isBefore ? half : half + own
  const place = Math.max(isBefore ? 0 : gone + 1, lowerBound(before, target * (1 - ROUNDING)) - 1)
  const value = values[place] ?? Number.NaN
  if (Math.abs((before[place + 1] ?? 0) - target) > target * ROUNDING) return value
  const next = place + 1 === gone ? place + 2 : place + 1
  return (value + (values[next] ?? value)) / 2
}
