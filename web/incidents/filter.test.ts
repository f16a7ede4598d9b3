import { expect, test } from 'vitest'
import type { IncidentAnswer } from '../../server/api/types.ts'
import { type IncidentFilter, NO_FILTER } from '../view/incidents-view.ts'
import { isWanted } from './filter.ts'

const incident: IncidentAnswer = {
  id: 13,
  kind: 'drop',
  group: 'volume',
  channel: 'nightly',
  channels: ['nightly'],
  series: { reason: 'saved-session' },
  state: 'open',
  start: '2014-02-01T14:00:00Z',
  end: null,
  detected_at: '2014-02-01T17:00:00Z',
  resolved_at: null,
  missing: 80_000,
  peak_missing: 1200,
  latest: {
    hour: '2014-02-06T13:00:00Z',
    seen: 1439,
    low: 2238,
    mid: 2450,
    high: 2677,
    deficit: 0.41,
    invalid_rate: 0.3,
  },
  confidence: 0.95,
  explanation: {
    sentence: 'Almost all of it is saved-session, from build 20140201 on.',
    carriers: [{ dimension: 'build', value: '20140201', expected: 9000, seen: 4000, share: 0.9 }],
  },
  acknowledged: null,
  severity: 'high',
  sentence: 'nightly is 41 % below expected since Sat 1 Feb, 14:00.',
}

test.each<[string, Partial<IncidentFilter>, boolean]>([
  ['nothing chosen is all of them', {}, true],
  ['its state', { state: 'open' }, true],
  ['another state', { state: 'resolved' }, false],
  ['its kind', { kind: 'drop' }, true],
  ['another kind', { kind: 'gap' }, false],
  ['its channel', { channel: 'nightly' }, true],
  ['another channel', { channel: 'beta' }, false],
  ['its severity', { severity: 'high' }, true],
  ['another severity', { severity: 'low' }, false],
  ['nobody said yet what it was', { label: 'unlabelled' }, true],
  ['a label that it doesn’t have', { label: 'real' }, false],
  ['words from anywhere, in any order and case', { text: '20140201 NIGHTLY' }, true],
  ['all words must occur', { text: 'nightly beta' }, false],
  ['its number', { text: '13' }, true],
  ['all that is chosen holds at once', { state: 'open', channel: 'beta' }, false],
])('%s', (_, chosen, wanted) => {
  expect(isWanted(incident, { ...NO_FILTER, ...chosen })).toBe(wanted)
})

test('what is about all channels is about each of them', () => {
  expect(isWanted({ ...incident, channel: '*', channels: ['*'] }, { ...NO_FILTER, channel: 'beta' })).toBe(true)
})

test('a label is found by its value', () => {
  const labelled: IncidentAnswer = {
    ...incident,
    label: { value: 'false_alarm', by: 'sam', at: '2014-02-06T13:00:00Z', note: 'holiday' },
  }
  expect(isWanted(labelled, { ...NO_FILTER, label: 'false_alarm' })).toBe(true)
  expect(isWanted(labelled, { ...NO_FILTER, label: 'unlabelled' })).toBe(false)
  expect(isWanted(labelled, { ...NO_FILTER, text: 'holiday' })).toBe(true)
})
