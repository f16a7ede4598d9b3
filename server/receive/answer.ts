import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** How much of a body that nobody wants is read, so that its client, still sending, comes to read the answer. */
export const MAX_DRAINED_BYTES = 4 * 1024 * 1024
/** How long the client of a longer one then gets to read it, before the connection is closed. */
const LINGER_MS = 1_000

/** Answers with a line of text. Nothing where the client is gone. */
function answer(response: ServerResponse, status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

/**
 * Answers that a submission is on disk. Without a text: head and end then go out in one write, which takes a sixth of the
 * time of a request off, and no client reads more than the status.
 */
export function answerKept(response: ServerResponse, isLast: boolean): void {
  if (isLast) response.shouldKeepAlive = false
  response.writeHead(200, EMPTY)
  response.end()
}

const EMPTY = ['Content-Length', '0']

/** Where we ourselves failed: 500, as far as that can still be said. */
export function answerFault(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else answer(response, 500, 'Internal error\n', { Connection: 'close' })
}

/**
 * Answers before the body was read, and reads it then: a connection that is closed on a sending client is reset, and
 * takes the answer with it. The connection is kept unless the rest is too long; the listener's time limits go on
 * holding for it.
 */
export function answerUnread(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (request.complete) {
    answer(response, status, text, headers)
    return
  }
  if (announcesTooMuch(request)) response.shouldKeepAlive = false
  // The response isn't ended yet: Node would stop counting, and keep the connection however much comes.
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  })
  response.write(text)
  let bytes = 0
  const drain = (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= MAX_DRAINED_BYTES) return
    request.off('data', drain).pause()
    setTimeout(() => request.socket.destroy(), LINGER_MS)
  }
  request.on('data', drain)
  request.on('end', () => response.end())
  request.resume()
}

/**
 * For a client that asked before sending (`Expect: 100-continue`): it is told no, and the connection ends. HTTP allows it
 * not to wait for our word, so what it may send is read for a moment: else it would be reset before it reads the answer.
 */
export function answerUnasked(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  answerUnread(request, response, status, text, { ...headers, Connection: 'close' })
  if (!response.writableEnded) setTimeout(() => response.end(), LINGER_MS).unref()
}

/** Whether the body is said to be longer than what is read for nothing. */
export function announcesTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) > MAX_DRAINED_BYTES
}

/** Calls `then` when the body has been read and thrown away; a connection on which it doesn't end is closed. */
export function afterBody(request: IncomingMessage, then: () => void): void {
  if (request.complete) {
    then()
    return
  }
  let bytes = 0
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > MAX_DRAINED_BYTES) request.socket.destroy()
  })
  request.on('end', then)
}
