import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfHour } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { makeChannelNumbers, makeIncident } from '../testing/make-incident.ts'
import { incidentSentence } from './incident-sentence.ts'
import { mailSubject } from './mail-subject.ts'
import { topSentences } from './top-sentences.ts'

const NOT_KEPT = { cause: 'body', offered: 2000, ratio: 0, typicalBytes: 0, limitBytes: 0 } as const

const low = makeIncident()
const silent = makeIncident({ kind: 'outage', latest: { seen: 0 } })
const high = makeIncident({ group: 'surge', kind: 'surge', latest: { seen: 4914, deficitRatio: -0.5 } })
const everywhere = makeIncident({ channels: ['*'], latest: { seen: 983, deficitRatio: 0.6 } })
const invalid = makeIncident({
  id: 14,
  group: 'invalid',
  kind: 'invalid',
  channels: ['aurora', 'nightly'],
  series: { problem: 'invalid_revision' },
  start: Date.UTC(2014, 1, 4, 11),
  missing: 41_700,
  latest: {
    invalidRatio: 0.31,
    byChannel: [
      makeChannelNumbers({ channel: 'nightly', invalidRatio: 0.369 }),
      makeChannelNumbers({ channel: 'aurora', invalidRatio: 0.49 }),
    ],
  },
})
const tooLarge = makeIncident({
  group: 'discarded',
  kind: 'discarded',
  series: { cause: 'body' },
  channels: ['aurora', 'nightly'],
  latest: {
    discarded: { cause: 'body', offered: 4000, ratio: 0.062, typicalBytes: 312_000, limitBytes: 204_800 },
    byChannel: [
      makeChannelNumbers({ channel: 'aurora', discarded: { ...NOT_KEPT, ratio: 0.031 } }),
      makeChannelNumbers({ channel: 'nightly', discarded: { ...NOT_KEPT, ratio: 0.31 } }),
    ],
  },
})
const longPaths = makeIncident({
  group: 'discarded',
  kind: 'discarded',
  series: { cause: 'path' },
  latest: {
    discarded: { ...NOT_KEPT, cause: 'path', ratio: 0.2 },
    byChannel: [makeChannelNumbers({ discarded: { ...NOT_KEPT, ratio: 0.0004 } })],
  },
})
const gap = makeIncident({
  group: 'gap',
  kind: 'gap',
  channels: ['*'],
  start: Date.UTC(2013, 11, 17, 4) + 10 * MINUTE_MS,
  latest: { byChannel: [] },
})
const over = { state: 'resolved', resolvedAt: low.start + 8 * DAY_MS, end: low.start + 7 * DAY_MS } as const

function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ')
}

