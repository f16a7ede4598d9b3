import { describe, expect, test } from 'vitest'
import type { IncidentAnswer } from '../../server/api/types.ts'
import { figuresOf } from '../incidents/figures.tsx'
import { channelsOf, discardedWords, incidentLine, incidentMark, incidentTitle } from './incident.ts'

const drop: IncidentAnswer = {
  id: 13,
  kind: 'decline',
  group: 'volume',
  channel: 'nightly',
  channels: ['nightly'],
  series: {},
  state: 'open',
  start: '2014-02-01T14:00:00Z',
  end: null,
  detected_at: '2014-02-01T23:00:00Z',
  resolved_at: null,
  missing: 81_237,
  peak_missing: 900,
  latest: {
    hour: '2014-02-06T13:00:00Z',
    seen: 1439,
    low: 2238,
    mid: 2450,
    high: 2677,
    deficit: 0.32,
    invalid_rate: 0,
  },
  confidence: 0.95,
  explanation: {
    sentence: '99 % of it is saved-session.',
    carriers: [{ dimension: 'reason', value: 'saved-session', expected: 10, seen: 1, share: 0.99 }],
  },
  acknowledged: null,
  sentence: 'nightly is 41 % below expected since Sat 1 Feb, 14:00.',
}

function plain(text: string): string {
  return text.replace(/[\u202f\u00a0]/g, ' ')
}

describe('over a chart', () => {
  test.each<[string, Partial<IncidentAnswer>]>([
    ['saved-session missing', {}],
    ['builds from 20140116 on', { explanation: { sentence: '', carriers: [], first_build_id: '20140116' } }],
    ['too few', { explanation: { sentence: '', carriers: [] } }],
    [
      'too few',
      {
        explanation: {
          sentence: '',
          carriers: [{ dimension: 'reason', value: 'saved-session', expected: 62, seen: 30, share: 0.62 }],
        },
      },
    ],
    ['invalid_revision', { group: 'invalid', series: { problem: 'invalid_revision' } }],
    ['invalid', { group: 'invalid', explanation: { sentence: '', carriers: [] } }],
    ['too many saved-session', { group: 'surge' }],
    ['nothing counted', { group: 'gap' }],
    ['nothing comes', { kind: 'outage', latest: { ...drop.latest, seen: 0 } }],
  ])('%s', (title, changes) => expect(incidentTitle({ ...drop, ...changes })).toBe(title))
})

describe('in a list', () => {
  test('how much comes first, rounded; then what carries it', () => {
    expect(plain(incidentLine(drop))).toBe(
      '81 200 missing so far, 32 % of what was expected. 99 % of it is saved-session.',
    )
  })

  test('what is over is no longer "so far"', () => {
    expect(plain(incidentLine({ ...drop, state: 'resolved' }))).toBe('81 200 missing. 99 % of it is saved-session.')
  })

  test('invalid submissions are kept, never lost', () => {
    expect(plain(incidentLine({ ...drop, group: 'invalid' }))).toBe(
      '81 200 invalid so far: kept in quarantine. 99 % of it is saved-session.',
    )
  })

  test.each<[string, Partial<IncidentAnswer>]>([
    ['low', {}],
    ['silent', { latest: { ...drop.latest, seen: 0 } }],
    ['invalid', { group: 'invalid' }],
    ['high', { group: 'surge' }],
    ['unknown', { group: 'gap' }],
    ['recovering', { state: 'recovering' }],
    ['recovering', { state: 'resolved' }],
  ])('its mark is %s', (mark, changes) => expect(incidentMark({ ...drop, ...changes })).toBe(mark))

  test('channels are named, all of them together as such', () => {
    expect(channelsOf({ ...drop, channels: ['aurora', 'beta', 'nightly'] })).toBe('aurora, beta and nightly')
    expect(channelsOf({ ...drop, channels: ['*'] })).toBe('all channels')
  })
})

test('its page shows the number that proves it first', () => {
  const names = (incident: IncidentAnswer) => figuresOf(incident).map(({ name, value }) => plain(`${name}: ${value}`))
  expect(names(drop)).toEqual([
    'Missing so far: 81 200',
    'Seen, 13:00: 1 439',
    'Expected, 13:00: 2 238 – 2 677',
    'How sure: very',
  ])
  expect(names({ ...drop, group: 'invalid' })[1]).toBe('Invalid rate so far: 0.0 %')
  expect(names({ ...drop, group: 'gap', end: '2014-02-01T23:00:00Z' })).toEqual(['Lasted: 9 h'])
})

test.each([
  {
    discarded: { cause: 'body', submissions: 1204, rate: 0.0121, typical_bytes: 312_000, limit_bytes: 204_800 },
    says: '1.2 % too large | 1.2 % discarded as too large | typically 305 KiB, the limit is 200 KiB',
  },
  {
    discarded: { cause: 'path', submissions: 1, rate: 0.00001, typical_bytes: 12_000, limit_bytes: null },
    says: 'under 0.1 % path too long | under 0.1 % discarded for too long a path | typically 12 KiB',
  },
  {
    discarded: { cause: 'body', submissions: 9, rate: 0.3, typical_bytes: null, limit_bytes: null },
    says: '30.0 % too large | 30.0 % discarded as too large | ',
  },
] as const)('of what is discarded: $says', ({ discarded, says }) => {
  const { short, share, sizes } = discardedWords(discarded)
  expect([short, share, sizes].join(' | ').replace(/[\u00a0\u202f]/g, ' ')).toBe(says)
})
