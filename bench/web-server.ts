import { createServer, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { takesGzip } from '../server/api/http/takes-gzip.ts'
import type { StreamEvent } from '../server/api/types.ts'
import { webFiles } from '../server/api/web-files.ts'
import { type FixtureServer, startFixtureServer } from '../test/browser/fixture/fixture-server.ts'

/** The built pages as the service sends them, over the API of a designed winter of any length, which is compressed likewise. */
export interface BenchServer {
  readonly address: string
  readonly winter: FixtureServer
  publish(event: StreamEvent): void
  close(): Promise<void>
}

/** Beside this file in `dist/`. */
const WEB = fileURLToPath(new URL('../web', import.meta.url))

export async function startBenchServer(now: number): Promise<BenchServer> {
  const winter = await startFixtureServer(now)
  const files = webFiles(WEB)
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', winter.address)
    const answer =
      pathname === '/api/v1/stream'
        ? null
        : pathname.startsWith('/api/')
          ? await compressedAnswer(`${winter.address}${request.url}`)
          : await files({ path: pathname, takesGzip: takesGzip(request.headers['accept-encoding']) })
    if (answer === null) stream(response)
    else {
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    }
  })
  const streams = new Set<ServerResponse>()
  const stream = (response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(':\n\n')
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return {
    address: `http://127.0.0.1:${bound.port}`,
    winter,
    publish(event) {
      for (const response of streams) response.write(`data: ${JSON.stringify(event)}\n\n`)
    },
    async close() {
      server.closeAllConnections()
      await Promise.all([new Promise((resolve) => server.close(resolve)), winter.close()])
    },
  }
}

/** As the service compresses its answers. */
async function compressedAnswer(url: string): Promise<Response> {
  const answer = await fetch(url)
  const body = gzipSync(await answer.text(), { level: 4 })
  return new Response(new Uint8Array(body), {
    status: answer.status,
    headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip', 'Cache-Control': 'no-store' },
  })
}
