import { access, type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { makeFolderDurably, syncFolder } from '../files/durable.ts'
import { journalDays, journalLines, packedFile, plainFile } from './journal-files.ts'

/**
 * What the archive can't give back, kept beside the database in plain files so that a lost database can be rebuilt.
 *
 * One JSON object a line in `<folder>/<day>.jsonl` (day of writing, UTC; behind all that was written before, also where a clock was put
 * back), compressed when the day is over (`packJournal`). An entry states how something *is*, under a key: written again, or replayed twice, it says the same, and the newest entry of a kind and key holds. Entries are
 * written and synced before the transaction that they belong to commits, so the journal may know one that the database
 * doesn't, never the other way round. A line cut short by a crash is skipped; the next one starts on a line of its own.
 */
export interface JournalEntry {
  /** Which reader it is for: `segment`, `part`, `incident`, `action`, `outbox`, … */
  readonly kind: string
  /** Names the thing within its kind. */
  readonly key: string
  readonly writtenAt: EpochMs
  readonly body: unknown
}

export interface Journal {
  /** Resolves once the entries are synced. Calls are written in their order. */
  append(entries: readonly JournalEntry[]): Promise<void>
  /** Keys of the entries of one kind that were ever written, read from the files line by line. */
  keys(kind: string): Promise<ReadonlySet<string>>
  close(): Promise<void>
}

const Line = z.object({ kind: z.string(), key: z.string(), writtenAt: z.number(), body: z.unknown() })

export async function openJournal(folder: string): Promise<Journal> {
  await makeFolderDurably(folder)
  let current: { readonly day: string; readonly handle: FileHandle } | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function handleFor(writtenAt: EpochMs): Promise<FileHandle> {
    if (current !== null && current.day >= isoDate(writtenAt)) return current.handle
    const day = await dayToWrite(folder, writtenAt)
    await current?.handle.close()
    current = null
    const handle = await open(plainFile(folder, day), 'a+')
    await endCutLine(handle)
    await syncFolder(folder)
    current = { day, handle }
    return handle
  }

  async function write(entries: readonly JournalEntry[]): Promise<void> {
    const first = entries[0]
    if (first === undefined) return
    try {
      const handle = await handleFor(first.writtenAt)
      await handle.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      await handle.datasync()
    } catch (error) {
      // What stands in the file now is unknown: open it anew next time, which ends a line that was cut short.
      await current?.handle.close().catch(() => undefined)
      current = null
      throw error
    }
  }

  return {
    append(entries) {
      const mine = last.then(() => write(entries))
      last = mine.catch(() => undefined)
      return mine
    },
    async keys(kind) {
      await last
      return readKeys(folder, kind)
    },
    async close() {
      await last
      await current?.handle.close()
      current = null
    },
  }
}

/** Never one before the newest there is, nor one that is compressed. */
async function dayToWrite(folder: string, writtenAt: EpochMs): Promise<string> {
  const day = isoDate(writtenAt)
  const newest = (await journalDays(folder)).at(-1) ?? ''
  if (day > newest) return day
  const isOpen = await access(packedFile(folder, newest)).then(
    () => false,
    () => true,
  )
  return isOpen ? newest : isoDate(Date.parse(newest) + DAY_MS)
}

async function endCutLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] !== 0x0a) await handle.appendFile('\n')
}

/**
 * Every whole entry, oldest first; `damagedLines` counts those that could not be read (a crash leaves at most one each).
 * An absent folder is an empty journal.
 */
export async function readJournal(
  folder: string,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly damagedLines: number }> {
  const entries: JournalEntry[] = []
  let damagedLines = 0
  for await (const entry of journalEntries(folder, { onDamage: () => damagedLines++ })) entries.push(entry)
  return { entries, damagedLines }
}

/** One after the other, for what needs only some of a long journal: those of the day of `from` and later. */
export async function* journalEntries(
  folder: string,
  { from = 0, onDamage = () => undefined }: { readonly from?: EpochMs; readonly onDamage?: () => void } = {},
): AsyncGenerator<JournalEntry> {
  const first = isoDate(from)
  for (const day of await journalDays(folder)) {
    if (day < first.slice(0, day.length)) continue
    for await (const line of journalLines(folder, day, onDamage)) {
      if (line === '') continue
      const entry = parseLine(line)
      if (entry === null) onDamage()
      else yield entry
    }
  }
}

/** A journal of years doesn't fit in memory, its keys do. */
async function readKeys(folder: string, kind: string): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const entry of journalEntries(folder)) if (entry.kind === kind) keys.add(entry.key)
  return keys
}

export function parseLine(line: string): JournalEntry | null {
  try {
    const parsed = Line.safeParse(JSON.parse(line))
    return parsed.success ? { ...parsed.data, body: parsed.data.body } : null
  } catch {
    return null
  }
}
