import { expect, test } from 'vitest'
import type { Freshness } from '../../server/api/types.ts'
import { freshnessWords, serverNow } from './freshness.ts'

const freshness: Freshness = {
  counted_up_to: '2014-02-06T14:22:00Z',
  judged_up_to: '2014-02-06T14:00:00Z',
  now: '2014-02-06T14:22:40Z',
  receivers: ['a', 'b'],
  waiting_segments: 0,
  oldest_waiting_seconds: 0,
  hours_until_full: null,
  mode: 'live',
}

function words(seconds: number, changes: Partial<Freshness> = {}) {
  const said = freshnessWords({ ...freshness, ...changes }, Date.parse(freshness.counted_up_to) + seconds * 1000)
  return { ...said, line: `${said.countedUpTo} · ${said.rest}`.replaceAll('\u00a0', ' ') }
}

test('says up to when all is counted, by how many receivers, and what waits', () => {
  expect(words(40).line).toBe('counted up to 14:22 UTC, 40 s ago · 2 receivers · nothing waiting')
  expect(words(40, { receivers: ['a'], waiting_segments: 3, oldest_waiting_seconds: 12 }).line).toBe(
    'counted up to 14:22 UTC, 40 s ago · 1 receiver · 3 segments waiting, 12 s',
  )
})

test('a disk that will be full within three days is told, as a warning', () => {
  expect(words(40).disk).toBeNull()
  expect(words(40, { hours_until_full: 72 }).disk).toBeNull()
  expect(words(40, { hours_until_full: 9.4 }).disk).toBe('Disk full in about 9\u00a0h')
  expect(words(40, { hours_until_full: 0.4 }).disk).toBe('Disk full in about 24\u00a0min')
  expect(words(40, { hours_until_full: 0 }).disk).toBe('Disk full: submissions are refused')
})

test.each([
  { claim: 'an hour that has just ended', judged: '2014-02-06T13:30:00Z', says: null },
  { claim: 'nothing before the first judged hour', judged: null, says: null },
  { claim: 'a judge that has fallen behind', judged: '2014-02-06T12:00:00Z', says: '12:00 UTC' },
  { claim: 'a judge that goes through months', judged: '2014-01-22T13:00:00Z', says: '22 Jan 2014, 13:00 UTC' },
])('how far the judge is, is told of: $claim', ({ judged, says }) => {
  expect(words(40, { judged_up_to: judged }).judgedUpTo).toBe(says)
})

test.each([
  [299, 'fresh', false],
  [300, 'late', false],
  [899, 'late', false],
  [900, 'stopped', true],
])('after %d s it is %s', (seconds, level, speaks) => {
  expect(words(seconds)).toMatchObject({ level })
  expect(words(seconds).sentence !== null).toBe(speaks)
})

test('counts of another day carry its date', () => {
  expect(words(86_400).countedUpTo).toContain('6 Feb 2014, 14:22 UTC')
})

test('the server’s clock goes on from when its answer came', () => {
  expect(serverNow({ freshness, arrivedAt: 1000 }, 31_000)).toBe(Date.parse(freshness.now) + 30_000)
})
