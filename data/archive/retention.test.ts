import { afterEach, beforeEach, expect, test } from 'vitest'
import { TEST_HOUR } from '../counts/testing/converted-index.ts'
import { DAY_MS } from '../domain/time.ts'
import { saveIncidents } from '../incidents/save-incidents.ts'
import { readArchiveFiles } from './archive-files.ts'
import type { Keep } from './part-name.ts'
import { readParts } from './read-parts.ts'
import { type KeepDays, trimArchive } from './retention.ts'
import { type FilledArchive, openFilledArchive } from './testing/filled-archive.ts'

let filled: FilledArchive

beforeEach(async () => {
  filled = await openFilledArchive()
  for (const [segment, day] of [['old', 0] as const, ['new', 5] as const]) {
    const at = TEST_HOUR + day * DAY_MS
    await filled.convert(segment, [
      { id: `${segment} whole`, at },
      { id: `${segment} json`, at, problem: 'bad_json' },
      { id: `${segment} revision`, at, problem: 'invalid_revision' },
    ])
  }
  await filled.archive()
})

afterEach(() => filled.close())

const trim = (keepDays: Partial<KeepDays>) =>
  trimArchive(filled.root, { archive: null, quarantine: null, ...keepDays }, TEST_HOUR + 10 * DAY_MS, filled.options)

async function ids(keep: Keep): Promise<string[]> {
  const { root, options } = filled
  const rest = 'order by document_id'
  const rows = await readParts(options.db, { root, keep }, { select: 'document_id', rest }, (row) =>
    row.text('document_id'),
  )
  const { storage, db } = options
  expect(await storage.list(keep)).toEqual((await readArchiveFiles(db, { keep })).map(({ name }) => name).sort())
  return rows
}

const CASES: readonly { claim: string; keepDays: Partial<KeepDays>; left: string[] }[] = [
  { claim: 'for ever', keepDays: {}, left: ['new json', 'new revision', 'old json', 'old revision'] },
  {
    claim: 'ten days are the day and ten before',
    keepDays: { quarantine: 10 },
    left: ['new json', 'new revision', 'old json', 'old revision'],
  },
  { claim: 'nine days', keepDays: { quarantine: 9 }, left: ['new json', 'new revision'] },
  {
    claim: 'one problem for a shorter time',
    keepDays: { quarantineByProblem: { bad_json: 9 } },
    left: ['new json', 'new revision', 'old revision'],
  },
  {
    claim: 'one problem for ever, all others for four days',
    keepDays: { quarantine: 4, quarantineByProblem: { invalid_revision: null } },
    left: ['new revision', 'old revision'],
  },
]

test.each(CASES)('of the quarantine: $claim', async ({ keepDays, left }) => {
  await trim(keepDays)
  expect(await ids('quarantine')).toEqual(left)
  expect(await ids('archive')).toEqual(['new whole', 'old whole'])
})

test('of the archive, whose problems have no time of their own', async () => {
  await trim({ archive: 9, quarantineByProblem: { none: null } })
  expect(await ids('archive')).toEqual(['new whole'])
  expect(await ids('quarantine')).toHaveLength(4)
})

test('what is kept is written anew once, not with every run', async () => {
  const keepDays = { quarantineByProblem: { bad_json: 9 } }
  expect(await trim(keepDays)).toHaveLength(1)
  expect(await trim(keepDays)).toEqual([])
})

/** An incident that began that many days after the oldest submissions. */
async function incident(day: number, state: string): Promise<void> {
  const startedAt = TEST_HOUR + day * DAY_MS
  const row = { id: 13, state, kind: 'drop', startedAt, detectedAt: startedAt, resolvedAt: null, body: '{}' }
  await filled.options.db.inTransaction((transaction) => saveIncidents(transaction, [row]))
}

test.each([
  { claim: 'of an open incident, and all since,', day: 0, state: 'open', left: ['new whole', 'old whole'] },
  { claim: 'of one that is about to end', day: 1, state: 'recovering', left: ['new whole'] },
])('the day $claim stays, however old', async ({ day, state, left }) => {
  await incident(day, state)
  await trim({ archive: 1, quarantine: 1 })
  expect(await ids('archive')).toEqual(left)
  expect(await ids('quarantine')).toHaveLength(2 * left.length)
})

test.each([
  { claim: 'is over', day: 0, state: 'resolved' },
  { claim: 'was withdrawn', day: 0, state: 'withdrawn' },
  { claim: 'began later', day: 6, state: 'open' },
])('nothing stays for an incident that $claim', async ({ day, state }) => {
  await incident(day, state)
  await trim({ archive: 1, quarantine: 1 })
  expect([...(await ids('archive')), ...(await ids('quarantine'))]).toEqual([])
})

test('what an incident kept goes once it is over', async () => {
  await incident(0, 'open')
  expect(await trim({ archive: 1 })).toEqual([])
  await incident(0, 'resolved')
  expect(await trim({ archive: 1 })).toHaveLength(2)
})
