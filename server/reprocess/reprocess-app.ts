import { Hono } from 'hono'
import { choiceQuery } from './choice-query.ts'
import type { ReprocessTally } from './reprocess.ts'
import type { ReprocessLine } from './reprocess-lines.ts'
import type { Reprocessing } from './reprocessing.ts'

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
          say({
            kind: 'done',
            isInterrupted: hangUp.signal.aborted || reprocessing.isStopping(),
            problems: problemsOf(tally),
          })
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
