import type { Server } from 'node:http'
import { STATUS_CODES } from 'node:http'

/**
 * Answers what never becomes a request: 408 where a client is too slow, 431 where path and headers together are too
 * long to be read at all, 400 where it isn't HTTP. The connection is closed: nobody knows where a next request begins.
 */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    const code = 'code' in error ? error.code : undefined
    if (!socket.writable || code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    const text = `${STATUS_CODES[status]}\n`
    const headers = ['Connection: close', 'Content-Type: text/plain; charset=utf-8', `Content-Length: ${text.length}`]
    socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, '', text].join('\r\n'))
  })
  // A tunnel is no request either, and Node would hang up without a word.
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'))
}
