import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { ApiContext } from '../api-context.ts'
import type { SentEvent } from '../stream-hub.ts'

const HEARTBEAT_MS = 15_000
/** A client that reads nothing for so many events is cut off; when it comes back it is told to reload. */
const MOST_WAITING = 500

/** `GET /stream`: server-sent events, resumable by `Last-Event-ID`. Every event's data is one StreamEvent. */
export function streamRoute(api: Pick<ApiContext, 'hub' | 'freshness'>): Hono<{ Bindings: HttpBindings }> {
  return new Hono<{ Bindings: HttpBindings }>().get('/stream', (context) => {
    context.header('Cache-Control', 'no-store')
    context.header('X-Accel-Buffering', 'no')
    return streamSSE(context, async (stream) => {
      const waiting: SentEvent[] = [...api.hub.missedSince(context.req.header('Last-Event-ID') ?? null)]
      let wake = (): void => undefined
      let isOver = false
      const unsubscribe = api.hub.subscribe((sent) => {
        waiting.push(sent)
        if (waiting.length > MOST_WAITING) cutOff()
        wake()
      })
      // It may hang in a write that nobody takes: only ending the connection ends that.
      function cutOff(): void {
        isOver = true
        unsubscribe()
        waiting.length = 0
        stream.abort()
        context.env.outgoing.destroy()
      }
      stream.onAbort(() => {
        isOver = true
        wake()
      })
      try {
        await stream.writeSSE({ data: JSON.stringify({ event: 'freshness', freshness: api.freshness() }), retry: 2000 })
        while (!isOver) {
          const sent = waiting.shift()
          if (sent !== undefined) {
            await stream.writeSSE({ id: sent.id, data: JSON.stringify(sent.event) })
            continue
          }
          const isSilent = await waitFor((resolve) => {
            wake = resolve
          })
          if (isSilent) await stream.write(': still here\n\n')
        }
      } finally {
        unsubscribe()
      }
    })
  })
}

/** True when nothing woke us within the heartbeat. */
function waitFor(onWake: (resolve: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), HEARTBEAT_MS)
    onWake(() => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}
