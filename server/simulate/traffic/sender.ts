import { Agent, request } from 'node:http'
import type { SimulatedSubmission } from './submission.ts'

/** What a server answered: its status, or why there was no answer (`ECONNREFUSED`, `timeout`). */
export type Answer =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'failed'; readonly code: string }

export interface Sender {
  readonly inFlight: number
  send(submission: SimulatedSubmission): void
  /** Resolves when all requests are answered and told of; then the connections are closed. */
  close(): Promise<void>
}

export interface SenderOptions {
  /** `http://127.0.0.1:8080`; a path in it precedes every submission's. */
  readonly url: URL
  readonly maxConnections: number
  readonly timeoutMs: number
  readonly onAnswer: (answer: Answer) => void
}

/** Sends submissions over connections that are kept. */
export function createSender({ url, maxConnections, timeoutMs, onAnswer }: SenderOptions): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections })
  const base = url.pathname.replace(/\/+$/, '')
  const pending = new Set<Promise<void>>()
  const post = (submission: SimulatedSubmission) =>
    new Promise<Answer>((resolve) => {
      const outgoing = request(
        {
          agent,
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port === '' ? 80 : Number(url.port),
          method: 'POST',
          path: base + submission.path,
          timeout: timeoutMs,
          headers: {
            'content-type': 'application/json; charset=UTF-8',
            'content-length': submission.body.length,
            'user-agent': 'tidewatch-simulate',
            ...(isGzip(submission.body) ? { 'content-encoding': 'gzip' } : {}),
          },
        },
        (response) => {
          response.resume()
          response.on('error', (error) => resolve({ kind: 'failed', code: codeOf(error) }))
          response.on('end', () => resolve({ kind: 'status', status: response.statusCode ?? 0 }))
        },
      )
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.on('error', (error) => resolve({ kind: 'failed', code: codeOf(error) }))
      outgoing.end(submission.body)
    })
  return {
    get inFlight() {
      return pending.size
    },
    send(submission) {
      const answered = post(submission).then((answer) => {
        pending.delete(answered)
        onAnswer(answer)
      })
      pending.add(answered)
    },
    async close() {
      await Promise.all(pending)
      agent.destroy()
    },
  }
}

function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
