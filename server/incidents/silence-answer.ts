import { isSilenceActive, type Silence } from '../../alerts/silence.ts'
import { type EpochMs, isoSeconds } from '../../data/domain/time.ts'
import type { SilenceAnswer } from '../api/types.ts'

export function silenceAnswer(silence: Silence, now: EpochMs): SilenceAnswer {
  const { id, matcher, from, until, reason, author, ended } = silence
  const parts = Object.entries(matcher).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return {
    id,
    matcher: Object.fromEntries(parts),
    from: isoSeconds(from),
    until: until === null ? null : isoSeconds(until),
    reason,
    author,
    ended_at: ended === null ? null : isoSeconds(ended.at),
    ended_by: ended?.by ?? null,
    is_active: isSilenceActive(silence, now),
  }
}
