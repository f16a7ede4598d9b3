import { type EpochMs, startOfHour } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'

/** An open incident of our own trouble: about no channel's clients, and with no numbers of theirs. */
export function makeOwnTrouble(
  id: number,
  { start, now, sentence }: { readonly start: EpochMs; readonly now: EpochMs; readonly sentence: string },
): Incident {
  const hour = startOfHour(start)
  return {
    id,
    group: 'stalled',
    kind: 'stalled',
    channels: ['*'],
    series: {},
    state: 'open',
    start,
    detectedAt: now,
    lastFindingHour: hour,
    resolvedAt: null,
    end: null,
    missing: 0,
    peakMissing: 0,
    latest: { hour, seen: 0, low: 0, mid: 0, high: 0, deficitRatio: 0, invalidRatio: 0, byChannel: [] },
    explanation: { sentence, carriers: [] },
    confidenceRatio: 1,
    judgedUpTo: hour,
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
  }
}
