import { mkdir, readdir, rename } from 'node:fs/promises'
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

await mkdir(root)
await rename(convertedFolder, join(root, 'converted'))
const db = await openDatabase(join(root, 'counts.duckdb'), { readableFolders: [root] })
const records = await merge(db)
const storage = createDirectoryStorage(root)
const startedAt = performance.now()
await writeParts()
const partSeconds = (performance.now() - startedAt) / 1000
// Before anything is asked: what reading takes is no part of it.
const peakBytes = process.resourceUsage().maxRSS * 1024
const countByChannelMs = await timeToCount('channel')
const countByBuildMs = await timeToCount('build_id')
await db.close()
const result: PartsResult = { records, partSeconds, peakBytes, countByChannelMs, countByBuildMs }
process.send?.(result, undefined, undefined, () => process.disconnect())

async function merge(db: Database): Promise<number> {
  let records = 0
  for (const name of await readdir(join(root, 'converted'))) {
    const index = await readConvertedIndex(join(root, 'converted', name))
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

async function writeParts(): Promise<void> {
  const folders = {
    converted: join(root, 'converted'),
    staging: join(root, 'staging'),
    corrupted: join(root, 'corrupted'),
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
