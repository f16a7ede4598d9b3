/** A stream of numbers in [0, 1): the same seeds give the same stream everywhere. */
export type Random = () => number

/**
 * A stream of its own for each list of seeds, so that drawing more from one never shifts another: an event that is left
 * out changes nothing elsewhere.
 */
export function randomStream(...seeds: readonly (number | string)[]): Random {
  let state = 0x811c9dc5
  for (const seed of seeds) state = mix(typeof seed === 'number' ? state ^ mix(seed | 0) : hashText(seed, state))
  return () => {
    state = (state + 0x9e3779b9) | 0
    return (mix(state) >>> 0) / 0x1_0000_0000
  }
}

/** Normally distributed, mean 0, deviation 1 (Box and Muller 1958; the second value is dropped). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Poisson distributed. Above 60 the normal approximation: its skew is then below what any judge can see. */
export function poisson(mean: number, random: Random): number {
  if (mean <= 0) return 0
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  let term = Math.exp(-mean)
  let rest = random() - term
  let count = 0
  // The bound is far in the tail; it only keeps rounding errors of the sum from looping.
  while (rest > 0 && count < 250) {
    count += 1
    term *= mean / count
    rest -= term
  }
  return count
}

/** How many of `trials` succeed; near enough to binomial for small `ratio`, and never more than `trials`. */
export function thinned(trials: number, ratio: number, random: Random): number {
  return ratio <= 0.5
    ? Math.min(trials, poisson(trials * ratio, random))
    : trials - Math.min(trials, poisson(trials * (1 - ratio), random))
}

/** `total` things over as many kinds as there are `weights`, in proportion; the sum is always `total`. */
export function divided(total: number, weights: readonly number[], random: Random): number[] {
  let left = total
  let weightLeft = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight, i) => {
    const count = i === weights.length - 1 ? left : thinned(left, Math.min(1, weight / weightLeft), random)
    left -= count
    weightLeft -= weight
    return count
  })
}

/** Wanders around 0 with deviation `sigma`; each step remembers `memory` (0 to 1) of the last. */
export function wandering(sigma: number, memory: number, random: Random): () => number {
  const step = sigma * Math.sqrt(1 - memory * memory)
  let value = sigma * normal(random)
  return () => {
    value = memory * value + step * normal(random)
    return value
  }
}

function hashText(text: string, start: number): number {
  let hash = start
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
