import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { DEFAULT_REVISION_RULES, parseRevision, type Revision } from '../revision.ts'

export const SPECIFICATION = '{"USED":{"kind":"boolean"}}'
export const SHORT_HEX = 'a55c55edf302'

export function revision(hex = SHORT_HEX, repository = 'releases/mozilla-release'): Revision {
  const parsed = parseRevision(`http://hg.mozilla.org/${repository}/rev/${hex}`, DEFAULT_REVISION_RULES)
  if (parsed === null) throw new Error(`${repository} ${hex} must be a revision`)
  return parsed
}

/** Real histogram servers on loopback, which are ended together. */
export class SpecificationSources {
  readonly #servers: Server[] = []

  /** One that answers with `answer`, and what it was asked. With `tls` (PEM), over HTTPS. */
  async serve(
    answer: RequestListener,
    tls?: { readonly cert: string; readonly key: string },
  ): Promise<{ readonly url: string; readonly asked: string[] }> {
    const asked: string[] = []
    const listener: RequestListener = (request, response) => {
      asked.push(request.url ?? '')
      answer(request, response)
    }
    const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener)
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a port was expected')
    return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}/hg/`, asked }
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