test.each<{ claim: string; incident: Incident; says: string }>([
  { claim: 'too low', incident: low, says: 'nightly is 41 % below expected since Sat 1 Feb, 14:00.' },
  { claim: 'silent', incident: silent, says: 'nightly is silent since Sat 1 Feb, 14:00.' },
  { claim: 'too high', incident: high, says: 'nightly is 100 % above expected since Sat 1 Feb, 14:00.' },
  {
    claim: 'everywhere',
    incident: everywhere,
    says: 'All channels together are 60 % below expected since Sat 1 Feb, 14:00.',
  },
  {
    claim: 'coming back',
    incident: { ...low, state: 'recovering', latest: { ...low.latest, seen: 2383 } },
    says: 'nightly comes back: 3 % below expected.',
  },
  {
    claim: 'over',
    incident: { ...low, ...over },
    says: 'nightly was 32 % below expected from Sat 1 Feb, 14:00 to Sat 8 Feb, 14:00.',
  },
  {
    claim: 'one reason of some builds missing',
    incident: makeIncident({ series: { reason: 'saved-session', buildId: '20140201' }, latest: { seen: 0 } }),
    says: "nightly's saved-session from build 20140201 on is missing since Sat 1 Feb, 14:00.",
  },
  {
    claim: 'one reason too low',
    incident: makeIncident({ series: { reason: 'saved-session' } }),
    says: "nightly's saved-session is 41 % below expected since Sat 1 Feb, 14:00.",
  },
  {
    claim: 'invalid on two channels, worst first',
    incident: invalid,
    says: 'aurora is 49 % invalid, nightly 37 %, since Tue 4 Feb, 11:00.',
  },
  {
    claim: 'invalid on one channel',
    incident: makeIncident({ group: 'invalid', latest: { byChannel: [makeChannelNumbers({ invalidRatio: 0.369 })] } }),
    says: 'nightly is 37 % invalid since Sat 1 Feb, 14:00.',
  },
  {
    claim: 'too large on two channels, worst first',
    incident: tooLarge,
    says: 'nightly has 31 % discarded as too large, aurora 3.1 %, since Sat 1 Feb, 14:00.',
  },
  {
    claim: 'less and less too large',
    incident: { ...longPaths, state: 'recovering' },
    says: 'nightly comes back: under 0.1 % discarded for too long a path.',
  },
  {
    claim: 'too large, and over',
    incident: { ...tooLarge, ...over },
    says: 'aurora and nightly had 6.2 % discarded as too large from Sat 1 Feb, 14:00 to Sat 8 Feb, 14:00.',
  },
  {
    claim: 'a gap that lasts',
    incident: gap,
    says: 'Nothing counted since Tue 17 Dec, 04:10: receivers are down; charts end there.',
  },
  {
    claim: 'a gap that is over',
    incident: { ...gap, state: 'resolved', end: Date.UTC(2013, 11, 17, 13, 5) },
    says: 'Nothing counted Tue 17 Dec, 04:10 – 13:05: nobody was listening.',
  },
  {
    claim: 'withdrawn',
    incident: { ...low, state: 'withdrawn' },
    says: 'nightly was as expected after all: late counts arrived.',
  },
])('$claim: $says', ({ incident, says }) => expect(plain(incidentSentence(incident))).toBe(says))

test.each<{ incident: Incident; says: string }>([
  { incident: low, says: '[tidewatch] nightly: 32 % fewer submissions than expected since Sat 14:00 UTC' },
  { incident: silent, says: '[tidewatch] nightly: 32 % fewer submissions than expected since Sat 14:00 UTC' },
  {
    incident: makeIncident({
      series: { reason: 'saved-session', buildId: '20140201' },
      latest: { deficitRatio: 0.97 },
    }),
    says: '[tidewatch] nightly: no saved-session from build 20140201 on since Sat 14:00 UTC',
  },
  { incident: high, says: '[tidewatch] nightly: 50 % more submissions than expected since Sat 14:00 UTC' },
  { incident: everywhere, says: '[tidewatch] all channels: 60 % fewer submissions than expected since Sat 14:00 UTC' },
  {
    incident: invalid,
    says: '[tidewatch] aurora + nightly: 31 % of submissions invalid (invalid_revision) since Tue 11:00 UTC',
  },
  {
    incident: { ...invalid, channels: ['nightly'], latest: { ...invalid.latest, invalidRatio: 0.0285 } },
    says: '[tidewatch] nightly: more invalid submissions than usual (invalid_revision) since Tue 11:00 UTC',
  },
  {
    incident: tooLarge,
    says: '[tidewatch] aurora + nightly: 6.2 % of submissions discarded as too large since Sat 14:00 UTC (typically 305 KiB, the limit is 200 KiB)',
  },
  {
    incident: longPaths,
    says: '[tidewatch] nightly: 20 % of submissions discarded for too long a path since Sat 14:00 UTC',
  },
  { incident: gap, says: '[tidewatch] no data since Tue 04:10 UTC: receivers are down (this is not a client outage)' },
  {
    incident: { ...low, detectedAt: low.start + 7 * DAY_MS },
    says: '[tidewatch] nightly: 32 % fewer submissions than expected since Sat 1 Feb 14:00 UTC',
  },
  {
    incident: makeIncident({ channels: ['nächtlich\r\nBcc: x@example.org'] }),
    says: '[tidewatch] n?chtlich??Bcc: x@example.org: 32 % fewer submissions than expected since Sat 14:00 UTC',
  },
])('$says', ({ incident, says }) => expect(mailSubject(incident)).toBe(says))

