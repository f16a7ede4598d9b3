import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ConvertedIndex } from '../converted/converted-record.ts'
import { DAY_MS, type EpochMs, MINUTE_MS, WEEK_MS } from '../domain/time.ts'
import { duplicateKey } from '../payload/submission.ts'
import type { SeenDocuments } from '../seen/seen-documents.ts'
import { openSeen } from '../seen/seen-store.ts'
import { type Database, openDatabase } from './database.ts'
import { mergeConverted } from './merge.ts'
import { testIndex } from './testing/converted-index.ts'

// Each merge is synced, and there are hundreds.
vi.setConfig({ testTimeout: 120_000 })

const BEFORE_MIDNIGHT: EpochMs = Date.UTC(2014, 0, 16, 23, 58)
let folder: string
let db: Database
let seen: SeenDocuments

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-duplicates-'))
  db = await openDatabase(join(folder, 'counts.duckdb'))
  seen = await open()
})

afterEach(async () => {
  await db.close()
  await seen.close()
  await rm(folder, { recursive: true })
})

const open = () => openSeen({ folder: join(folder, 'seen'), rules: { tailIds: 20, fanIn: 3, mostIds: 500 } })

async function restart(): Promise<void> {
  await db.close()
  await seen.close()
  db = await openDatabase(join(folder, 'counts.duckdb'))
  seen = await open()
}

interface Sent {
  readonly id: string
  readonly reason: 'idle-daily' | 'saved-session'
  readonly body: string
}

/** Answers how many of the segment's submissions are duplicates. */
async function merge(segment: string, sent: readonly Sent[], at: EpochMs, database = db): Promise<number> {
  const { duplicateFrames } = await mergeConverted(database, indexOf(segment, sent, at), {
    now: at,
    duplicateWindowMs: WEEK_MS,
    seen,
    coverageToleranceMs: 0,
    journal: null,
  })
  return duplicateFrames.length
}

function indexOf(segment: string, sent: readonly Sent[], at: EpochMs): ConvertedIndex {
  const index = testIndex(
    segment,
    sent.map(({ id, reason }) => ({ at, id, reason })),
  )
  const records = index.records.map((record, n) => {
    const { id, reason, body } = sent[n] ?? { id: '', reason: '', body: '' }
    return { ...record, duplicateKey: duplicateKey(id, reason, new TextEncoder().encode(body)) }
  })
  return { ...index, records }
}

function* ordersOf<T>(things: readonly T[]): Generator<readonly T[]> {
  if (things.length === 0) yield []
  for (const [n, thing] of things.entries()) {
    for (const rest of ordersOf([...things.slice(0, n), ...things.slice(n + 1)])) yield [thing, ...rest]
  }
}

const session = (id: string): readonly Sent[] => [
  { id, reason: 'idle-daily', body: 'one' },
  { id, reason: 'idle-daily', body: 'two' },
  { id, reason: 'idle-daily', body: 'three' },
  { id, reason: 'saved-session', body: 'three' },
]

const counts = () =>
  db.read('select outcome, sum(submissions) as n from hourly_counts group by outcome order by outcome', {}, (row) => [
    row.text('outcome'),
    row.number('n'),
  ])

test('idle-daily three times and then saved-session, in any order, over a restart and over midnight, are four submissions', async () => {
  const orders = [...ordersOf([0, 1, 2, 3])]
  for (const half of [0, 1]) {
    for (const [n, order] of orders.entries()) {
      const sent = order.flatMap((at) => session(`id-${n}`)[at] ?? [])
      for (const at of [2 * half, 2 * half + 1]) {
        const one = sent[at]
        if (one === undefined) throw new Error('four of them')
        expect(await merge(`s${n}-${at}`, [one], BEFORE_MIDNIGHT + at * MINUTE_MS)).toBe(0)
      }
    }
    await restart()
  }
  expect(await counts()).toEqual([['accepted', 4 * orders.length]])
  // And each once more, byte for byte: that is none.
  const copies = orders.flatMap((_, n) => session(`id-${n}`))
  expect(await merge('copies', copies, BEFORE_MIDNIGHT + DAY_MS)).toBe(copies.length)
  expect(await counts()).toEqual([
    ['accepted', 4 * orders.length],
    ['duplicate', copies.length],
  ])
})

test('a copy is one for a week, before and after, and no longer', async () => {
  const [one] = session('x')
  if (one === undefined) throw new Error('there is one')
  expect(await merge('first', [one], BEFORE_MIDNIGHT)).toBe(0)
  expect(await merge('later', [one], BEFORE_MIDNIGHT + WEEK_MS)).toBe(1)
  expect(await merge('earlier', [one], BEFORE_MIDNIGHT - WEEK_MS)).toBe(1)
  expect(await merge('too late', [one], BEFORE_MIDNIGHT + WEEK_MS + 1)).toBe(0)
})

test('a transaction that fails makes no copy of what comes again, whoever brings it', async () => {
  const failing: Database = {
    ...db,
    inTransaction: (work) =>
      db.inTransaction(async (transaction) => {
        await work(transaction)
        throw new Error('no commit')
      }),
  }
  await expect(merge('a', session('x'), BEFORE_MIDNIGHT, failing)).rejects.toThrow('no commit')
  expect(await merge('b', session('x').slice(0, 2), BEFORE_MIDNIGHT)).toBe(0)
  expect(await merge('a', session('x'), BEFORE_MIDNIGHT)).toBe(2)
  await restart()
  expect(await merge('c', session('x'), BEFORE_MIDNIGHT)).toBe(4)
  expect(await counts()).toEqual([
    ['accepted', 4],
    ['duplicate', 6],
  ])
})

test('the same segment, converted once more for a lost ledger, does not meet itself', async () => {
  expect(await merge('a', session('x'), BEFORE_MIDNIGHT)).toBe(0)
  await merge('b', session('y'), BEFORE_MIDNIGHT)
  await db.inTransaction((transaction) => transaction.run("delete from converted_files where segment = 'a'"))
  expect(await merge('a', session('x'), BEFORE_MIDNIGHT)).toBe(0)
  expect(await merge('c', session('x'), BEFORE_MIDNIGHT)).toBe(4)
})
