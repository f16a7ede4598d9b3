import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type EpochMs, isoDate } from '../domain/time.ts'
import { makeFolderDurably, renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { trimFolder } from '../files/trim-folder.ts'
import { laneOf } from './lanes.ts'
import { parseSegmentName } from './segment-name.ts'

/**
 * Received segments that are kept after they are merged, so that a mistake of the converter can be undone:
 * `<raw>/<date>/<segment>.gz`, where `import raw` reads them. Those that still have to be compressed lie in `<raw>/waiting`: the
 * segment's own file, moved there, so nothing that may be lost stands between.
 */
const WAITING = 'waiting'

export async function makeRawFolders(raw: string): Promise<void> {
  await makeFolderDurably(join(raw, WAITING))
}

/** Where a merged segment is moved to that is kept; null for those that were brought in: whoever did has them. */
export function keptSegmentPath(raw: string, segment: string): string | null {
  return laneOf(segment) === 'live' ? join(raw, WAITING, segment) : null
}

/**
 * Compresses what waits, and answers how many segments that were. Killed at any moment, a segment is there at least once; twice is
 * the same file again.
 */
export async function compressKept(raw: string, signal: AbortSignal): Promise<number> {
  let compressed = 0
  for (const segment of await waitingIn(raw)) {
    if (signal.aborted) break
    // What somebody put there by hand isn't ours to remove.
    const createdAt = parseSegmentName(segment)?.createdAt
    if (createdAt === undefined) continue
    await compress(join(raw, WAITING, segment), join(raw, isoDate(createdAt)), `${segment}.gz`)
    compressed++
  }
  return compressed
}

/** Removes what was compressed before `before`; answers how many segments that were. */
export async function trimKept(raw: string, before: EpochMs): Promise<number> {
  let removed = 0
  for (const name of await namesIn(raw)) {
    if (/^\d{4}-\d\d-\d\d$/.test(name)) removed += await trimFolder(join(raw, name), before)
  }
  return removed
}

async function waitingIn(raw: string): Promise<string[]> {
  return (await namesIn(join(raw, WAITING))).filter((name) => !name.endsWith(ASIDE)).sort()
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** The original goes only when the compressed one is there for good. */
async function compress(from: string, folder: string, name: string): Promise<void> {
  const aside = `${from}${ASIDE}`
  // Most of a segment is compressed already by its senders: more effort finds nothing.
  await pipeline(createReadStream(from), createGzip({ level: 1 }), createWriteStream(aside))
  await makeFolderDurably(folder)
  await renameDurably(aside, join(folder, name))
  await unlink(from)
}

const ASIDE = '.aside'
