import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalEntry, monthFiles, parseLine } from './journal.ts'

const CHUNK_BYTES = 1 << 18
const LINE_END = 0x0a

/**
 * The newest entries, oldest first: all that were written after the last one of `kind` that is known. Entries are written in the
 * order of their transactions, and a database that lost some lost its last ones: so what lies before a known entry is known
 * as well, and a journal of years is read from its end, as far as is needed. `readKnown` answers which of some keys are known.
 */
export async function readJournalTail(
  folder: string,
  kind: string,
  readKnown: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<readonly JournalEntry[]> {
  const pieces: (readonly JournalEntry[])[] = []
  for (const name of (await monthFiles(folder)).reverse()) {
    for await (const entries of piecesFromEnd(join(folder, name))) {
      const keys = entries.flatMap((entry) => (entry.kind === kind ? [entry.key] : []))
      const known = keys.length === 0 ? new Set() : await readKnown(keys)
      const last = entries.findLastIndex((entry) => entry.kind === kind && known.has(entry.key))
      pieces.push(entries.slice(last + 1))
      if (last >= 0) return pieces.reverse().flat()
    }
  }
  return pieces.reverse().flat()
}

/** Whole entries of a file, a piece at a time, the last piece first; within a piece in their order. */
async function* piecesFromEnd(path: string): AsyncGenerator<readonly JournalEntry[]> {
  const handle = await open(path, 'r')
  try {
    let end = (await handle.stat()).size
    /** The end of a line that begins in the piece before. */
    let rest = Buffer.alloc(0)
    while (end > 0) {
      const start = Math.max(0, end - CHUNK_BYTES)
      const piece = Buffer.alloc(end - start)
      const { bytesRead } = await handle.read(piece, 0, piece.length, start)
      if (bytesRead < piece.length) throw new Error(`${path} became shorter while it was read`)
      const bytes = Buffer.concat([piece, rest])
      const whole = start === 0 ? 0 : bytes.indexOf(LINE_END) + 1
      const hasWholeLine = start === 0 || whole > 0
      rest = hasWholeLine ? bytes.subarray(0, whole) : bytes
      if (hasWholeLine) yield parseLines(bytes.subarray(whole))
      end = start
    }
  } finally {
    await handle.close()
  }
}

function parseLines(bytes: Buffer): JournalEntry[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const entry = line === '' ? null : parseLine(line)
      return entry === null ? [] : [entry]
    })
}
