import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Hono } from 'hono'
import { z } from 'zod'
import { EXPORT_FORMATS, exportAttributes, exportCounts } from '../../data/counts/csv/export-csv.ts'
import { importCsv } from '../../data/counts/csv/import-csv.ts'
import { CsvError } from '../../data/counts/csv/parse-csv.ts'
import type { Database } from '../../data/counts/database.ts'
import { isSourceTaken, readLedgerOfLog } from '../../data/counts/raw-imports.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { makeFolderDurably } from '../../data/files/durable.ts'
import type { ReadableArchive } from '../../data/quarantine/readable-archive.ts'
import { archiveApp } from '../archive/archive-app.ts'
import type { ArchiveWork } from '../archive/archive-work.ts'
import { type AnnotationDesk, annotationApp } from '../incidents/annotation-app.ts'
import { type IncidentDesk, incidentApp } from '../incidents/incident-app.ts'
import { quarantineApp } from '../quarantine/quarantine-app.ts'
import { reprocessApp } from '../reprocess/reprocess-app.ts'
import type { Reprocessing } from '../reprocess/reprocessing.ts'
import type { ReckoningSources } from '../why/hindsight.ts'
import { whyApp } from '../why/why-app.ts'
import { stateFolders } from './state-folders.ts'

export interface CommandAppOptions {
  readonly database: Database
  readonly archive: ReadableArchive
  readonly now: () => EpochMs
  /** Counts came in from elsewhere; the answer waits for it. */
  readonly onImported: () => Promise<void> | void
  /** Only a running service has a converter; null: nothing can be converted here. */
  readonly reprocessing?: Reprocessing | null
  /** Null: only the database is open, not all that is kept. */
  readonly archiveWork?: ArchiveWork | null
  /** Only a running service has one. */
  readonly desk?: IncidentDesk | null
  readonly annotationDesk?: AnnotationDesk | null
  /** What of the settings the judge can't keep: a sentence each. */
  readonly unkeptWishes?: () => readonly string[]
  /** For judging hours again; null: nobody asks for that here. */
  readonly hindsight?: ReckoningSources | null
}

const importQuery = z.object({ source: z.string().min(1), dryRun: z.enum(['yes', 'no']) })
const logQuery = z.object({ digest: z.string().regex(/^[0-9a-f]{32}$/), source: z.string().min(1) })
const exportQuery = z.object({
  kind: z.enum(['counts', 'attributes']),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  channel: z.string().optional(),
  format: z.enum(EXPORT_FORMATS).default('csv'),
})

/**
 * What commands ask of whoever has the database: the running owner through its socket, or else the command's own process. Only this
 * machine's same user gets here, so the answers are for our own commands: an error is one sentence, or a list of them.
 */
export function commandApp({
  database,
  archive,
  now,
  onImported,
  reprocessing = null,
  archiveWork = null,
  desk = null,
  annotationDesk = null,
  unkeptWishes = () => [],
  hindsight = null,
}: CommandAppOptions): Hono {
  const app = new Hono()
  app.route('/quarantine', quarantineApp(database, archive))
  app.route('/', incidentApp(database, desk, now))
  app.route('/', annotationApp(database, annotationDesk, now))
  if (hindsight !== null) app.route('/', whyApp(database, desk, hindsight))
  if (archiveWork !== null) app.route('/archive', archiveApp(archiveWork))
  if (reprocessing !== null) app.route('/reprocess', reprocessApp(reprocessing))
  return app
    .get('/unkept-wishes', (context) => context.json(unkeptWishes()))
    .get('/ping', (context) => context.json({ pid: process.pid }))
    .post('/import', async (context) => {
      const { source, dryRun } = importQuery.parse(context.req.query())
      const { exchange } = stateFolders(archive.root)
      await makeFolderDurably(exchange)
      const file = join(exchange, `import-${randomUUID()}.csv`)
      try {
        // All of it first: nothing is counted while an import is written, and whoever sends may pause for as long as he likes.
        await pipeline(context.req.raw.body ?? [], createWriteStream(file))
        const chunks = createReadStream(file)
        const summary = await importCsv(database, { chunks, source, now: now(), dryRun: dryRun === 'yes' })
        if (dryRun === 'no') await onImported()
        return context.json(summary)
      } catch (error) {
        if (error instanceof CsvError) return context.json({ problems: error.problems }, 422)
        throw error
      } finally {
        await rm(file, { force: true })
      }
    })
    .get('/import/log', async (context) => {
      const { digest, source } = logQuery.parse(context.req.query())
      const ledger = await readLedgerOfLog(database, digest)
      return context.json({ ...ledger, isSourceTaken: await isSourceTaken(database, source, 'counts') })
    })
    .get('/export', (context) => {
      const { kind, from = null, to = null, channel = null, format } = exportQuery.parse(context.req.query())
      const range = { from, to, channel }
      const exported = kind === 'counts' ? exportCounts : exportAttributes
      const pieces = exported(database, range, format)
      return new Response(ReadableStream.from(encoded(pieces)), {
        headers: { 'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson' },
      })
    })
    .onError((error, context) => context.json({ problems: [error.message] }, 500))
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const piece of pieces) yield encoder.encode(piece)
}
