import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import { readConvertedContents } from '../data/converted/converted-file.ts'

export interface ArchiveResult extends PartsResult {
  readonly scanLinesMs: number
  readonly sizes: {
    readonly archive: number
    readonly converted: number
    readonly gzip: number
    /** Null where there is no `xz`. */
    readonly xz: number | null
  }
}

/** What `convert-parts.ts` tells. */
export const partsResult = z.strictObject({
  records: z.number(),
  partSeconds: z.number(),
  /** The most that the process had in memory while it made the parts. */
  peakBytes: z.number(),
  countByChannelMs: z.number(),
  countByBuildMs: z.number(),
})
export type PartsResult = z.infer<typeof partsResult>

/**
 * What the archive makes of converted files, against the same submissions as lines of JSON, as the server of 2013 kept
 * them: `<document id><tab><converted payload>`. The converted files are gone afterwards.
 */
export async function measureArchive(options: {
  readonly convertedFolder: string
  /** A folder to work in. */
  readonly folder: string
}): Promise<ArchiveResult> {
  const { convertedFolder, folder } = options
  const converted = await bytesIn(convertedFolder)
  const lines = join(folder, 'lines')
  await pipeline(Readable.from(linesOf(convertedFolder)), createWriteStream(lines))
  const gzip = `${lines}.gz`
  await pipeline(createReadStream(lines), createGzip(), createWriteStream(gzip))
  const xz = await xzBytes(lines)
  const scanLinesMs = await scanLines(gzip)
  const root = join(folder, 'archive')
  const parts = await makeParts({ root, convertedFolder })
  const sizes = { archive: await bytesIn(join(root, 'archive')), converted, gzip: (await stat(gzip)).size, xz }
  return { ...parts, scanLinesMs, sizes }
}

async function* linesOf(folder: string): AsyncGenerator<string> {
  for (const name of (await readdir(folder)).sort()) {
    for await (const { record, content } of readConvertedContents(join(folder, name))) {
      if (content.kind === 'converted') yield `${record.documentId}\t${content.payload}\n`
    }
  }
}

async function xzBytes(file: string): Promise<number | null> {
  const xz = spawn('xz', ['-0', '--threads=1', '--stdout', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let bytes = 0
    await new Promise((started, failed) => xz.once('spawn', started).once('error', failed))
    for await (const chunk of xz.stdout) bytes += Buffer.byteLength(chunk)
    return bytes
  } catch {
    return null
  }
}

const info = z.object({ info: z.object({ appUpdateChannel: z.string() }) })

/** Counts by channel as one must where all there is are compressed lines. */
async function scanLines(file: string): Promise<number> {
  const startedAt = performance.now()
  const counts = new Map<string, number>()
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
    const channel = info.parse(JSON.parse(line.slice(line.indexOf('\t') + 1))).info.appUpdateChannel
    counts.set(channel, (counts.get(channel) ?? 0) + 1)
  }
  if (counts.size === 0) throw new Error(`${file} has no lines`)
  return performance.now() - startedAt
}

/** In a process of its own, whose memory is looked at. */
async function makeParts(job: { readonly root: string; readonly convertedFolder: string }): Promise<PartsResult> {
  const child = fork(fileURLToPath(new URL('./convert-parts.js', import.meta.url)), [JSON.stringify(job)])
  return partsResult.parse(await messageOf(child))
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`making parts ended with ${code}`)))
  })
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
