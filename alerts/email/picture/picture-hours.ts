import { HOUR_MS } from '../../../data/domain/time.ts'
import type { HourValue, PictureSpec } from './picture-spec.ts'

export function hourIndex(spec: PictureSpec, time: number): number {
  return (time - spec.start) / HOUR_MS
}

export function seenHours(spec: PictureSpec): number {
  return Math.max(0, ...spec.lines.map((each) => each.values.length))
}

export function blankBefore(values: readonly HourValue[], first: number): HourValue[] {
  return values.map((value, hour) => (hour < first ? null : value))
}

export function lastKnown(values: readonly HourValue[]): { readonly hour: number; readonly value: number } | null {
  for (let hour = values.length - 1; hour >= 0; hour -= 1) {
    const value = values[hour]
    if (value != null) return { hour, value }
  }
  return null
}
