import type { Freshness } from '../../server/api/types.ts'
import type { FreshnessAt } from '../api/live.ts'
import type { Zone } from '../view/zone.ts'
import { counted } from '../words/number.ts'
import { age, datedClock, HOUR_MS, MINUTE_MS } from '../words/time.ts'

export interface FreshnessWords {
  /** `late`: amber, after 5 min. `stopped`: red, with a sentence, after 15. */
  readonly level: 'fresh' | 'late' | 'stopped'
  readonly countedUpTo: string
  readonly rest: string
  /** Only when stopped. */
  readonly sentence: string | null
  /** Only while the judge goes through hours that are long counted: up to when it has come. */
  readonly judgedUpTo: string | null
  /** Only when the disk will be full within days. */
  readonly disk: string | null
}

const LATE_MS = 5 * 60_000
const STOPPED_MS = 15 * 60_000
const DISK_WARNING_HOURS = 72
/** An hour that has just ended is judged in a moment, once all of it is counted. */
const UNJUDGED_MS = HOUR_MS + 15 * MINUTE_MS

/** The server's clock now: the age of counts is judged by it, never by a browser's clock that may be wrong. */
export function serverNow({ freshness, arrivedAt }: FreshnessAt, performanceNow: number): number {
  return Date.parse(freshness.now) + Math.max(0, performanceNow - arrivedAt)
}

export function freshnessWords(freshness: Freshness, now: number, zone: Zone = 'utc'): FreshnessWords {
  const upTo = Date.parse(freshness.counted_up_to)
  const judged = freshness.judged_up_to === null ? null : Date.parse(freshness.judged_up_to)
  const ageMs = now - upTo
  const level = ageMs >= STOPPED_MS ? 'stopped' : ageMs >= LATE_MS ? 'late' : 'fresh'
  const at = datedClock(upTo, now, zone)
  const receivers = freshness.receivers.length === 0 ? 'no receiver' : counted(freshness.receivers.length, 'receiver')
  const waiting =
    freshness.waiting_segments === 0
      ? 'nothing waiting'
      : `${counted(freshness.waiting_segments, 'segment')} waiting, ${age(freshness.oldest_waiting_seconds * 1000)}`
  const cause =
    freshness.receivers.length === 0 ? 'no receiver is running' : 'receivers run, but their counts don’t arrive'
  return {
    level,
    countedUpTo: `counted up to ${at}, ${age(ageMs)} ago`,
    rest: `${receivers} · ${waiting}${freshness.mode === 'demo' ? ' · demo' : ''}`,
    sentence: level === 'stopped' ? `Nothing counted since ${at}: ${cause}. Charts end there.` : null,
    judgedUpTo: judged !== null && isJudgeBehind(judged, upTo) ? datedClock(judged, now, zone) : null,
    disk: diskWords(freshness.hours_until_full),
  }
}

/** Whether hours that are long counted aren't judged yet: after a start, or when history was brought in. */
export function isJudgeBehind(judgedUpTo: number, countedUpTo: number): boolean {
  return countedUpTo - judgedUpTo > UNJUDGED_MS
}

function diskWords(hoursUntilFull: number | null): string | null {
  if (hoursUntilFull === null || hoursUntilFull >= DISK_WARNING_HOURS) return null
  if (hoursUntilFull === 0) return 'Disk full: submissions are refused'
  return `Disk full in about ${age(hoursUntilFull * 3_600_000)}`
}
