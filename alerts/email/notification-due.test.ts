import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { makeChannelNumbers, makeIncident } from '../testing/make-incident.ts'
import { type LastNotification, magnitude, nextReminderAt, notificationDue } from './notification-due.ts'

const toldAt = Date.UTC(2014, 1, 1, 15, 2)
const open = makeIncident({ latest: { seen: 1900, mid: 2500 } })
const acknowledged = { ...open, acknowledged: { by: 'mreid', at: toldAt } }
const gap = makeIncident({ group: 'gap', kind: 'gap', channels: ['*'] })
const invalid = makeIncident({ group: 'invalid', kind: 'invalid', latest: { invalidRatio: 0.2, byChannel: [] } })

function seen(ofExpected: number, changes: Partial<Incident> = {}): Incident {
  return { ...open, ...changes, latest: { ...open.latest, seen: 2500 * ofExpected, mid: 2500 } }
}

function told(trigger: LastNotification['trigger'], changes: Partial<LastNotification> = {}): LastNotification {
  const incident = changes.incident ?? open
  return { trigger, decidedAt: toldAt, newsAt: toldAt, incident, worstRatio: magnitude(incident), ...changes }
}

/** A disk of which it was known, `hours` after it was told, that it would be full `leftHours` later. */
function disk(hours: number, leftHours: number): Incident {
  const at = toldAt + hours * HOUR_MS
  const trouble = {
    kind: 'disk_filling',
    at,
    fullAt: at + leftHours * HOUR_MS,
    freeBytes: 9e9,
    minFreeBytes: 1e9,
  } as const
  return { ...makeIncident({ group: 'stalled', kind: 'stalled', channels: ['*'] }), trouble }
}

test.each([
  { claim: 'as foretold: not again', hours: 2, leftHours: 18, due: null },
  { claim: 'a quarter of the time is left', hours: 16, leftHours: 4.9, due: 'worsened' },
  { claim: 'it fills much faster than was told', hours: 2, leftHours: 3, due: 'worsened' },
  { claim: 'it is full', hours: 2, leftHours: 0, due: 'worsened' },
  { claim: 'news within the hour wait', hours: 0.5, leftHours: 0, due: null },
  { claim: 'a reminder, though nothing is new', hours: 4, leftHours: 16, due: 'reminder' },
])('a disk told to be full in 20 hours: $claim', ({ hours, leftHours, due }) => {
  const last = told('opened', { incident: disk(0, 20) })
  expect(notificationDue(disk(hours, leftHours), last, toldAt + hours * HOUR_MS)).toBe(due)
})

