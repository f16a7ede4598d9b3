import { quantileSorted } from 'simple-statistics'

export function median(times: readonly number[]): number {
  return quantile(times, 0.5)
}

export function p95(times: readonly number[]): number {
  return quantile(times, 0.95)
}

function quantile(times: readonly number[], p: number): number {
  return times.length === 0
    ? Number.NaN
    : quantileSorted(
        times.toSorted((a, b) => a - b),
        p,
      )
}

export function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
