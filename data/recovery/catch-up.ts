import { restoreAnnotations } from '../annotations/annotations.ts'
import { ForgetRequest, restoreForgetRequests } from '../archive/forget/forget-requests.ts'
import type { Database } from '../counts/database.ts'
import { DatabaseError } from '../counts/database-error.ts'
import { extendCoverage } from '../counts/extend-coverage.ts'
import { CoverageBody } from '../counts/idle-coverage.ts'
import { readMergedOf } from '../counts/read-ledger.ts'
import { replayIncidentEvents } from '../incidents/incident-events.ts'
import { IncidentBody, saveIncidents } from '../incidents/save-incidents.ts'
import { restoreSilences } from '../incidents/silences.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { readJournalTail } from '../journal/journal-tail.ts'
import { restoreMailThreads } from '../outbox/mail-threads.ts'
import { replayOutbox } from '../outbox/restore-outbox.ts'
import { bodiesOf, newestEntries } from './newest-entries.ts'

export interface CatchUpOptions {
  readonly db: Database
  /** The journal's folder. */
  readonly journal: string
  readonly coverageToleranceMs: number
  /** Which of these segments wait to be merged yet, in the spool or converted: nothing of them is lost. */
  readonly readWaiting: (segments: readonly string[]) => Promise<ReadonlySet<string>>
}

/**
 * Holds a database that was just opened against its journal. A disk that lost the end of the database's log, and a copy of last
 * week, both open without a word; what they miss stands at the journal's end. Incidents, mails, coverage and requests are
 * put back (what a crash left half done is put back, too, which changes nothing), segments that still wait are merged as ever. Throws
 * DatabaseError (`behind`) where counted segments or parts of the archive are missing: then it has to be made anew. Answers how
 * many entries were put back.
 */
export async function catchUpWithJournal(options: CatchUpOptions): Promise<number> {
  const { db, journal, coverageToleranceMs } = options
  const tail = await readJournalTail(journal, 'segment', async (keys) => new Set(await readMergedOf(db, keys)))
  if (tail.length === 0) return 0
  await refuseBehind(tail, options)
  const newest = newestEntries(tail)
  return db.inTransaction(async (transaction) => {
    const incidents = [...bodiesOf(newest, 'incident', IncidentBody).values()]
    await saveIncidents(transaction, incidents)
    const coverage = [...bodiesOf(newest, 'coverage', CoverageBody).values()]
    await extendCoverage(transaction, coverage, coverageToleranceMs)
    const requests = bodiesOf(newest, 'forget', ForgetRequest)
    await restoreForgetRequests(transaction, requests)
    await restoreSilences(transaction, tail)
    await restoreAnnotations(transaction, tail)
    await restoreMailThreads(transaction, tail)
    const events = await replayIncidentEvents(transaction, tail)
    const mails = await replayOutbox(transaction, tail)
    return incidents.length + coverage.length + requests.size + events + mails
  })
}

async function refuseBehind(tail: readonly JournalEntry[], { db, readWaiting }: CatchUpOptions): Promise<void> {
  const keysOf = (kind: string) => [...new Set(tail.flatMap((entry) => (entry.kind === kind ? [entry.key] : [])))]
  const segments = keysOf('segment')
  const waiting = await readWaiting(segments)
  const missing = segments.filter((segment) => !waiting.has(segment))
  const numbers = await readKnownNumbers(db)
  const parts = [...keysOf('part'), ...keysOf('change')].filter((part) => !numbers.knows(Number(part)))
  if (missing.length === 0 && parts.length === 0) return
  const counts = [
    ...(missing.length === 0 ? [] : [`${missing.length} counted segments`]),
    ...(parts.length === 0 ? [] : [`${parts.length} changes of the archive`]),
  ]
  throw new DatabaseError(
    'behind',
    `the database is older than the journal beside it: it misses ${counts.join(' and ')}`,
  )
}

/** Numbers up to a foreign one belong to another database, whose loss was noticed then. */
async function readKnownNumbers(db: Database): Promise<{ knows(part: number): boolean }> {
  const rows = await db.read('select part, state from archive_parts', {}, (row) => ({
    part: row.number('part'),
    isForeign: row.text('state') === 'foreign',
  }))
  const known = new Set(rows.map(({ part }) => part))
  const foreign = rows.reduce((most, { part, isForeign }) => (isForeign ? Math.max(most, part) : most), 0)
  return { knows: (part) => part <= foreign || known.has(part) }
}
