import { Hono } from 'hono'
import { z } from 'zod'
import { PROBLEMS } from '../../data/domain/outcome.ts'
import type { KeptChoice } from '../../data/reprocess/choice.ts'
import type { ReprocessTally } from './reprocess.ts'
import type { ReprocessLine } from './reprocess-lines.ts'
import type { Reprocessing } from './reprocessing.ts'

/** Query of everything that chooses among kept submissions; `problem` may stand several times. */
export const choiceQuery = z
  .object({
    problem: z.array(z.enum(PROBLEMS)).default([]),
    since: z.array(z.coerce.number()).max(1).default([]),
    until: z.array(z.coerce.number()).max(1).default([]),
    channel: z.array(z.string()).max(1).default([]),
  })
  .transform(({ problem, since, until, channel }): KeptChoice => {
    return { problems: problem, since: since[0] ?? null, until: until[0] ?? null, channel: channel[0] ?? null }
  })

/** `POST /?problem=…&dryRun=yes`: runs, and answers with a JSON object a line while it does. Who hangs up ends the run. */
export function reprocessApp(reprocessing: Reprocessing): Hono {
  return new Hono().post('/', (context) => {
    const choice = choiceQuery.parse(context.req.queries())
    const isDryRun = context.req.query('dryRun') === 'yes'
    const hangUp = new AbortController()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        const say = (line: ReprocessLine) => {
          if (!hangUp.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
        }
        try {
          const tally = await reprocessing.run({
            choice,
            isDryRun,
            signal: hangUp.signal,
            onProgress: (sofar, filesLeft) => say({ kind: 'progress', ...sums(sofar), filesLeft }),
          })
          say({ kind: 'done', isInterrupted: hangUp.signal.aborted, problems: problemsOf(tally) })
        } catch (error) {
          say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
        }
        if (!hangUp.signal.aborted) controller.close()
      },
      cancel: () => hangUp.abort(),
    })
    return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } })
  })
}

const encoder = new TextEncoder()

function problemsOf(tally: ReprocessTally) {
  return [...tally].map(([problem, { tried, converted, still }]) => {
    return { problem, tried, converted, still: Object.fromEntries(still) }
  })
}

function sums(tally: ReprocessTally): { readonly tried: number; readonly converted: number } {
  const all = [...tally.values()]
  return {
    tried: all.reduce((sum, { tried }) => sum + tried, 0),
    converted: all.reduce((sum, { converted }) => sum + converted, 0),
  }
}
