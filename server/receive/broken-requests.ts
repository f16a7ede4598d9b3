import type { Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SECOND_MS } from '../../data/domain/time.ts'
import type { ReceiveMetrics } from '../metrics/receive-metrics.ts'
import type { LatestRequests } from './latest-requests.ts'
import type { NoteRefused } from './limit.ts'

export interface BrokenRequestParts {
  readonly latest: LatestRequests
  readonly noteRefused: NoteRefused
  readonly noteAnswered: ReceiveMetrics['answered']
}

/**
 * Answers what never becomes a request: 408 where a client is too slow, 431 where path and headers together are too
 * long to be read at all, 400 where it isn't HTTP. The connection is closed: nobody knows where a next request begins.
 */
export function answerBrokenRequests(server: Server, { latest, noteRefused, noteAnswered }: BrokenRequestParts): void {
  const broken = new WeakSet<Duplex>()
  server.on('clientError', (error, socket) => {
    // The parser complains anew of every byte that follows, and of the end.
    if (broken.has(socket)) return
    broken.add(socket)
    const code = 'code' in error ? String(error.code) : ''
    // Where TLS itself failed there is nobody who could read an answer.
    const isUnheard = code === 'ECONNRESET' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')
    if (!(socket instanceof Socket) || !socket.writable || isUnheard) {
      socket.destroy()
      return
    }
    const status = statusFor(code)
    noteAnswered(status, null)
    if (status === 431) noteRefused('headers')
    if (status === 408) noteRefused(latest.isInBody(socket) ? 'body_time' : 'header_time')
    void closeWith(status, socket, latest)
  })
  // A tunnel is no request either, and Node would hang up without a word.
  server.on('connect', (_request, socket) =>
    hangUp(socket, 'HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'),
  )
  // Who ends its side once all is sent, as HTTP allows, has its answers all the same.
  Object.assign(server, { httpAllowHalfOpen: true })
}

/** How long a client gets to read the last words. One that never ends its side would keep the connection for ever. */
const LINGER_MS = SECOND_MS

function hangUp(socket: Duplex, lastWords: string): void {
  socket.end(lastWords)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function statusFor(code: string): 400 | 408 | 431 {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

/** What came before it on the connection may still wait for the disk, and its answers come first. */
async function closeWith(status: 400 | 408 | 431, socket: Socket, latest: LatestRequests): Promise<void> {
  await latest.wholeOnesAnswered(socket)
  if (latest.isAnsweredInBody(socket)) {
    hangUp(socket, '')
    return
  }
  const text = `${STATUS_CODES[status]}\n`
  const headers = ['Connection: close', 'Content-Type: text/plain; charset=utf-8', `Content-Length: ${text.length}`]
  hangUp(socket, [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, '', text].join('\r\n'))
}
