import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { magnitude } from '../incidents/magnitude.ts'
import { makeChannelNumbers, makeIncident } from '../testing/make-incident.ts'
import { type LastNotification, nextReminderAt, notificationDue, type Telling } from './notification-due.ts'

const toldAt = Date.UTC(2014, 1, 1, 15, 2)
const open = makeIncident({ latest: { seen: 1900, mid: 2500 } })
const acknowledged = { ...open, acknowledged: { by: 'mreid', at: toldAt } }
const gap = makeIncident({ group: 'gap', kind: 'gap', channels: ['*'], judgedUpTo: Date.UTC(2014, 1, 1, 15) })
const invalid = makeIncident({ group: 'invalid', kind: 'invalid', latest: { invalidRatio: 0.2, byChannel: [] } })

/** To somebody whom a route brings everything, `hours` after he was told, with nothing silenced. */
function after(hours: number, changes: Partial<Telling> = {}): Telling {
  const usual = { isWanted: true, isSilenced: false, silenceEndedAt: null, maintenanceEndedAt: null, repeatMs: null }
  return { now: toldAt + hours * HOUR_MS, ...usual, ...changes }
}

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
  expect(notificationDue(disk(hours, leftHours), last, after(hours))).toBe(due)
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
  {
    claim: 'that somebody has it is told',
    incident: acknowledged,
    last: told('opened'),
    hours: 0.2,
    due: 'acknowledged',
  },
  {
    claim: 'once',
    incident: acknowledged,
    last: told('acknowledged', { incident: acknowledged }),
    hours: 0.5,
    due: null,
  },
  {
    claim: 'who hears of it first from whom it is told that somebody has it needs no second mail',
    incident: acknowledged,
    last: told('opened', { incident: acknowledged }),
    hours: 1,
    due: null,
  },
  {
    claim: 'and no reminders come any more',
    incident: acknowledged,
    last: told('acknowledged', { incident: acknowledged }),
    hours: 40,
    due: null,
  },
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
  expect(notificationDue(incident, last, after(hours))).toBe(due)
})

test.each<{ claim: string; incident: Incident; last: LastNotification | null; telling: Telling; due: string | null }>([
  {
    claim: 'what no route wants is not told',
    incident: open,
    last: null,
    telling: after(0, { isWanted: false }),
    due: null,
  },
  { claim: 'nor what is silenced', incident: open, last: null, telling: after(0, { isSilenced: true }), due: null },
  {
    claim: 'its worsening is held back as well',
    incident: seen(0.3),
    last: told('opened'),
    telling: after(2, { isSilenced: true }),
    due: null,
  },
  {
    claim: 'so are reminders',
    incident: open,
    last: told('opened'),
    telling: after(30, { isSilenced: true }),
    due: null,
  },
  {
    claim: 'its end is told to who was told its beginning, silenced or not, wanted or not',
    incident: { ...open, state: 'resolved' },
    last: told('opened'),
    telling: after(30, { isSilenced: true, isWanted: false }),
    due: 'resolved',
  },
  {
    claim: 'when the silence is over and it is not, that is told',
    incident: open,
    last: told('opened'),
    telling: after(3, { silenceEndedAt: toldAt + 3 * HOUR_MS }),
    due: 'silence_ended',
  },
  {
    claim: 'so is it when a maintenance is over',
    incident: open,
    last: told('opened'),
    telling: after(3, { maintenanceEndedAt: toldAt + 3 * HOUR_MS, silenceEndedAt: toldAt + 2 * HOUR_MS }),
    due: 'maintenance_ended',
  },
  {
    claim: 'and of the silence where that went on for longer',
    incident: open,
    last: told('opened'),
    telling: after(3, { maintenanceEndedAt: toldAt + 2 * HOUR_MS, silenceEndedAt: toldAt + 3 * HOUR_MS }),
    due: 'silence_ended',
  },
  {
    claim: 'once',
    incident: open,
    last: told('silence_ended', { decidedAt: toldAt + 3 * HOUR_MS, newsAt: toldAt + 3 * HOUR_MS }),
    telling: after(3.1, { silenceEndedAt: toldAt + 3 * HOUR_MS }),
    due: null,
  },
  {
    claim: 'who was told nothing before hears of it as of something new',
    incident: open,
    last: null,
    telling: after(3, { silenceEndedAt: toldAt + 3 * HOUR_MS }),
    due: 'opened',
  },
  {
    claim: 'what was merged into another ends as such',
    incident: { ...open, state: 'resolved', mergedInto: 12 },
    last: told('opened'),
    telling: after(1),
    due: 'merged',
  },
  {
    claim: 'a route may repeat more often',
    incident: open,
    last: told('opened'),
    telling: after(2, { repeatMs: 2 * HOUR_MS }),
    due: 'reminder',
  },
])('$claim (routes and silences)', ({ incident, last, telling, due }) => {
  expect(notificationDue(incident, last, telling)).toBe(due)
})

const flapping = { ...open, reopenings: [-9, -5, 0].map((hours) => toldAt + hours * HOUR_MS) }
const unstable = told('unstable', { isUnstable: true })

test.each<{ claim: string; incident: Incident; last: LastNotification; hours: number; due: string | null }>([
  {
    claim: 'the third return within a day is called unstable',
    incident: flapping,
    last: told('resolved'),
    hours: 0,
    due: 'unstable',
  },
  {
    claim: 'the second is not',
    incident: { ...flapping, reopenings: flapping.reopenings.slice(1) },
    last: told('resolved'),
    hours: 0,
    due: 'reopened',
  },
  {
    claim: 'nor is the third within two',
    incident: { ...flapping, reopenings: [toldAt - 30 * HOUR_MS, ...flapping.reopenings.slice(1)] },
    last: told('resolved'),
    hours: 0,
    due: 'reopened',
  },
  {
    claim: 'then its end waits',
    incident: { ...flapping, state: 'resolved', resolvedAt: toldAt },
    last: unstable,
    hours: 11,
    due: null,
  },
  {
    claim: 'and is told when it has lasted',
    incident: { ...flapping, state: 'resolved', resolvedAt: toldAt },
    last: unstable,
    hours: 12,
    due: 'resolved',
  },
  { claim: 'its next return is no news', incident: flapping, last: unstable, hours: 20, due: null },
  {
    claim: 'its getting worse is',
    incident: { ...seen(0.2), reopenings: flapping.reopenings },
    last: unstable,
    hours: 20,
    due: 'worsened',
  },
])('$claim', ({ incident, last, hours, due }) => {
  expect(notificationDue(incident, last, after(hours))).toBe(due)
})

test('reminders of what is grave come after 4 and 12 hours, then daily', () => {
  const times: number[] = []
  let newest = toldAt
  for (let count = 0; count < 5; count += 1) {
    newest = nextReminderAt(open, toldAt, newest)
    times.push((newest - toldAt) / HOUR_MS)
  }
  expect(times).toEqual([4, 12, 24, 48, 72])
})

test('a reminder missed while the service was down is sent once, and the next at its own time', () => {
  const cameBack = toldAt + 2 * DAY_MS + 30 * MINUTE_MS
  expect(notificationDue(open, told('opened'), { ...after(0), now: cameBack })).toBe('reminder')
  expect(nextReminderAt(open, toldAt, cameBack)).toBe(toldAt + 3 * DAY_MS)
})
