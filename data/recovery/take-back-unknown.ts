import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parsePartFileName, UNKNOWN } from '../archive/part-name.ts'
import type { Storage } from '../archive/storage.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { bodiesOf, newestEntries } from './newest-entries.ts'
import { ChangeBody, PartBody } from './part-entries.ts'

/**
 * A start with an empty database moves all parts to `unknown/`, for it knows none of them. Those that the journal knows are moved back to
 * where they belong, unless something is there; the others stay. Answers how many came back.
 */
export async function takeBackUnknown(
  storage: Storage,
  entries: readonly JournalEntry[],
  staging: string,
): Promise<number> {
  const aside = await storage.list(UNKNOWN)
  if (aside.length === 0) return 0
  const newest = newestEntries(entries)
  const written = new Set([
    ...[...bodiesOf(newest, 'part', PartBody).values()].flatMap(({ files }) => files),
    ...[...bodiesOf(newest, 'change', ChangeBody).values()].flatMap((body) =>
      body.state === 'done' ? body.files : [],
    ),
  ])
  let takenBack = 0
  for (const name of aside) {
    const before = name.slice(UNKNOWN.length + 1)
    const keep = parsePartFileName(before)?.keep
    if (keep === undefined || !written.has(before) || (await storage.list(keep)).includes(before)) continue
    const staged = join(staging, 'taken-back.parquet')
    await pipeline(storage.read(name), createWriteStream(staged))
    await storage.write(before, staged)
    await rm(staged, { force: true })
    await storage.remove(name)
    takenBack += 1
  }
  return takenBack
}
