import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import type { ChannelNumbers, Incident, IncidentNumbers } from '../incident.ts'

/** A test shows only what matters to it; the rest is that of incident 13: nightly too low since Sat 1 Feb 2014, 14:00. */
export function makeIncident(
  changes: Partial<Omit<Incident, 'latest'>> & { readonly latest?: Partial<IncidentNumbers> } = {},
): Incident {
  const start = changes.start ?? Date.UTC(2014, 1, 1, 14)
  const channels = changes.channels ?? ['nightly']
  const hour = changes.latest?.hour ?? start + 5 * DAY_MS
  const latest: IncidentNumbers = {
    hour,
    seen: 1439,
    low: 2238,
    mid: 2457,
    high: 2677,
    deficitRatio: 0.32,
    invalidRatio: 0.03,
    byChannel: channels.map((channel) => makeChannelNumbers({ channel })),
    ...changes.latest,
  }
  return {
    id: 13,
    group: 'volume',
    kind: 'drop',
    series: {},
    state: 'open',
    detectedAt: start + 2 * HOUR_MS,
    lastFindingHour: hour,
    resolvedAt: null,
    end: null,
    missing: 81_237,
    peakMissing: 1_400,
    explanation: { sentence: '', carriers: [] },
    confidenceRatio: 0.99,
    judgedUpTo: hour,
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
    ...changes,
    start,
    channels,
    latest,
  }
}

export function makeChannelNumbers(changes: Partial<ChannelNumbers>): ChannelNumbers {
  return { channel: 'nightly', seen: 1439, low: 2238, mid: 2457, high: 2677, invalidRatio: 0.03, ...changes }
}