const channels = ['release', 'beta', 'aurora', 'nightly', 'other']
const now = Date.UTC(2014, 1, 6, 14, 22)
const fresh = { countedUpTo: now - 40_000, now, judgedUpTo: startOfHour(now) }
const closed = { ...low, ...over }

test.each([
  { incidents: [], channels, says: ['well: All 5 channels are well.'] },
  { incidents: [], channels: ['nightly'], says: ['well: nightly is well.'] },
  { incidents: [], channels: [], says: [] },
  { incidents: [closed], channels, says: ['well: All 5 channels are well.'] },
  {
    incidents: [low],
    channels,
    says: ['low: nightly is 41 % below expected since Sat 1 Feb, 14:00. The others are well.'],
  },
  { incidents: [low], channels: ['nightly'], says: ['low: nightly is 41 % below expected since Sat 1 Feb, 14:00.'] },
  {
    incidents: [low],
    channels: ['beta', 'nightly'],
    says: ['low: nightly is 41 % below expected since Sat 1 Feb, 14:00. beta is well.'],
  },
  {
    incidents: [invalid, low],
    channels,
    says: [
      'low: nightly is 41 % below expected since Sat 1 Feb, 14:00.',
      'invalid: aurora is 49 % invalid, nightly 37 %, since Tue 4 Feb, 11:00. The others are well.',
    ],
  },
  {
    incidents: [everywhere],
    channels,
    says: ['low: All channels together are 60 % below expected since Sat 1 Feb, 14:00.'],
  },
  {
    incidents: [low, gap],
    channels,
    says: [
      'unknown: Nothing counted since Tue 17 Dec, 04:10: receivers are down; charts end there.',
      'low: nightly is 41 % below expected since Sat 1 Feb, 14:00.',
    ],
  },
])('$says', ({ incidents, channels, says }) => {
  const sentences = topSentences({ channels, incidents, freshness: fresh, learning: null })
  expect(sentences.map((sentence) => plain(`${sentence.mark}: ${sentence.text}`))).toEqual(says)
})

test('more than three troubles: the two worst, and how many more', () => {
  const incidents = ['release', 'beta', 'aurora', 'nightly'].map((channel, index) =>
    makeIncident({ id: index, channels: [channel], missing: 1000 * (index + 1) }),
  )
  const sentences = topSentences({ channels, incidents, freshness: fresh, learning: null })
  expect(sentences.map((sentence) => plain(sentence.text))).toEqual([
    'nightly is 41 % below expected since Sat 1 Feb, 14:00.',
    'aurora is 41 % below expected since Sat 1 Feb, 14:00.',
    '2 more are open.',
  ])
})

test('while learning nobody is called well', () => {
  const learning = { days: 6.7, of: 14 }
  expect(topSentences({ channels, incidents: [], freshness: fresh, learning })).toEqual([
    { mark: 'learning', text: 'Learning: 6 of 14 days.', incident: null },
  ])
})

test.each([
  {
    incidents: [],
    channels,
    says: 'learning: All 5 channels were well until Wed 22 Jan, 13:00: so far it is judged.',
  },
  { incidents: [], channels: ['beta'], says: 'learning: beta was well until Wed 22 Jan, 13:00: so far it is judged.' },
  { incidents: [low], channels, says: 'low: nightly is 41 % below expected since Sat 1 Feb, 14:00.' },
])('while the judge is behind nobody is called well now: $says', ({ incidents, channels, says }) => {
  const freshness = { ...fresh, judgedUpTo: Date.UTC(2014, 0, 22, 13) }
  const sentences = topSentences({ channels, incidents, freshness, learning: null })
  expect(sentences.map((sentence) => plain(`${sentence.mark}: ${sentence.text}`))).toEqual([says])
})

test('old counts are said to be old before anything else, and nobody is called well by them', () => {
  const freshness = { ...fresh, countedUpTo: now - 2 * HOUR_MS }
  const sentences = topSentences({ channels, incidents: [low], freshness, learning: null })
  expect(sentences.map((sentence) => plain(sentence.text))).toEqual([
    'Counts are 2 h old: charts end at Thu 6 Feb, 12:22.',
    'nightly is 41 % below expected since Sat 1 Feb, 14:00.',
  ])
})
