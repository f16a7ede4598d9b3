import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { replaceRollups } from '../../../data/counts/rollups.ts'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import { makeChannelNumbers, makeIncident } from '../../testing/make-incident.ts'
import { drawPicture } from '../picture/draw-picture.ts'
import { makeFacts } from '../testing/make-facts.ts'
import { loadFacts } from './load-facts.ts'

const start = Date.UTC(2014, 1, 1, 12)
const latest = { hour: start + HOUR_MS, seen: 0, low: 90, mid: 120, high: 150, deficitRatio: 1 }

let database: Database

/** Two of three submissions are saved-session, 300 an hour; from `start` on a tenth comes from builds that send none of it. */
beforeEach(async () => {
  database = await openDatabase(':memory:')
  const hours = Array.from({ length: 20 * 24 }, (_, index) => start + 2 * HOUR_MS - (index + 1) * HOUR_MS)
  await database.inTransaction(async (transaction) => {
    await transaction.append(
      'hourly_counts',
      hours.flatMap((hour) => [
        row(hour, '20140131', 'saved-session', 200),
        row(hour, '20140131', 'idle-daily', 100),
        ...(hour < start ? [] : [row(hour, '20140201', 'idle-daily', 60)]),
        ...(hour < start + HOUR_MS ? [] : [row(hour, '20140202', 'saved-session', 7)]),
        row(hour, '20140131', 'saved-session', hour < start ? 1 : 20, 'invalid_revision'),
        row(hour, '20140131', 'saved-session', 5, 'bad_json'),
      ]),
    )
    await replaceRollups(transaction)
    await transaction.append(
      'expectations',
      hours.map((hour) => [hour, 'nightly', 270, 300, 330]),
    )
    await transaction.append('coverage', [['receiver-1', start - 20 * DAY_MS, start + 2 * HOUR_MS]])
  })
})
afterEach(() => database.close())

function row(hour: EpochMs, build: string, reason: string, count: number, problem = 'none') {
  const outcome = problem === 'none' ? 'accepted' : 'quarantined'
  return [
    hour,
    'nightly',
    'Firefox',
    '29.0a1',
    build,
    reason,
    outcome,
    problem,
    'live',
    false,
    count,
    0,
    count * 1000,
  ] as const
}

async function pictureOf(changes: Partial<Incident>) {
  const incident = makeIncident({ start, judgedUpTo: start + HOUR_MS, latest, ...changes })
  const byChannel = [makeChannelNumbers({ ...latest, channel: 'nightly' })]
  const { notification } = makeFacts({
    notification: { incident: { ...incident, latest: { ...incident.latest, byChannel } } },
  })
  const { picture, day } = await loadFacts(database, notification)
  if (picture === null) throw new Error('there is no picture')
  return { picture, day }
}

test('one reason of new builds: their own submissions, against what else they send', async () => {
  const { picture, day } = await pictureOf({ series: { reason: 'saved-session', buildId: '20140201' } })
  expect(picture.title).toBe('nightly: saved-session of builds from 20140201 on')
  // The build that came later belongs to it, the one before doesn't.
  expect(picture.lines.map(({ label, values }) => [label, values.slice(-3)])).toEqual([['seen', [0, 0, 7]]])
  expect(picture.water).toBeNull()
  expect(picture.lastWeek).toBeNull()
  const share = 206 / 306
  const expected = (60 * share) / (1 - share)
  expect(picture.expected?.values.slice(-3)).toEqual([0, expect.closeTo(expected), expect.closeTo(expected)])
  expect(picture.expected?.range).toEqual({ hour: 23, low: 90, high: 150 })
  expect(picture.hours).toBe(24)
  expect(day.expected).toEqual(picture.expected?.values)
  expect(drawPicture(picture).length).toBeGreaterThan(1000)
})

test('one reason of all builds: its usual share of what is expected of the channel', async () => {
  const { picture } = await pictureOf({ series: { reason: 'idle-daily' } })
  expect(picture.title).toBe('nightly: idle-daily per hour')
  expect(picture.lines[0]?.values.slice(-3)).toEqual([100, 160, 160])
  expect(picture.expected?.values.at(47)).toBeCloseTo((300 * 100) / 306)
})

test('one problem: its share alone of what was received', async () => {
  const { picture } = await pictureOf({ group: 'invalid', series: { problem: 'invalid_revision' } })
  expect(picture.title).toBe('invalid_revision, share of what was received')
  expect(picture.lines[0]?.values.slice(-3)).toEqual([1 / 306, 20 / 385, 20 / 392])
  expect(picture.expected).toBeNull()
})

test('a whole channel keeps its water', async () => {
  const { picture } = await pictureOf({ series: {} })
  expect(picture.title).toBe('Submissions per hour')
  expect(picture.water?.low.at(47)).toBe(270)
  expect(picture.expected).toBeNull()
})

test('what is discarded: its share of what was sent, an hour without any at nothing', async () => {
  await database.inTransaction((transaction) =>
    transaction.append('discarded_counts', [
      [start, 'nightly', 'body', 19, 204_800, 'live', false, 35, 35 * 300_000],
      [start, 'nightly', 'path', 14, 10_240, 'live', false, 5, 5 * 12_000],
    ]),
  )
  const numbers = { cause: 'body', offered: 425, ratio: 0.08, typicalBytes: 300_000, limitBytes: 204_800 } as const
  const incident = makeIncident({
    group: 'discarded',
    kind: 'discarded',
    series: { cause: 'body' },
    start,
    latest: { ...latest, discarded: numbers, byChannel: [makeChannelNumbers({ discarded: numbers })] },
  })
  const { picture } = await loadFacts(database, makeFacts({ notification: { incident } }).notification)
  expect(picture).toMatchObject({ title: 'Discarded as too large, share of what was sent', unit: 'ratio', water: null })
  const received = 200 + 100 + 60 + 20 + 5
  expect(picture?.lines.map(({ label, values }) => [label, ...values.slice(-3)])).toEqual([
    ['discarded', 0, 35 / (received + 40), 0],
  ])
})
