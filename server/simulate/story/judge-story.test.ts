import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backtest } from '../../../alerts/backtest.ts'
import { createJudgeShell, type JudgeShell } from '../../../alerts/shell/judge-shell.ts'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { importAttributes, importCounts } from '../../../data/counts/import-counts.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { readMails } from '../../../data/outbox/read-outbox.ts'
import { storyHistory } from './history.ts'
import { storyAttributeRows, storyCountRows } from './import-story.ts'
import { storyLabels } from './labels.ts'
import { scoreStory } from './score.ts'
import { storyRange } from './story.ts'

const STORY = { seed: 1 }

let folder: string
let database: Database

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-story-'))
  database = await openDatabase(join(folder, 'story.duckdb'))
  const now = storyRange(STORY).end
  await importCounts(database, { source: 'story', ...storyCountRows(STORY), now })
  await importAttributes(database, { source: 'story', rows: storyAttributeRows(STORY), now })
})

afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

function startJudge(now: number): Promise<JudgeShell> {
  return createJudgeShell({
    database,
    journal: null,
    now: () => now,
    routes: () => [{ name: 'all', recipients: ['on-call@example.org'], matches: () => true }],
    mailHost: 'example.org',
    pace: 'replay',
    onError: (error) => {
      throw error
    },
  })
}

test('the live judge, stopped and started again in the middle, tells what a backtest tells: A to E, nothing else', {
  timeout: 240_000,
}, async () => {
  const { start, end } = storyRange(STORY)
  const middle = start + Math.floor((end - start) / HOUR_MS / 2 + 7) * HOUR_MS
  let judge = await startJudge(end)
  while ((await judge.judgeDue(middle)).isBehind);
  expect(judge.judgedHour()).toBe(middle - HOUR_MS)
  judge = await startJudge(end)
  while ((await judge.judgeDue(end)).isBehind);

  const live = judge.incidents()
  expect(rounded(live)).toEqual(rounded(backtest(storyHistory(STORY)).incidents))

  const score = scoreStory(storyLabels(STORY), live)
  expect(score.falseAlarms).toEqual([])
  expect(score.events.filter(({ foundBy }) => foundBy === null)).toEqual([])
  expect(live.filter(({ group }) => group === 'gap')).toHaveLength(2)

  const openings = (await readMails(database, { limit: 1000 })).filter(({ trigger }) => trigger === 'opened')
  expect(openings.map(({ incident }) => incident).sort()).toEqual(live.map(({ id }) => id).sort())
})

/** Sums of the same numbers in another order differ in their last bits. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part) => (typeof part === 'number' ? Number(part.toPrecision(9)) : part)),
  )
}
