import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isNotFound } from '../files/is-not-found.ts'

/**
 * A journal's files by their day (some of early versions hold a month): `<day>.jsonl`, or `<day>.jsonl.gz` once nothing is added to it any
 * more. Where both are there, a crash left them, and they say the same.
 */
export async function journalDays(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isNotFound(error)) return []
    throw error
  })
  const days = names.flatMap((name) => /^(\d{4}-\d\d(?:-\d\d)?)\.jsonl(?:\.gz)?$/.exec(name)?.[1] ?? [])
  return [...new Set(days)].sort()
}

export function plainFile(folder: string, day: string): string {
  return join(folder, `${day}.jsonl`)
}

export function packedFile(folder: string, day: string): string {
  return `${plainFile(folder, day)}.gz`
}

/** The file as it was written; null where it is compressed by now. The caller closes it. */
export async function openPlain(folder: string, day: string): Promise<FileHandle | null> {
  return openIfThere(plainFile(folder, day))
}

/** Lines of a day, in their order. What of a compressed one can't be inflated any more is told to `onDamage`, once. */
export async function* journalLines(folder: string, day: string, onDamage: () => void): AsyncGenerator<string> {
  const plain = await openPlain(folder, day)
  if (plain !== null) {
    yield* linesOf(plain.createReadStream())
    return
  }
  const packed = await openIfThere(packedFile(folder, day))
  if (packed === null) return
  try {
    // Whatever ends it, the loop below hears of it.
    yield* linesOf(pipeline(packed.createReadStream(), createGunzip(), () => undefined))
  } catch (error) {
    if (!isInflateError(error)) throw error
    onDamage()
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** By the line: a busy day is longer than a text may be. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8')
  let rest = ''
  for await (const piece of stream) {
    const lines = (rest + String(piece)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

function isInflateError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
