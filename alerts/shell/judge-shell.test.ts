import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { type CountRow, importCounts } from '../../data/counts/import-counts.ts'
import { readReopenedHours, storeJudgement } from '../../data/counts/judgements.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import { createJudgeShell, type JudgeShell } from './judge-shell.ts'

const START = Date.UTC(2014, 0, 6)
const DAYS = 16
const END = START + DAYS * 24 * HOUR_MS
const CHANNELS = ['release', 'beta', 'nightly']

let database: Database
let now: EpochMs

beforeEach(async () => {
  database = await openDatabase(':memory:')
  now = END
  await bring(END)
})
afterEach(() => database.close())

/** Quiet hours from START to `end`; nightly says nothing in those of `silent`. */
async function bring(end: EpochMs, silent: readonly EpochMs[] = []): Promise<void> {
  const rows: CountRow[] = []
  for (let hour = START; hour < end; hour += HOUR_MS) {
    for (const channel of CHANNELS) {
      const tide = 1 + 0.3 * Math.sin((hour / HOUR_MS / 24) * 2 * Math.PI)
      const submissions = channel === 'nightly' && silent.includes(hour) ? 0 : Math.round(2000 * tide)
      rows.push(row(hour, channel, submissions))
    }
  }
  const coverage = new Map(rows.map(({ hour }) => [hour, 1]))
  await importCounts(database, { source: 'test', rows: [rows], coverage: () => coverage, now })
}

function row(hour: EpochMs, channel: string, submissions: number): CountRow {
  const names = { appName: 'Firefox', appVersion: '29.0', buildId: '20140101030200', reason: 'idle-daily' }
  return {
    hour,
    channel,
    ...names,
    outcome: 'accepted',
    problem: 'none',
    automation: false,
    submissions,
    recovered: 0,
    bytes: 0,
  }
}

function start(db: Database = database, onError = (error: unknown): void => expect.unreachable(String(error))) {
  return createJudgeShell({
    database: db,
    journal: null,
    now: () => now,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'live',
    onError,
  })
}

async function catchUp(judge: JudgeShell, watermark: EpochMs): Promise<void> {
  while ((await judge.judgeDue(watermark)).isBehind);
  await judge.decideDue()
}

/** As if another judge had judged all hours before `hour`, and told nothing. */
async function judgedBefore(hour: EpochMs): Promise<void> {
  const nothing = { expectations: [], forecast: null, reopened: [], changedMeanwhile: [] }
  await database.inTransaction((transaction) =>
    storeJudgement(transaction, { hours: [hour - HOUR_MS], judgedAt: now, ...nothing }),
  )
}

async function triggers(): Promise<string[]> {
  return (await readMails(database, { limit: 100 })).map(({ trigger }) => trigger).reverse()
}

test('each hour that the watermark has passed is judged once, also by a judge that was started again', async () => {
  const first = await start()
  expect((await first.judgeDue(START + 30 * HOUR_MS + 1)).judgedHours).toHaveLength(30)
  expect((await first.judgeDue(START + 30 * HOUR_MS + 1)).judgedHours).toEqual([])
  const second = await start()
  expect((await second.judgeDue(START + 32 * HOUR_MS)).judgedHours).toEqual([
    START + 30 * HOUR_MS,
    START + 31 * HOUR_MS,
  ])
})

test('what it has learnt is known at once after a restart; a channel it never saw is to be learnt', async () => {
  const first = await start()
  expect(first.learning('nightly')).toEqual({ coveredDays: 0, neededDays: 14 })
  await catchUp(first, START + 48 * HOUR_MS)
  const young = await start()
  expect(young.learning('nightly')).toEqual({ coveredDays: 2, neededDays: 14 })
  await judgedBefore(END)
  const grown = await start()
  expect(grown.learning('nightly')).toBe(null)
  expect(grown.learning('esr')).toEqual({ coveredDays: 0, neededDays: 14 })
})

test('an outage is told once, however often the judge is asked or started', async () => {
  const silent = [END, END + HOUR_MS]
  now = END + 2 * HOUR_MS
  await bring(END + 2 * HOUR_MS, silent)
  await judgedBefore(END)
  await catchUp(await start(), END + HOUR_MS)
  const again = await start()
  await catchUp(again, END + 2 * HOUR_MS)
  await catchUp(again, END + 2 * HOUR_MS)
  expect(again.incidents().map(({ kind, channels }) => `${kind} ${channels}`)).toEqual(['outage nightly'])
  expect(await triggers()).toEqual(['opened'])
})

test('what came and went while the service was down is not mailed', async () => {
  const silent = [END, END + HOUR_MS]
  const later = END + 48 * HOUR_MS
  await bring(later, silent)
  now = later
  await judgedBefore(END)
  const judge = await start()
  await catchUp(judge, later)
  expect(judge.incidents().map(({ state }) => state)).toEqual(['resolved'])
  expect(await triggers()).toEqual([])
})

