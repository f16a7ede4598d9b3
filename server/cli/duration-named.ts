import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../data/domain/time.ts'
import { UsageError } from './usage-error.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** `90s`, `30m`, `6h`, `2d` as milliseconds. Throws UsageError. */
export function durationNamed(option: string, given: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(given) ?? []
  const durationMs = Number(amount) * (UNITS[unit] ?? Number.NaN)
  if (Number.isNaN(durationMs)) {
    throw new UsageError(`--${option} is ${JSON.stringify(given)}: use a number with its unit: 90s, 30m, 6h or 2d`)
  }
  return durationMs
}
