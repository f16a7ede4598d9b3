import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** A connection's last request so far. */
interface LatestRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The how manieth on its connection it is, from 1. */
  readonly number: number
  /** The answer to the one before it. */
  readonly previous: ServerResponse | null
}

/** Remembers where each connection has come to. */
export class LatestRequests {
  readonly #bySocket = new WeakMap<Socket, LatestRequest>()

  /** Takes in a new request; answers its number on its connection, from 1. */
  note(request: IncomingMessage, response: ServerResponse): number {
    const last = this.#bySocket.get(request.socket)
    const number = (last?.number ?? 0) + 1
    this.#bySocket.set(request.socket, { request, response, number, previous: last?.response ?? null })
    return number
  }

  /** Whether a body is on its way, and hasn't come whole. */
  isInBody(socket: Socket): boolean {
    return this.#bySocket.get(socket)?.request.complete === false
  }

  /** Whether that body's request is being answered already, as it is where nobody wants the body. */
  isAnsweredInBody(socket: Socket): boolean {
    return this.isInBody(socket) && this.#bySocket.get(socket)?.response.headersSent === true
  }

  /** Resolves when all whole requests of the connection are answered, or it is gone. */
  async wholeOnesAnswered(socket: Socket): Promise<void> {
    const last = this.#bySocket.get(socket)
    const response = last?.request.complete === false ? last.previous : last?.response
    if (response == null || response.writableFinished || response.destroyed) return
    await new Promise((resolve) => response.once('close', resolve))
  }
}
