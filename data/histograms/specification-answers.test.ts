import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_CONSTANTS } from './definition-number.ts'
import { parseSpecification } from './specification.ts'
import { SpecificationServer, type SpecificationServerOptions } from './specification-server.ts'
import { revision, SPECIFICATION, SpecificationSources } from './testing/specification-source.ts'

/** What servers, and proxies before them, may answer. */

let sources: SpecificationSources
let troubles: string[]
let stopping: SpecificationServer[]
beforeEach(() => {
  sources = new SpecificationSources()
  troubles = []
  stopping = []
})
afterEach(async () => {
  for (const server of stopping) server.stop()
  await sources.stop()
})

function asking(url: string, options: Partial<SpecificationServerOptions> = {}): SpecificationServer {
  const server = new SpecificationServer({
    url,
    form: 'raw-file',
    timeoutMs: 60_000,
    maxBytes: 10_000,
    maxFetchesPerMinute: 100,
    missingTtlMs: 3_600_000,
    isSpecification: (text) => parseSpecification(text, DEFAULT_CONSTANTS) !== null,
    onTrouble: (what, error) => troubles.push(`${what}: ${error instanceof Error ? error.message : error}`),
    now: () => 0,
    ...options,
  })
  stopping.push(server)
  return server
}

test('a compressed answer is read', async () => {
  const { url } = await sources.serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(SPECIFICATION)),
  )
  expect(await asking(url).find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
})

const BOMB = gzipSync(Buffer.alloc(5_000_000, ' '))

test.each<{ claim: string; answer: RequestListener; says: string; timeoutMs?: number }>([
  {
    claim: 'inflates to more than is allowed',
    answer: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
    says: 'longer than 10000 bytes',
  },
  {
    claim: 'says that it is compressed and isn’t',
    answer: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(SPECIFICATION),
    says: 'no specification',
  },
  {
    claim: 'begins and then waits',
    answer: (_, response) => response.writeHead(200).write(SPECIFICATION.slice(0, 5)),
    says: 'timeout',
    timeoutMs: 300,
  },
  {
    claim: 'comes byte by byte for ever',
    answer: (_, response) => {
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    },
    says: 'timeout',
    timeoutMs: 300,
  },
  {
    claim: 'is a proxy’s page with 200',
    answer: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    says: 'no histogram specification',
  },
  {
    claim: 'is a proxy’s message with 200, in JSON',
    answer: (_, response) => response.end('{"error":{"kind":"overloaded"}}'),
    says: 'no histogram specification',
  },
  {
    claim: 'is empty',
    answer: (_, response) => response.writeHead(204).end(),
    says: 'no histogram specification',
  },
  { claim: 'asks to come later', answer: (_, response) => response.writeHead(429).end(), says: 'it answered 429' },
  { claim: 'is a gateway’s timeout', answer: (_, response) => response.writeHead(504).end(), says: 'it answered 504' },
  {
    claim: 'leads elsewhere',
    answer: (_, response) => response.writeHead(301, { location: 'http://169.254.169.254/x' }).end(),
    says: 'leads to "http://169.254.169.254/x": it isn\'t followed',
  },
])('an answer that $claim is none', async ({ answer, says, timeoutMs = 60_000 }) => {
  const { url, asked } = await sources.serve(answer)
  expect(await asking(url, { timeoutMs }).find(revision())).toEqual({ kind: 'unavailable' })
  expect(asked).toHaveLength(1)
  expect(troubles).toHaveLength(1)
  expect(troubles[0]).toContain(says)
})

test('a server whose certificate nobody vouches for isn’t believed', async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keySize: 2048 })
  const { url, asked } = await sources.serve((_, response) => response.end(SPECIFICATION), { cert, key })
  expect(await asking(url).find(revision())).toEqual({ kind: 'unavailable' })
  expect(asked).toEqual([])
})

describe('so many fetches in a minute', () => {
  const hexes = (digits: string) => [...digits].map((digit) => digit.repeat(12))

  test('are never all taken by what nobody waits for just now', async () => {
    const { url, asked } = await sources.serve((_, response) => response.end(SPECIFICATION))
    const server = asking(url, { maxFetchesPerMinute: 4 })
    const kinds = []
    for (const hex of hexes('123')) kinds.push((await server.find(revision(hex), 'ahead')).kind)
    for (const hex of hexes('456')) kinds.push((await server.find(revision(hex))).kind)
    expect(kinds).toEqual(['found', 'found', 'unavailable', 'found', 'found', 'unavailable'])
    expect(asked).toHaveLength(4)
  })

  test('leave one for what was asked for in vain, even where there is but one', async () => {
    const { url } = await sources.serve((_, response) => response.end(SPECIFICATION))
    const server = asking(url, { maxFetchesPerMinute: 1 })
    expect((await server.find(revision(), 'ahead')).kind).toBe('found')
  })
})
