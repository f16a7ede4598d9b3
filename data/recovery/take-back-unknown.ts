import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parsePartFileName, UNKNOWN } from '../archive/part-name.ts'
import type { Storage } from '../archive/storage.ts'
import { journalEntries } from '../journal/journal.ts'
import { ChangeBody, PartBody } from './part-entries.ts'

/**
 * A start with an empty database moves all parts to `unknown/`, for it knows none of them. Those that the journal knows are moved back to
 * where they belong, unless something is there; the others stay. `journal` is its folder. Answers how many came back.
 */
export async function takeBackUnknown(storage: Storage, journal: string, staging: string): Promise<number> {
  const aside = await storage.list(UNKNOWN)
  if (aside.length === 0) return 0
  const written = await readWrittenFiles(journal)
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

/** What the journal in this folder says that the archive consisted of at any time. */
async function readWrittenFiles(journal: string): Promise<ReadonlySet<string>> {
  const written = new Set<string>()
  const changes = new Map<string, readonly string[]>()
  for await (const { kind, key, body } of journalEntries(journal)) {
    if (kind === 'part') for (const file of PartBody.parse(body).files) written.add(file)
    if (kind !== 'change') continue
    const change = ChangeBody.parse(body)
    changes.set(key, change.state === 'done' ? change.files : [])
  }
  for (const files of changes.values()) for (const file of files) written.add(file)
  return written
}
