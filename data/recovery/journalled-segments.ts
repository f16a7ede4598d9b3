import type { z } from 'zod'
import type { Transaction } from '../counts/database.ts'
import { SegmentBody } from '../counts/segment-entry.ts'
import type { EpochMs } from '../domain/time.ts'
import { type JournalEntry, journalEntries } from '../journal/journal.ts'
import { type NewestEntries, newestEntries } from './newest-entries.ts'
import { PartBody } from './part-entries.ts'

/** What the journal says, without its segments: a busy receiver adds fifteen million of them in a year, which no memory holds. */
export interface JournalOutline {
  /** Of all kinds but `segment`; parts are without their segments. */
  readonly newest: NewestEntries
  readonly damagedLines: number
}

/** A segment that was counted and doesn't wait any more. */
export interface JournalledSegment {
  readonly segment: string
  readonly mergedAt: EpochMs
  /** Null: its converted file was spoilt, and no part has it. */
  readonly part: number | null
  readonly body: z.infer<typeof SegmentBody>
}

const ENTRIES_AT_ONCE = 10_000

/**
 * Reads the journal of `folder` once. Which entry of each segment is its newest, and which part has it, stands afterwards in the
 * temporary table `journal_ledger`, that readJournalledSegments goes by.
 */
export async function readJournalOutline(transaction: Transaction, folder: string): Promise<JournalOutline> {
  await transaction.run(
    `create or replace temp table journal_segments (segment varchar, position bigint);
     create or replace temp table journal_parts (segment varchar, part bigint)`,
  )
  let damagedLines = 0
  const newest = new Map<string, JournalEntry>()
  let position = 0
  for await (const entries of inBatches(journalEntries(folder, { onDamage: () => damagedLines++ }))) {
    const others: JournalEntry[] = []
    const segments: [string, number][] = []
    for (const entry of entries) {
      if (entry.kind === 'segment') segments.push([entry.key, position++])
      else if (entry.kind === 'part') others.push(await withoutSegments(transaction, entry))
      else others.push(entry)
    }
    newestEntries(others, newest)
    await transaction.append('journal_segments', segments)
  }
  await transaction.run(
    `create or replace temp table journal_ledger as
     select position, part, case when part is null then segment end as unarchived
     from (select segment, max(position) as position from journal_segments group by segment)
       left join (select segment, max(part) as part from journal_parts group by segment) using (segment)
     order by position;
     drop table journal_segments;
     drop table journal_parts`,
  )
  return { newest, damagedLines }
}

async function withoutSegments(transaction: Transaction, entry: JournalEntry): Promise<JournalEntry> {
  const { segments, files } = PartBody.parse(entry.body)
  const part = Number(entry.key)
  await transaction.append(
    'journal_parts',
    segments.map((segment) => [segment, part]),
  )
  return { ...entry, body: { segments: [], files } }
}

/**
 * Some thousand at a time, in the journal's order and each once: those that a part has, and those that are nowhere any more. Of these the
 * journal knows when somebody listened, and what no archive holds anyway. `readWaiting` answers which of some segments are still to be
 * merged.
 */
export async function* readJournalledSegments(
  transaction: Transaction,
  folder: string,
  readWaiting: (segments: readonly string[]) => Promise<ReadonlySet<string>>,
): AsyncGenerator<readonly JournalledSegment[]> {
  const unarchived = await transaction.read(
    'select unarchived from journal_ledger where unarchived is not null',
    {},
    (row) => row.text('unarchived'),
  )
  const waiting = await readWaiting(unarchived)
  let from = 0
  for await (const entries of inBatches(segmentEntries(folder))) {
    const to = from + entries.length
    const parts = new Map(
      await transaction.read(
        'select position, part from journal_ledger where position >= $from and position < $to',
        { from, to },
        (row) => [row.number('position'), row.numberOrNull('part')] as const,
      ),
    )
    const first = from
    yield entries.flatMap(({ key: segment, writtenAt: mergedAt, body }, index) => {
      const part = parts.get(first + index)
      if (part === undefined || (part === null && waiting.has(segment))) return []
      return [{ segment, mergedAt, part, body: SegmentBody.parse(body) }]
    })
    from = to
  }
  await transaction.run('drop table journal_ledger')
}

async function* segmentEntries(folder: string): AsyncGenerator<JournalEntry> {
  for await (const entry of journalEntries(folder)) if (entry.kind === 'segment') yield entry
}

async function* inBatches(entries: AsyncIterable<JournalEntry>): AsyncGenerator<readonly JournalEntry[]> {
  let batch: JournalEntry[] = []
  for await (const entry of entries) {
    batch.push(entry)
    if (batch.length < ENTRIES_AT_ONCE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
