import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { type CountRow, importCounts } from '../../data/counts/import-counts.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import { createJudgeShell, type JudgeShell } from './judge-shell.ts'

const START = Date.UTC(2014, 0, 6)
const END = START + 16 * DAY_MS
const CHANNELS = ['release', 'beta', 'nightly']

let database: Database
let now: EpochMs

beforeEach(async () => {
  database = await openDatabase(':memory:')
  now = END + 20 * MINUTE_MS
  const rows = Array.from({ length: (END - START) / HOUR_MS }, (_, index) => START + index * HOUR_MS).flatMap((hour) =>
    CHANNELS.map((channel) => row(hour, channel)),
  )
  const coverage = new Map(rows.map(({ hour }) => [hour, 1]))
  await importCounts(database, { source: 'test', rows: [rows], coverage: () => coverage, now })
})
afterEach(() => database.close())

function perHour(hour: EpochMs): number {
  return Math.round(2000 * (1 + 0.3 * Math.sin((hour / DAY_MS) * 2 * Math.PI)))
}

function row(hour: EpochMs, channel: string): CountRow {
  const names = { appName: 'Firefox', appVersion: '29.0', buildId: '20140101030200', reason: 'idle-daily' }
  const counted = { outcome: 'accepted', problem: 'none', automation: false, recovered: 0, bytes: 0 } as const
  return { hour, channel, ...names, ...counted, submissions: perHour(hour) }
}

/** A receiver that listened to two days up to `to`, in which nightly sends nothing from `silentFrom` on; copies are no submissions. */
async function receive(to: EpochMs, silentFrom: EpochMs): Promise<void> {
  const from = to - 2 * DAY_MS
  const minutes = Array.from({ length: (to - from) / MINUTE_MS }, (_, index) => from + index * MINUTE_MS)
  const rows = minutes.flatMap((minute) =>
    CHANNELS.flatMap((channel) => {
      const copies = [minute, channel, 'duplicate', 'none', 3]
      const own = [minute, channel, 'accepted', 'none', Math.round(perHour(minute) / 60)]
      return channel === 'nightly' && minute >= silentFrom ? [copies] : [own, copies]
    }),
  )
  await database.inTransaction(async (transaction) => {
    await transaction.append('minute_counts', rows)
    await transaction.append('coverage', [['r1', from, to]])
  })
}

function start(): Promise<JudgeShell> {
  return createJudgeShell({
    database,
    journal: null,
    now: () => now,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'live',
    onError: (error) => expect.unreachable(String(error)),
  })
}

async function judged(): Promise<JudgeShell> {
  const judge = await start()
  while ((await judge.judgeDue(END)).isBehind);
  return judge
}

test('a channel that stopped is told once, from what is in the database, also by a judge that was started again', async () => {
  await receive(END + 20 * MINUTE_MS, END + 3 * MINUTE_MS)
  const first = await judged()
  expect((await first.lookAtMinutes(END + 15 * MINUTE_MS)).changedIncidents).toEqual([])
  expect((await first.lookAtMinutes(END + 20 * MINUTE_MS)).changedIncidents).toEqual([1])
  await first.decideDue()
  const [incident, ...more] = first.incidents()
  expect(more).toEqual([])
  expect(incident).toMatchObject({
    kind: 'outage',
    channels: ['nightly'],
    start: END + 3 * MINUTE_MS,
    detectedAt: END + 20 * MINUTE_MS,
    latest: { seen: 0 },
  })
  const second = await start()
  expect(second.incidents()).toEqual([incident])
  expect((await second.lookAtMinutes(END + 20 * MINUTE_MS)).changedIncidents).toEqual([])
  await second.decideDue()
  expect(second.incidents()).toEqual([incident])
  const mails = await readMails(database, { limit: 10 })
  expect(mails.map(({ trigger, subject }) => `${trigger} ${subject}`)).toEqual([
    'opened [tidewatch] nightly: no submissions since Wed 00:03 UTC',
  ])
})

test('nobody looks at minutes while hours before them wait to be judged', async () => {
  await receive(END + 80 * MINUTE_MS, END + 3 * MINUTE_MS)
  const judge = await judged()
  expect((await judge.lookAtMinutes(END + 80 * MINUTE_MS)).changedIncidents).toEqual([])
  expect(judge.incidents()).toEqual([])
})
