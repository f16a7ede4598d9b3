import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { importCounts } from '../../data/counts/import-counts.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { readMails } from '../../data/outbox/read-outbox.ts'
import type { judgeHour as JudgeHour } from '../judge/judge-hour.ts'
import { createJudgeShell } from './judge-shell.ts'

const START = Date.UTC(2014, 0, 6)
const BROKEN = START + 5 * HOUR_MS
const END = START + 10 * HOUR_MS

/** No counts are known that the judge can't judge; so this hour is broken by hand. */
vi.mock('../judge/judge-hour.ts', async (original) => {
  const real: { judgeHour: typeof JudgeHour } = await original()
  const judgeHour: typeof JudgeHour = (input) => {
    if (input.hour === BROKEN) throw new Error('counts that nobody foresaw')
    return real.judgeHour(input)
  }
  return { ...real, judgeHour }
})

let database: Database

beforeEach(async () => {
  database = await openDatabase(':memory:')
  const hours = Array.from({ length: 10 }, (_, i) => START + i * HOUR_MS)
  const names = { channel: 'nightly', appName: 'Firefox', appVersion: '29.0', buildId: '2014', reason: 'idle-daily' }
  await importCounts(database, {
    source: 'test',
    rows: [
      hours.map((hour) => ({
        ...names,
        hour,
        outcome: 'accepted',
        problem: 'none',
        automation: false,
        submissions: 100,
        recovered: 0,
        bytes: 0,
      })),
    ],
    coverage: () => new Map(hours.map((hour) => [hour, 1])),
    now: END,
  })
})
afterEach(() => database.close())

test('an hour that can’t be judged is tried three times, told as own trouble, and the next ones go on', async () => {
  const failures: number[] = []
  const judge = await createJudgeShell({
    database,
    journal: null,
    now: () => END,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'live',
    onError: (_error, hour) => failures.push(hour),
  })
  const judged: number[] = []
  for (let isBehind = true; isBehind; ) {
    const round = await judge.judgeDue(END)
    judged.push(...round.judgedHours)
    isBehind = round.isBehind
  }
  await judge.decideDue()
  expect(failures).toEqual([BROKEN, BROKEN, BROKEN])
  expect(judged.map((hour) => (hour - START) / HOUR_MS)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9])
  expect(judge.judgedHour()).toBe(END - HOUR_MS)
  const [trouble] = judge.incidents()
  expect(trouble).toMatchObject({ kind: 'stalled', state: 'resolved', start: BROKEN })
  expect(trouble?.explanation.sentence).toContain('counts that nobody foresaw')
  const mails = await readMails(database, { limit: 10 })
  expect(mails.map(({ trigger }) => trigger)).toEqual(['resolved', 'opened'])
})
