import { join } from 'node:path'
import { type Database, openDatabase } from '../data/counts/database.ts'
import { mergeConverted } from '../data/counts/merge.ts'
import { testIndex } from '../data/counts/testing/converted-index.ts'
import { DAY_MS, type EpochMs, SECOND_MS } from '../data/domain/time.ts'
import { openJournal } from '../data/journal/journal.ts'
import { openSeen } from '../data/seen/seen-store.ts'
import { CHANNELS, NOW, ROWS_PER_HOUR } from './counts-history.ts'

/** The first ones read what stands in the hour, and are compiled while they run. */
const WARM_UP = 30

export interface Merges {
  /** The same number of rows into one table by itself, committed: what no merge can be faster than. */
  readonly floorMs: readonly number[]
  /** Counts, coverage and ledger, committed. */
  readonly countsMs: readonly number[]
  /** With what is remembered of documents, and the journal: two more syncs. */
  readonly wholeMs: readonly number[]
}

export async function measureMerges(path: string, folder: string, count: number): Promise<Merges> {
  const db = await openDatabase(path)
  const journal = await openJournal(join(folder, 'journal'))
  const seen = await openSeen({ folder: join(folder, 'seen') })
  const common = { now: NOW, duplicateWindowMs: 7 * DAY_MS, coverageToleranceMs: 15 * SECOND_MS }
  const timed = async (kind: string, rest: Pick<Parameters<typeof mergeConverted>[2], 'journal' | 'seen'>) => {
    const times: number[] = []
    for (let merge = 0; merge < count; merge++) {
      const index = segment(`${kind}-${merge}`, NOW + merge * 10 * SECOND_MS)
      const startedAt = performance.now()
      await mergeConverted(db, index, { ...common, ...rest })
      times.push(performance.now() - startedAt)
    }
    return times.slice(WARM_UP)
  }
  const floorMs = await measureFloor(db, count)
  const countsMs = await timed('counts', { journal: null, seen: null })
  const wholeMs = await timed('whole', { journal, seen })
  await seen.close()
  await journal.close()
  await db.close()
  return { floorMs, countsMs, wholeMs }
}

async function measureFloor(db: Database, count: number): Promise<number[]> {
  const cells = Array.from({ length: ROWS_PER_HOUR }, (_, n) => {
    return [
      NOW,
      'nightly',
      'Firefox',
      '29.0a1',
      `build ${n}`,
      'idle-daily',
      'accepted',
      'none',
      'floor',
      false,
      1,
      0,
      n,
    ]
  })
  const times: number[] = []
  for (let merge = 0; merge < count; merge++) {
    const startedAt = performance.now()
    await db.inTransaction((transaction) => transaction.append('hourly_counts', cells))
    times.push(performance.now() - startedAt)
  }
  await db.inTransaction((transaction) => transaction.run("delete from hourly_counts where source = 'floor'"))
  return times.slice(WARM_UP)
}

/** 300 submissions, each of other dimensions. */
function segment(name: string, at: EpochMs) {
  const records = Array.from({ length: ROWS_PER_HOUR }, (_, n) => ({
    at: at + n,
    key: `${name} ${n}`,
    channel: CHANNELS[n % 5] ?? 'nightly',
    reason: n % 2 === 0 ? 'idle-daily' : 'saved-session',
    buildId: `201401${String(10 + Math.floor(n / 10) / 3).slice(0, 2)}0${n % 3}0203`,
    attributes: { os: ['WINNT', 'Darwin', 'Linux'][n % 3] ?? 'WINNT', path_form: 'full' },
    ...(n % 30 === 0 ? { problem: 'bad_histogram' as const } : {}),
  }))
  const coverage = [{ receiver: 'edge-1', from: at, to: at + 10 * SECOND_MS }]
  return testIndex(name, records, { coverage, segmentCreatedAt: at })
}
