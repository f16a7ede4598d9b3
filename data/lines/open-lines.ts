import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { decompress } from '@mongodb-js/zstd/bindings.js'

/** A file that can't be read as it is compressed; the sentence says what to do. */
export class CannotInflate extends Error {}

type Compression = 'none' | 'gzip' | 'zstd' | 'xz'

/** By how a file begins; the archive of 2013 was `.lzma`, which `xz` reads as well. */
const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['xz', [0x5d, 0x00, 0x00]],
]

/** What isn't longer is inflated in memory where the program for it isn't installed. */
const MOST_IN_MEMORY = 64 * 1024 * 1024

/** The bytes of the file at `path`, inflated: gzip and zstd, and xz and lzma where the program `xz` is installed. */
export async function* inflatedBytes(path: string): AsyncGenerator<Buffer> {
  switch (await compressionOf(path)) {
    case 'none':
      yield* createReadStream(path)
      break
    case 'gzip':
      yield* inflated(path, createReadStream(path).pipe(createGunzip()))
      break
    case 'zstd':
      if ((await stat(path)).size <= MOST_IN_MEMORY) yield* inflated(path, inMemory(path))
      else yield* inflatedBy('zstd', path)
      break
    case 'xz':
      yield* inflatedBy('xz', path)
      break
  }
}

/** A file that was cut or spoilt is no fault of ours. */
async function* inflated(path: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* bytes
  } catch (error) {
    throw new CannotInflate(`${path} can't be inflated: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function* inMemory(path: string): AsyncGenerator<Buffer> {
  yield await decompress(await readFile(path))
}

async function compressionOf(path: string): Promise<Compression> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0)
    const found = MAGIC.find(([, magic]) => magic.length <= bytesRead && magic.every((byte, at) => buffer[at] === byte))
    return found?.[0] ?? 'none'
  } finally {
    await handle.close()
  }
}

async function* inflatedBy(program: 'zstd' | 'xz', path: string): AsyncGenerator<Buffer> {
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const spawned = once(child, 'spawn').catch(() => {
    throw new CannotInflate(
      `${path} is compressed with ${program}, which is not installed here: install it, or give the file inflated`,
    )
  })
  await spawned
  let trouble = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text))
  const ended = once(child, 'close')
  // What the program says of a broken file is more than that it stopped reading.
  pipeline(createReadStream(path), child.stdin).catch(() => undefined)
  try {
    yield* child.stdout.pipe(new PassThrough())
    const [code] = await ended
    if (code !== 0)
      throw new CannotInflate(`${path} can't be inflated: ${trouble.trim() || `${program} ended with ${code}`}`)
  } finally {
    child.kill()
  }
}
