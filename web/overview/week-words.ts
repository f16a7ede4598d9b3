import type { ChannelOverview } from '../../server/api/types.ts'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { countRange, UNKNOWN } from '../words/number.ts'
import { HOUR_MS, moment } from '../words/time.ts'
import { wholeHours } from './week.ts'

interface Weekly {
  readonly week: Pick<ChannelOverview['week'], 'seen' | 'low' | 'high'>
  /** The newest whole one. */
  readonly hour: string
}

/**
 * What the picture of a week tells, in words: `In seven days 4 of 167 hours were below expected, the farthest on Sat 1 Feb, 14:00; 9
 * are unknown.` An hour of which nothing was expected is neither below nor above.
 */
export function weekWords({ week: { seen: all, low, high }, hour }: Weekly, weekStart: number, zone: Zone): string {
  const seen = all.slice(0, wholeHours(hour, weekStart))
  const first = seen.findIndex(isKnown)
  if (first < 0) return 'In seven days nothing was counted.'
  const hours = seen.slice(first).map((value, index) => ({
    at: weekStart + (first + index) * HOUR_MS,
    value,
    least: low[first + index] ?? null,
    most: high[first + index] ?? null,
  }))
  const known = hours.filter(({ value }) => isKnown(value))
  const below = farthest(known, ({ value, least }) => (isKnown(least) ? least - (value ?? 0) : 0))
  const above = farthest(known, ({ value, most }) => (isKnown(most) ? (value ?? 0) - most : 0))
  const unknown = hours.length - known.length
  const told = [
    ...(below === null
      ? []
      : [`${below.hours} of ${known.length} hours ${below.hours === 1 ? 'was' : 'were'} below expected, ${at(below)}`]),
    ...(above === null ? [] : [`${above.hours} above, ${at(above)}`]),
    ...(unknown === 0 ? [] : [`${unknown} ${unknown === 1 ? 'is' : 'are'} unknown`]),
  ]
  if (below === null && above === null) {
    const within = known.some(({ least }) => isKnown(least))
      ? `all ${known.length} counted hours were as expected`
      : `${known.length} hours were counted`
    return `In seven days ${[within, ...told].join('; ')}.`
  }
  return `In seven days ${told.join('; ')}.`

  function at({ at: time }: { readonly at: number }): string {
    return `the farthest on ${moment(time, zone)}`
  }
}

/** How many stray by more than nothing, and when the one that strays most. Null: none does. */
function farthest<T extends { readonly at: number }>(
  hours: readonly T[],
  by: (hour: T) => number,
): { readonly hours: number; readonly at: number } | null {
  const astray = hours.filter((hour) => by(hour) > 0)
  const [first, ...others] = astray
  if (first === undefined) return null
  return { hours: astray.length, at: others.reduce((most, hour) => (by(hour) > by(most) ? hour : most), first).at }
}

/** `1 995 – 2 578`, of an hour of the week. */
export function expectedWords({ low, high }: Pick<ChannelOverview['week'], 'low' | 'high'>, index: number): string {
  const [least, most] = [low[index], high[index]]
  return isKnown(least) && isKnown(most) ? countRange(least, most) : UNKNOWN
}
