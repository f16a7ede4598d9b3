import { describe, expect, test } from 'vitest'
import { HOUR_MS } from '../../../data/domain/time.ts'
import type { StoryLabel } from './labels.ts'
import { type ScoredIncident, scoreStory } from './score.ts'

const START = Date.UTC(2014, 0, 16, 12)

const drop: StoryLabel = {
  event: 'C',
  kind: 'drop',
  channels: ['nightly'],
  start: START,
  end: START + 100 * HOUR_MS,
  recoveredAt: START + 200 * HOUR_MS,
  firstBuildId: '20140116030200',
  reason: null,
  problem: null,
  cause: 'Builds send nothing.',
}

/** An incident that starts and is detected so many hours after the label's start. */
function incident(group: ScoredIncident['group'], channels: string[], start: number, detected: number): ScoredIncident {
  return { id: 1, group, channels, start: START + start * HOUR_MS, detectedAt: START + detected * HOUR_MS }
}

describe('an incident tells an event', () => {
  test.each([
    { claim: 'of its group, on its channel, within its time', given: incident('volume', ['nightly'], 3, 7), delay: 7 },
    { claim: 'though its start is estimated a little early', given: incident('volume', ['nightly'], -11, 7), delay: 7 },
    { claim: 'though it names further channels', given: incident('volume', ['aurora', 'nightly'], 3, 9), delay: 9 },
    { claim: 'unless its channel is another', given: incident('volume', ['aurora'], 3, 7), delay: null },
    { claim: 'unless it says all channels', given: incident('volume', ['*'], 3, 7), delay: null },
    { claim: 'unless its group is another', given: incident('invalid', ['nightly'], 3, 7), delay: null },
    { claim: 'unless it was there before', given: incident('volume', ['nightly'], -20, -10), delay: null },
    { claim: 'unless it began long before', given: incident('volume', ['nightly'], -20, 7), delay: null },
    { claim: 'unless all had recovered', given: incident('volume', ['nightly'], 210, 220), delay: null },
  ])('$claim', ({ given, delay }) => {
    const { events, falseAlarms } = scoreStory([drop], [given])
    expect(events[0]?.delayHours).toBe(delay)
    expect(falseAlarms).toEqual(delay === null ? [given] : [])
  })
})

test('an event without an incident is missed', () => {
  const { events, falseAlarms } = scoreStory([drop], [])
  expect(events[0]).toMatchObject({ foundBy: null, delayHours: null, channelsFound: [] })
  expect(falseAlarms).toEqual([])
})

test('a second incident about the same event is a repeat, not a false alarm', () => {
  const second = incident('volume', ['nightly'], 50, 60)
  const first = incident('volume', ['nightly'], 0, 5)
  const { events, falseAlarms } = scoreStory([drop], [second, first])
  expect(events[0]?.foundBy).toBe(first)
  expect(events[0]?.repeats).toEqual([second])
  expect(falseAlarms).toEqual([])
})

test('a gap is told by a gap on all channels, and by no outage', () => {
  const gap: StoryLabel = { ...drop, kind: 'gap', channels: ['*'] }
  const told = incident('gap', ['*'], 0, 2)
  const outage = incident('volume', ['nightly'], 0, 2)
  const { events, falseAlarms } = scoreStory([gap], [told, outage])
  expect(events[0]?.foundBy).toBe(told)
  expect(falseAlarms).toEqual([outage])
})

test('of an event on two channels it says which were found', () => {
  const both: StoryLabel = { ...drop, kind: 'invalid', channels: ['nightly', 'aurora'] }
  const { events } = scoreStory([both], [incident('invalid', ['aurora'], 1, 2)])
  expect(events[0]?.channelsFound).toEqual(['aurora'])
})
