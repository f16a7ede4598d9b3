import type { SeriesAnswer } from '../../server/api/types.ts'
import { startsOf } from '../charts/at-times.ts'
import { isKnown } from '../charts/water.ts'
import { HOUR_MS } from '../words/time.ts'

/** How much of what is known by the hour is known by the minute, too: what was imported has hours alone. */
export interface KnownMinutes {
  /** Of the known hours from `from` on, those of which a minute is known; 0 to 1. */
  readonly share: number
  /** The first known minute; null: none is. */
  readonly since: number | null
}

/** `minutes` and `hours` are of the same channel; both may begin before `from`. Without any known hour nothing is missing: 1. */
export function knownMinutes(minutes: SeriesAnswer, hours: SeriesAnswer, from: number): KnownMinutes {
  const values = minutes.series[0]?.values ?? []
  const known = startsOf(minutes).filter((time, index) => time >= from && isKnown(values[index]))
  const within = new Set(known.map((time) => Math.floor(time / HOUR_MS) * HOUR_MS))
  const counted = hours.series[0]?.values ?? []
  const whole = startsOf(hours).filter((time, index) => time >= from && isKnown(counted[index]))
  const share = whole.length === 0 ? 1 : whole.filter((hour) => within.has(hour)).length / whole.length
  return { share, since: known[0] ?? null }
}
