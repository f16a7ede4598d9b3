import type { FileHandle } from 'node:fs/promises'
import { type JournalEntry, parseLine } from './journal.ts'
import { journalDays, journalLines, openPlain } from './journal-files.ts'

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
  for (const day of (await journalDays(folder)).reverse()) {
    for await (const entries of piecesOf(folder, day)) {
      const keys = entries.flatMap((entry) => (entry.kind === kind ? [entry.key] : []))
      const known = keys.length === 0 ? new Set() : await readKnown(keys)
      const last = entries.findLastIndex((entry) => entry.kind === kind && known.has(entry.key))
      pieces.push(entries.slice(last + 1))
      if (last >= 0) return pieces.reverse().flat()
    }
  }
  return pieces.reverse().flat()
}

/** Whole entries of a day, a piece at a time, the last piece first; within a piece in their order. */
async function* piecesOf(folder: string, day: string): AsyncGenerator<readonly JournalEntry[]> {
  const handle = await openPlain(folder, day)
  if (handle === null) yield readWhole(folder, day)
  else yield* piecesFromEnd(handle)
}

/** What is compressed has no end to begin at. The newest days aren't. */
async function readWhole(folder: string, day: string): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = []
  for await (const line of journalLines(folder, day, () => undefined)) entries.push(...parseLines(line))
  return entries
}

async function* piecesFromEnd(handle: FileHandle): AsyncGenerator<readonly JournalEntry[]> {
  try {
    let end = (await handle.stat()).size
    /** The end of a line that begins in the piece before. */
    let rest = Buffer.alloc(0)
    while (end > 0) {
      const start = Math.max(0, end - CHUNK_BYTES)
      const piece = Buffer.alloc(end - start)
      const { bytesRead } = await handle.read(piece, 0, piece.length, start)
      if (bytesRead < piece.length) throw new Error('the journal became shorter while it was read')
      const bytes = Buffer.concat([piece, rest])
      const whole = start === 0 ? 0 : bytes.indexOf(LINE_END) + 1
      const hasWholeLine = start === 0 || whole > 0
      rest = hasWholeLine ? bytes.subarray(0, whole) : bytes
      if (hasWholeLine) yield parseLines(bytes.subarray(whole).toString('utf8'))
      end = start
    }
  } finally {
    await handle.close()
  }
}

function parseLines(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    const entry = line === '' ? null : parseLine(line)
    return entry === null ? [] : [entry]
  })
}