test('counts that change an hour while it is being judged re-open it', async () => {
  let judge: JudgeShell | null = null
  const late = END - HOUR_MS
  const slow: Database = {
    ...database,
    inTransaction: (work) => {
      judge?.countsChanged([late])
      return database.inTransaction(work)
    },
  }
  await judgedBefore(late)
  judge = await start(slow)
  await catchUp(judge, late)
  expect(await readReopenedHours(database)).toEqual([])
  await judge.judgeDue(END)
  expect((await readReopenedHours(database)).map(({ hour }) => hour)).toEqual([late])
})

test('an hour re-opened again while it is judged again stays re-opened', async () => {
  await judgedBefore(END)
  const hour = END - 2 * HOUR_MS
  const reopen = (at: EpochMs) =>
    database.inTransaction((transaction) =>
      transaction.run('insert or replace into reopened_hours values (epoch_ms($hour::bigint), epoch_ms($at::bigint))', {
        hour,
        at,
      }),
    )
  await reopen(now)
  let isFirst = true
  const racing: Database = {
    ...database,
    inTransaction: async (work) => {
      if (isFirst) await reopen(now + 1)
      isFirst = false
      return database.inTransaction(work)
    },
  }
  const judge = await start(racing)
  expect((await judge.judgeDue(END)).judgedHours).toEqual([hour])
  expect(await readReopenedHours(database)).toEqual([{ hour, reopenedAt: now + 1 }])
  await judge.judgeDue(END)
  expect(await readReopenedHours(database)).toEqual([])
})

test('a disk that fills is one incident with its mails; judging hours does not end it, space does, also after a restart', async () => {
  const samples = (to: EpochMs, gib: (hour: number) => number) =>
    Array.from({ length: 181 }, (_, index) => {
      const at = to - (180 - index) * MINUTE_MS
      return { at, freeBytes: gib((at - END) / HOUR_MS) * 2 ** 30 }
    })
  const watch = (gib: (hour: number) => number) => ({
    samples: samples(now, gib),
    minFreeBytes: 2 ** 30,
    tellWithinHours: 24,
    now,
  })
  await judgedBefore(END - 3 * HOUR_MS)
  const first = await start()
  const filling = (hour: number) => 11 - hour
  expect((await first.watchDisk(watch(filling))).changedIncidents).toHaveLength(1)
  await first.decideDue()
  expect((await first.watchDisk(watch(filling))).changedIncidents).toEqual([])
  await catchUp(first, END)
  expect(await triggers()).toEqual(['opened'])

  now += 8 * HOUR_MS
  const second = await start()
  await second.watchDisk(watch(filling))
  await second.decideDue()
  expect(second.incidents()).toMatchObject([{ group: 'stalled', state: 'open', trouble: { kind: 'disk_filling' } }])
  expect(await triggers()).toEqual(['opened', 'worsened'])

  now += HOUR_MS
  await second.watchDisk(watch(() => 500))
  await second.decideDue()
  expect(second.incidents()).toMatchObject([{ state: 'resolved', resolvedAt: now }])
  expect(await triggers()).toEqual(['opened', 'worsened', 'resolved'])
})

test('a level that somebody accepts is over at once, expected from then on, also by a judge that was started again', async () => {
  const watermark = END - 48 * HOUR_MS
  await judgedBefore(watermark)
  const judge = await start()
  const silent = Array.from({ length: 72 }, (_, index) => watermark + index * HOUR_MS)
  await bring(END, silent)
  judge.forgetCounts()
  await catchUp(judge, watermark + 3 * HOUR_MS)
  const [incident] = judge.incidents().filter(({ state }) => state === 'open')
  if (incident === undefined) throw new Error('nothing was told')
  const accept = { kind: 'accept_level', by: 'ann', note: 'switched off' } as const
  expect(await judge.act(incident.id, accept)).toMatchObject({
    kind: 'done',
    incident: { state: 'resolved', acceptedLevel: { from: incident.start }, accepted: { by: 'ann' } },
  })
  expect(await triggers()).toEqual(['opened', 'resolved'])
  const again = await start()
  await catchUp(again, END)
  expect(again.incidents().filter(({ state, group }) => state === 'open' && group === 'volume')).toEqual([])
  expect(await again.act(incident.id, accept)).toMatchObject({ kind: 'unchanged' })
  expect(await again.act(incident.id, { ...accept, kind: 'take_back_level' })).toMatchObject({
    kind: 'done',
    incident: { state: 'open', acceptedLevel: null },
  })
  expect((await triggers()).at(-1)).toBe('reopened')
})
