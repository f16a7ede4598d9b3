import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { SECOND_MS } from '../../data/domain/time.ts'

/**
 * The response class of a server whose answers are counted: whoever answers, and however, comes by here. `answered` is told
 * the status and the seconds since the request's headers were read. Neither listener nor closure is made for a request.
 */
export function countedResponse(answered: (status: number, seconds: number) => void): typeof ServerResponse {
  return class CountedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    readonly #begunAt = performance.now()

    override writeHead(
      status: number,
      reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
      headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
    ): this {
      answered(status, (performance.now() - this.#begunAt) / SECOND_MS)
      return typeof reason === 'string' ? super.writeHead(status, reason, headers) : super.writeHead(status, reason)
    }
  }
}
