import { Worker } from 'node:worker_threads'
import type { PictureSpec } from './picture-spec.ts'
import type { PictureReply, PictureRequest } from './picture-worker.ts'

export interface PictureDrawer {
  /** Rejects where it can't be drawn, or not in time. */
  draw(spec: PictureSpec): Promise<Uint8Array>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (png: Uint8Array) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Draws pictures in a thread of its own: drawing takes a tenth of a second, in which submissions must go on being
 * counted, and native code that hangs can be ended only from outside. The thread starts with the first picture and does
 * not keep the process alive. After a time-out it is ended and the next picture starts another.
 */
export function createPictureDrawer(
  timeoutMs: number,
  // The thread runs what the build made: Node reads no TypeScript in threads.
  entry: URL = new URL('./picture-worker.js', import.meta.url),
): PictureDrawer {
  let worker: Worker | null = null
  let lastId = 0
  const waiting = new Map<number, Waiting>()

  function start(): Worker {
    const started = new Worker(entry)
    started.unref()
    started.on('message', (reply: PictureReply) => settle(reply))
    started.on('error', (error) => drop(started, error))
    started.on('exit', (code) => drop(started, new Error(`the picture thread ended with code ${code}`)))
    return started
  }

  function settle(reply: PictureReply): void {
    const request = waiting.get(reply.id)
    if (request === undefined) return
    waiting.delete(reply.id)
    clearTimeout(request.timer)
    if ('png' in reply) request.resolve(reply.png)
    else request.reject(new Error(reply.error))
  }

  function drop(broken: Worker, error: Error): void {
    if (worker !== broken) return
    worker = null
    for (const request of waiting.values()) {
      clearTimeout(request.timer)
      request.reject(error)
    }
    waiting.clear()
  }

  return {
    draw(spec) {
      worker ??= start()
      const current = worker
      lastId += 1
      const request: PictureRequest = { id: lastId, spec }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          drop(current, new Error(`the picture wasn't drawn within ${timeoutMs} ms`))
          current.terminate().catch(() => undefined)
        }, timeoutMs)
        waiting.set(request.id, { resolve, reject, timer })
        current.postMessage(request)
      })
    },
    async close() {
      const current = worker
      if (current === null) return
      drop(current, new Error('the mailer was stopped'))
      await current.terminate()
    },
  }
}
