import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { ApiContext } from '../api-context.ts'
import { NO_PARAMETERS, type Operation, responseOperation } from '../http/operation.ts'
import { RequestError } from '../request.ts'
import { streamEvent } from '../schemas/stream-event.ts'
import type { StreamClient } from '../stream-hub.ts'

/** More than this is no audience of people; each costs some microseconds an event. */
const MOST_STREAMS = 2000

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // Of proxies: nginx would hold events back otherwise.
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

/** What changes, as it changes. */
export function streamOperation({ hub }: Pick<ApiContext, 'hub'>): Operation {
  return responseOperation({
    path: '/stream',
    id: 'getStream',
    group: 'Operation',
    summary: 'Server-sent events: counts, verdicts, incidents, mails, and where everything stands.',
    about:
      'The `data` of each event is one JSON object. Whoever comes back with `Last-Event-ID` gets what was missed, or `reload` where that is not known any more. A client that does not read is cut off.',
    problems: ['invalid-parameter', 'busy'],
    parameters: NO_PARAMETERS,
    query: NO_PARAMETERS,
    contents: { 'text/event-stream': { schema: streamEvent, about: 'One such object an event.' } },
    respond(context) {
      if (context.req.method === 'HEAD') return new Response(null, { headers: HEADERS })
      if (hub.listenerCount >= MOST_STREAMS) {
        throw new RequestError('busy', `${hub.listenerCount} streams are open: use at most ${MOST_STREAMS}`)
      }
      const response = outgoing(context)
      response.writeHead(200, HEADERS)
      const leave = hub.connect(clientOf(response), context.req.header('Last-Event-ID') ?? null)
      response.on('close', leave)
      return RESPONSE_ALREADY_SENT
    },
  })
}

/** Written to past the framework: a Web stream for each client would cost more than all the rest. */
function outgoing(context: Context): ServerResponse {
  return context.env.outgoing
}

function clientOf(response: ServerResponse): StreamClient {
  return {
    write: (chunk) => response.write(chunk),
    waitingBytes: () => response.writableLength,
    cut: () => response.destroy(),
  }
}