test.each<{ claim: string; incident: Incident; last: LastNotification | null; hours: number; due: string | null }>([
  { claim: 'a new incident is told', incident: open, last: null, hours: 0, due: 'opened' },
  { claim: 'what was told is not told again', incident: open, last: told('opened'), hours: 2, due: null },
  {
    claim: 'what began and ended while nobody could be told is not told',
    incident: { ...open, state: 'resolved' },
    last: null,
    hours: 0,
    due: null,
  },
  {
    claim: 'what is ending when the service comes back is not told',
    incident: { ...open, state: 'recovering' },
    last: null,
    hours: 0,
    due: null,
  },
  {
    claim: 'its end is told, however soon',
    incident: { ...open, state: 'resolved' },
    last: told('opened'),
    hours: 0.1,
    due: 'resolved',
  },
  {
    claim: 'its end is told once',
    incident: { ...open, state: 'resolved' },
    last: told('resolved'),
    hours: 40,
    due: null,
  },
  {
    claim: 'that it was none is told',
    incident: { ...open, state: 'withdrawn' },
    last: told('opened'),
    hours: 1,
    due: 'withdrawn',
  },
  { claim: 'its return is told', incident: open, last: told('resolved'), hours: 3, due: 'reopened' },
  { claim: 'the return of what was withdrawn too', incident: open, last: told('withdrawn'), hours: 3, due: 'reopened' },
  { claim: 'much worse is told', incident: seen(0.5), last: told('opened'), hours: 1, due: 'worsened' },
  { claim: 'but not within the hour', incident: seen(0.5), last: told('opened'), hours: 0.9, due: null },
  { claim: 'a little worse is not', incident: seen(0.7), last: told('opened'), hours: 1, due: null },
  {
    claim: 'half as much again of very little is not',
    incident: seen(0.9),
    last: told('opened', { worstRatio: 0.04 }),
    hours: 1,
    due: null,
  },
  {
    claim: 'as bad as it was told once is not told again',
    incident: seen(0.5),
    last: told('reminder', { incident: seen(0.8), worstRatio: 0.5 }),
    hours: 2,
    due: null,
  },
  {
    claim: 'silence after a deep fall is told',
    incident: seen(0, { kind: 'outage' }),
    last: told('opened', { incident: seen(0.3) }),
    hours: 1,
    due: 'worsened',
  },
  {
    claim: 'more invalid is told',
    incident: { ...invalid, latest: { ...invalid.latest, invalidRatio: 0.31 } },
    last: told('opened', { incident: invalid }),
    hours: 1,
    due: 'worsened',
  },
  {
    claim: 'the worst channel counts, not the mean',
    incident: {
      ...invalid,
      latest: { ...invalid.latest, byChannel: [makeChannelNumbers({ channel: 'aurora', invalidRatio: 0.5 })] },
    },
    last: told('opened', { incident: invalid }),
    hours: 1,
    due: 'worsened',
  },
  {
    claim: 'a channel more is told',
    incident: { ...open, channels: ['nightly', 'aurora'] },
    last: told('opened'),
    hours: 1,
    due: 'widened',
  },
  {
    claim: 'a channel less is not',
    incident: open,
    last: told('opened', { incident: { ...open, channels: ['nightly', 'aurora'] } }),
    hours: 1,
    due: null,
  },
  {
    claim: 'a cause that became known is told',
    incident: { ...open, explanation: { sentence: '96 % of it is saved-session.', carriers: [] } },
    last: told('opened'),
    hours: 1,
    due: 'explained',
  },
  {
    claim: 'nothing is told while it comes back',
    incident: { ...open, state: 'recovering' },
    last: told('opened'),
    hours: 30,
    due: null,
  },
  { claim: 'four hours later: a reminder', incident: open, last: told('opened'), hours: 4, due: 'reminder' },
  { claim: 'not if somebody has it', incident: acknowledged, last: told('opened'), hours: 40, due: null },
  {
    claim: 'who has it still hears that it got worse',
    incident: { ...seen(0.3), acknowledged: acknowledged.acknowledged },
    last: told('opened'),
    hours: 1,
    due: 'worsened',
  },
  {
    claim: 'one reminder for each of its times',
    incident: open,
    last: told('reminder', { newsAt: toldAt - 5 * HOUR_MS }),
    hours: 6.9,
    due: null,
  },
  {
    claim: 'the second comes after twelve hours',
    incident: open,
    last: told('reminder', { newsAt: toldAt - 5 * HOUR_MS }),
    hours: 7,
    due: 'reminder',
  },
  { claim: 'a gap is told', incident: gap, last: null, hours: 0, due: 'opened' },
  {
    claim: 'and not repeated by the hour',
    incident: gap,
    last: told('opened', { incident: gap }),
    hours: 12,
    due: null,
  },
  { claim: 'but by the day', incident: gap, last: told('opened', { incident: gap }), hours: 24, due: 'reminder' },
])('$claim', ({ incident, last, hours, due }) => {
  expect(notificationDue(incident, last, toldAt + hours * HOUR_MS)).toBe(due)
})

test('reminders come after 4 and 12 hours, then daily', () => {
  const times: number[] = []
  let after = toldAt
  for (let count = 0; count < 5; count += 1) {
    after = nextReminderAt(open, toldAt, after)
    times.push((after - toldAt) / HOUR_MS)
  }
  expect(times).toEqual([4, 12, 24, 48, 72])
})

test('a reminder missed while the service was down is sent once, and the next at its own time', () => {
  const cameBack = toldAt + 2 * DAY_MS + 30 * MINUTE_MS
  expect(notificationDue(open, told('opened'), cameBack)).toBe('reminder')
  expect(nextReminderAt(open, toldAt, cameBack)).toBe(toldAt + 3 * DAY_MS)
})
