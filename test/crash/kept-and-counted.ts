import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import type { Sent } from './sent-submissions.ts'

/** Figures of a run, to be printed. */
export interface Kept {
  readonly archived: number
  readonly quarantined: number
  readonly duplicates: number
}

/**
 * Fails unless archive and quarantine together hold what was acknowledged, with its reason and its body, each once and nothing that
 * wasn't sent, and unless the counts say the same as the files, by outcome and problem.
 */
export async function checkKeptAndCounted(state: string, sent: readonly Sent[]): Promise<Kept> {
  const folders = [join(state, 'archive'), join(state, 'quarantine')]
  const database = await openDatabase(join(state, 'tidewatch.duckdb'), { readableFolders: folders })
  try {
    const kept = await readKept(database, state)
    const byId = new Map(sent.map((submission) => [submission.id, submission]))
    expect(kept.filter((row) => !isAsSent(row, byId.get(row.id)))).toEqual([])
    const copies = new Map<string, number>()
    for (const { id } of kept) copies.set(id, (copies.get(id) ?? 0) + 1)
    expect(sent.filter(({ id, isAcknowledged }) => isAcknowledged && !copies.has(id))).toEqual([])
    expect(sent.filter(({ id }) => (copies.get(id) ?? 0) > 1)).toEqual([])
    await expectSameByProblem(database, folders)
    expect(existsSync(join(state, 'unknown'))).toBe(false)
    const archived = kept.filter(({ isArchived }) => isArchived).length
    return { archived, quarantined: kept.length - archived, duplicates: await countDuplicates(database) }
  } finally {
    await database.close()
  }
}

interface KeptRow {
  readonly id: string
  readonly reason: string
  readonly content: string
  readonly isArchived: boolean
}

function readKept(database: Database, state: string): Promise<KeptRow[]> {
  return database.read(
    `select document_id, reason, payload as content, true as is_archived
       from read_parquet('${join(state, 'archive')}/*/*/*.parquet', hive_partitioning = true)
     union all select document_id, reason, hex(body), false
       from read_parquet('${join(state, 'quarantine')}/*/*/*.parquet', hive_partitioning = true)`,
    {},
    (row) => ({
      id: row.text('document_id'),
      reason: row.text('reason'),
      content: row.text('content'),
      isArchived: row.boolean('is_archived'),
    }),
  )
}

function isAsSent({ reason, content, isArchived }: KeptRow, submission: Sent | undefined): boolean {
  if (submission === undefined || reason !== submission.reason) return false
  if (isArchived !== (submission.converted !== null)) return false
  return isArchived
    ? content === JSON.stringify(submission.converted)
    : content.toLowerCase() === submission.body.toString('hex')
}

async function countDuplicates(database: Database): Promise<number> {
  const [duplicates = 0] = await database.read(
    `select coalesce(sum(submissions), 0)::double as n from hourly_counts where outcome = 'duplicate'`,
    {},
    (row) => row.number('n'),
  )
  return duplicates
}

async function expectSameByProblem(database: Database, folders: readonly string[]): Promise<void> {
  const archived = await database.read(
    `select outcome, problem, sum(n)::double as n from (${folders
      .map(
        (folder) => `select outcome, problem, count(*) as n
          from read_parquet('${folder}/*/*/*.parquet', hive_partitioning = true) group by all`,
      )
      .join(' union all ')}) group by all order by all`,
    {},
    (row) => `${row.text('outcome')} ${row.text('problem')} ${row.number('n')}`,
  )
  const counted = await database.read(
    `select outcome, problem, sum(submissions)::double as n from hourly_counts
     where outcome <> 'duplicate' group by all order by all`,
    {},
    (row) => `${row.text('outcome')} ${row.text('problem')} ${row.number('n')}`,
  )
  expect(counted).toEqual(archived)
  expect(archived.length).toBeGreaterThan(2)
}
