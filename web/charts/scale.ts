/** From values to pixels and back. `log` is for values above 0; what is smaller is drawn at the domain's lower end. */
export interface Scale {
  readonly kind: 'linear' | 'log'
  readonly domain: readonly [number, number]
  readonly range: readonly [number, number]
}

export function toPixel(scale: Scale, value: number): number {
  const [low, high] = scale.domain
  const [start, end] = scale.range
  const share =
    scale.kind === 'log' ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low)
  return start + share * (end - start)
}

/** Linear scales only. */
export function fromPixel(scale: Scale, pixel: number): number {
  const [low, high] = scale.domain
  const [start, end] = scale.range
  return low + ((pixel - start) / (end - start)) * (high - low)
}

export interface Ticks {
  readonly max: number
  readonly values: readonly number[]
}

/** Round steps from 0 to just above `highest`, `most` of them at most: 3420, 4 → 0 1000 2000 3000 4000. */
export function ticksFromZero(highest: number, most: number): Ticks {
  const wanted = Math.max(highest, Number.MIN_VALUE) / most
  const magnitude = 10 ** Math.floor(Math.log10(wanted))
  const step = ([1, 2, 2.5, 4, 5, 10].find((factor) => factor * magnitude >= wanted * (1 - 1e-9)) ?? 10) * magnitude
  const steps = Math.max(1, Math.ceil(highest / step - 1e-9))
  return {
    max: steps * step,
    values: Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12))),
  }
}

/** Powers of ten around the values, from `least` on: 12, 3420 → 10 100 1000 10000. */
export function logTicks(lowest: number, highest: number, least = 1): Ticks & { readonly min: number } {
  const first = Math.floor(Math.log10(Math.max(lowest, least)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(highest, least))))
  const values = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
  return { min: 10 ** first, max: 10 ** last, values }
}
