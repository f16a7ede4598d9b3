import type { Freshness } from '../../server/api/types.ts'
import type { Zone } from '../view/zone.ts'
import { datedClock, HOUR_MS } from '../words/time.ts'

/** Why the hour that begins at `hour` has no answer yet; null: it was judged, or that isn't known. `now`: the server's time. */
export function unjudgedWords(
  hour: number,
  { counted_up_to, judged_up_to, now }: Freshness,
  zone: Zone,
): string | null {
  const judged = judged_up_to === null ? null : Date.parse(judged_up_to)
  const end = hour + HOUR_MS
  if (judged !== null && end <= judged) return null
  const at = (time: number): string => datedClock(time, Date.parse(now), zone)
  const counted = Date.parse(counted_up_to)
  if (end > counted)
    return `Not judged yet: that is done when all of the hour is counted, and counted is up to ${at(counted)}.`
  return judged === null
    ? 'Not judged yet: the judge has only begun with the first hours.'
    : `Not judged yet: the judge is catching up, and has judged up to ${at(judged)}.`
}
