import { Hono } from 'hono'
import { z } from 'zod'
import { differenceText } from '../../data/archive/verify/difference.ts'
import type { Verification } from '../../data/archive/verify/verify-archive.ts'
import { submissionsAnswer } from '../api/submissions-answer.ts'
import type { BackedUp } from '../backup/back-up-state.ts'
import type { ArchiveWork } from './archive-work.ts'

const yesOrNo = z.enum(['yes', 'no']).transform((word) => word === 'yes')
const submissionsQuery = z.object({
  documentId: z.string(),
  since: z.coerce.number().nullable().default(null),
  until: z.coerce.number().nullable().default(null),
})

const recountQuery = z.object({ since: z.coerce.number(), until: z.coerce.number(), fix: yesOrNo })
const NOT_DONE = { differences: [], submissions: 0, hours: 0, mendedHours: 0 }

/** What commands ask about the archive: an object, or an object a line while something goes on. Who hangs up ends it. */
export function archiveApp(work: ArchiveWork): Hono {
  return new Hono()
    .get('/submissions', async (context) => {
      const { documentId, since, until } = submissionsQuery.parse(context.req.query())
      return context.json(submissionsAnswer(await work.find({ by: 'document', documentId, since, until })))
    })
    .get('/reading', async (context) => {
      const includeLive = yesOrNo.parse(context.req.query('includeLive'))
      const { end, ...reading } = await work.beginReading({ includeLive })
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(encoder.encode(`${JSON.stringify(reading)}\n`)),
        // The answer has no end of its own: the files are kept until nobody reads it any more.
        cancel: end,
      })
      return new Response(body, NDJSON)
    })
    .post('/compact', (context) => {
      const isDryRun = yesOrNo.parse(context.req.query('dryRun'))
      return lines((running) => work.compact({ ...running, isDryRun }))
    })
    .post('/verify', () =>
      lines(async ({ signal, onProgress }) =>
        inWords(
          await work.verify({ signal, onProgress: (sofar) => onProgress({ ...inWords(sofar), differences: [] }) }),
        ),
      ),
    )
    .post('/backup', (context) => {
      const target = context.req.query('target') ?? ''
      return lines<BackedUp>((running) => work.backUp(target, running))
    })
    .post('/recount', (context) => {
      const { since, until, fix } = recountQuery.parse(context.req.query())
      return lines<object>(({ signal, onProgress }) =>
        work.recount(
          { since, until, isMending: fix },
          { signal, onProgress: ({ files }) => onProgress({ ...NOT_DONE, files }) },
        ),
      )
    })
    .post('/forget', async (context) => {
      const ids = z.array(z.string()).parse(await context.req.json())
      return lines((running) => work.forget(ids, running))
    })
    .get('/forget', async (context) => context.json(await work.forgetRequests()))
    .get('/retention', async (context) => context.json(await work.overdue()))
    .post('/retention', async (context) => context.json(await work.trim()))
}

const encoder = new TextEncoder()
const NDJSON = { headers: { 'Content-Type': 'application/x-ndjson' } }

function inWords(verification: Verification) {
  return { ...verification, differences: verification.differences.map(differenceText) }
}

/** See `workLine`. */
function lines<State>(
  run: (running: { readonly signal: AbortSignal; readonly onProgress: (state: State) => void }) => Promise<State>,
): Response {
  const hangUp = new AbortController()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (line: object) => {
        if (!hangUp.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      }
      try {
        const state = await run({
          signal: hangUp.signal,
          onProgress: (sofar) => say({ kind: 'progress', state: sofar }),
        })
        say({ kind: 'done', state })
      } catch (error) {
        say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
      }
      if (!hangUp.signal.aborted) controller.close()
    },
    cancel: () => hangUp.abort(),
  })
  return new Response(body, NDJSON)
}
