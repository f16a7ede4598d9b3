import { expect, test } from 'vitest'
import type { Incident } from '../../../alerts/incident.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { type ChannelSituation, channelStates } from './channel-state.ts'

const nightly: ChannelSituation = { channel: 'nightly', learning: null, unheardSince: null, firstHeard: 0 }

function incident(changes: Partial<Incident>): Incident {
  return {
    id: 1,
    group: 'volume',
    kind: 'drop',
    channels: ['nightly'],
    series: {},
    state: 'open',
    start: 5 * HOUR_MS,
    detectedAt: 6 * HOUR_MS,
    lastFindingHour: 5 * HOUR_MS,
    resolvedAt: null,
    end: null,
    missing: 0,
    peakMissing: 0,
    latest: { hour: 5 * HOUR_MS, seen: 0, low: 0, mid: 0, high: 0, deficitRatio: 0, invalidRatio: 0, byChannel: [] },
    explanation: { sentence: '', carriers: [] },
    confidenceRatio: 1,
    judgedUpTo: 5 * HOUR_MS,
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
    ...changes,
  }
}

test.each([
  { claim: 'no incident: well since it was first heard', incidents: [], states: ['well 0'] },
  { claim: 'a drop: low since its start', incidents: [incident({})], states: ['low 5'] },
  { claim: 'an outage: silent', incidents: [incident({ kind: 'outage' })], states: ['silent 5'] },
  {
    claim: 'two troubles stand together, volume first',
    incidents: [incident({ id: 2, group: 'invalid', kind: 'invalid', start: 3 * HOUR_MS }), incident({})],
    states: ['low 5', 'invalid 3'],
  },
  { claim: "another channel's trouble is not ours", incidents: [incident({ channels: ['beta'] })], states: ['well 0'] },
  { claim: 'all channels means this one too', incidents: [incident({ channels: ['*'] })], states: ['low 5'] },
  {
    claim: 'a gap says nothing about clients',
    incidents: [incident({ group: 'gap', kind: 'gap', channels: ['*'] })],
    states: ['well 0'],
  },
  { claim: 'coming back', incidents: [incident({ state: 'recovering' })], states: ['recovering 5'] },
  {
    claim: 'resolved: well since its end',
    incidents: [incident({ state: 'resolved', end: 9 * HOUR_MS, resolvedAt: 15 * HOUR_MS })],
    states: ['well 9'],
  },
])('$claim', ({ incidents, states }) => {
  expect(channelStates(nightly, incidents).map(({ state, since }) => `${state} ${(since ?? 0) / HOUR_MS}`)).toEqual(
    states,
  )
})

test('while nobody listens the state is unknown, whatever else is open', () => {
  const states = channelStates({ ...nightly, unheardSince: 7 * HOUR_MS }, [incident({})])
  expect(states.map((entry) => entry.state)).toEqual(['unknown', 'low'])
})

test('a channel without enough history is learning', () => {
  const states = channelStates({ ...nightly, learning: { days: 6, of: 14 } }, [])
  expect(states).toEqual([{ state: 'learning', since: 0 }])
})
