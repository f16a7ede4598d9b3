import { Hono } from 'hono'
import type { Database } from '../../data/counts/database.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import { listQuarantine } from '../../data/quarantine/list-quarantine.ts'
import {
  findQuarantined,
  type QuarantinedSubmission,
  readQuarantined,
} from '../../data/quarantine/quarantined-submission.ts'
import type { ReadableArchive } from '../../data/quarantine/readable-archive.ts'
import { choiceQuery } from '../reprocess/choice-query.ts'
import type { QuarantinedLine } from './quarantine-lines.ts'

/** For our own commands: `/list`, `/find?name=…`, `/export`; the last two answer with a JSON object a line. */
export function quarantineApp(database: Database, archive: ReadableArchive): Hono {
  return new Hono()
    .get('/list', async (context) => {
      return context.json(await listQuarantine(database, archive, choiceQuery.parse(context.req.queries())))
    })
    .get('/find', async (context) => {
      return ndjson(await findQuarantined(database, archive, context.req.query('name') ?? ''))
    })
    .get('/export', (context) => {
      return ndjson(readQuarantined(database, archive, choiceQuery.parse(context.req.queries())))
    })
}

function ndjson(submissions: Iterable<QuarantinedSubmission> | AsyncIterable<QuarantinedSubmission>): Response {
  return new Response(ReadableStream.from(lines(submissions)), { headers: { 'Content-Type': 'application/x-ndjson' } })
}

async function* lines(submissions: Iterable<QuarantinedSubmission> | AsyncIterable<QuarantinedSubmission>) {
  const encoder = new TextEncoder()
  for await (const submission of submissions) yield encoder.encode(`${JSON.stringify(lineOf(submission))}\n`)
}

function lineOf({ receivedAt, body, ...rest }: QuarantinedSubmission): QuarantinedLine {
  return { ...rest, receivedAt: isoSeconds(receivedAt), body: Buffer.from(body).toString('base64') }
}
