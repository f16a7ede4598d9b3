import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { renameDurably, syncFolder } from '../files/durable.ts'
import { journalDays, packedFile, plainFile } from './journal-files.ts'

/** The newest are what a start looks at, from their end; and to one of them it is added. */
const LEFT_DAYS = 2
/** Not whole: whoever wrote it died. */
const ASIDE = '.aside'

/**
 * Compresses the days to which nothing is added any more, and answers how many. A day's file goes when the compressed one is there for
 * good and inflates to the same; killed at any moment, each day is there at least once, and this goes on with the next call.
 */
export async function packJournal(folder: string, signal: AbortSignal): Promise<number> {
  let packed = 0
  for (const name of await readdir(folder)) if (name.endsWith(ASIDE)) await unlink(join(folder, name))
  for (const day of (await journalDays(folder)).slice(0, -LEFT_DAYS)) {
    signal.throwIfAborted()
    if (!(await isThere(plainFile(folder, day)))) continue
    if (!(await isThere(packedFile(folder, day)))) await pack(folder, day)
    await unlink(plainFile(folder, day))
    await syncFolder(folder)
    packed++
  }
  return packed
}

async function pack(folder: string, day: string): Promise<void> {
  const [from, to] = [plainFile(folder, day), packedFile(folder, day)]
  const aside = `${to}${ASIDE}`
  await pipeline(createReadStream(from), createGzip(), createWriteStream(aside))
  const [written, kept] = [await hashOf(createReadStream(from)), await hashOf(inflated(aside))]
  if (written !== kept) throw new Error(`${aside} doesn't inflate to ${from}: the day stays as it is`)
  await renameDurably(aside, to)
}

function inflated(path: string): Readable {
  const gunzip = createGunzip()
  // Its reader hears of trouble.
  pipeline(createReadStream(path), gunzip).catch(() => undefined)
  return gunzip
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
