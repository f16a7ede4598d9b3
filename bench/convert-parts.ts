import { cp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { median } from 'simple-statistics'
import { z } from 'zod'
import { planPart } from '../data/archive/plan-part.ts'
import { readParts } from '../data/archive/read-parts.ts'
import { createDirectoryStorage } from '../data/archive/storage.ts'
import { writePart } from '../data/archive/write-part.ts'
import { readConvertedIndex } from '../data/converted/converted-file.ts'
import { type Database, openDatabase } from '../data/counts/database.ts'
import { mergeConverted } from '../data/counts/merge.ts'
import { DAY_MS } from '../data/domain/time.ts'
import type { PartsResult } from './convert-archive.ts'

/** A process that makes parts of converted files as the owner does, and asks the archive. Its one argument is `job` as JSON. */
const job = z.strictObject({ root: z.string(), convertedFolder: z.string() })
const { root, convertedFolder } = job.parse(JSON.parse(process.argv[2] ?? '{}'))
/** One part of them all: several smaller ones take less memory. */
const DUE = { maxAgeMs: 0, maxBytes: 2 ** 40 }
const ASKED = 25

// The owner runs for weeks: what it does often is compiled well.
const warmUp = join(root, 'warm-up')
await cp(convertedFolder, join(warmUp, 'converted'), { recursive: true })
await (await measureParts(warmUp)).db.close()
await rm(warmUp, { recursive: true })

await rename(convertedFolder, join(root, 'converted'))
const { db, records, partSeconds } = await measureParts(root)
// Before anything is asked: what reading takes is no part of it.
const peakBytes = process.resourceUsage().maxRSS * 1024
const countByChannelMs = await timeToCount('channel')
const countByBuildMs = await timeToCount('build_id')
await db.close()
const result: PartsResult = { records, partSeconds, peakBytes, countByChannelMs, countByBuildMs }
process.send?.(result, undefined, undefined, () => process.disconnect())

/** Makes parts of all that is converted in `state`. */
async function measureParts(state: string) {
  const db = await openDatabase(join(state, 'counts.duckdb'), { readableFolders: [state] })
  const records = await merge(db, join(state, 'converted'))
  const startedAt = performance.now()
  await writeParts(db, state)
  return { db, records, partSeconds: (performance.now() - startedAt) / 1000 }
}

async function merge(db: Database, converted: string): Promise<number> {
  let records = 0
  for (const name of await readdir(converted)) {
    const index = await readConvertedIndex(join(converted, name))
    await mergeConverted(db, index, {
      now: Date.now(),
      duplicateWindowMs: DAY_MS,
      seen: null,
      coverageToleranceMs: 6000,
      journal: null,
    })
    records += index.records.length
  }
  return records
}

async function writeParts(db: Database, state: string): Promise<void> {
  const storage = createDirectoryStorage(state)
  const folders = {
    converted: join(state, 'converted'),
    staging: join(state, 'staging'),
    corrupted: join(state, 'corrupted'),
  }
  for (;;) {
    const part = await planPart(db, { ...DUE, now: Date.now() })
    if (part === null) return
    await writePart(part, { db, storage, folders, journal: null, now: Date.now })
  }
}

async function timeToCount(column: string): Promise<number> {
  const times: number[] = []
  for (let asked = 0; asked < ASKED; asked++) {
    const startedAt = performance.now()
    const rest = `group by ${column}`
    const select = `${column} as value, count(*)::integer as submissions`
    const counts = await readParts(db, { root, keep: 'archive' }, { select, rest }, (row) => row.number('submissions'))
    times.push(performance.now() - startedAt)
    const sum = counts.reduce((sum, count) => sum + count, 0)
    if (sum !== records) throw new Error(`${sum} of ${records} submissions were counted by ${column}`)
  }
  return median(times)
}
