import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { deliverByWebhook } from './webhook-delivery.ts'

interface Posted {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let server: Server | null = null
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
  server = null
})

async function listen(
  status: number,
  headers: Record<string, string> = {},
): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = []
  server = createServer(async (request, response) => {
    posted.push({ headers: request.headers, body: await text(request) })
    response.writeHead(status, headers).end('said\r\nso')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port = 0 }: { port?: number } = Object(server.address())
  return { url: `http://127.0.0.1:${port}/hook/secret-path`, posted }
}

const message = { id: '<incident-13.1.abc@example.org>', body: '{"version":1,"text":"nightly: ▼"}' }
const now = Date.UTC(2014, 1, 1, 15)

test('what is posted is signed over its time and its bytes, and names itself', async () => {
  const { url, posted } = await listen(204)
  expect(await deliverByWebhook(message, { url, secret: 'k' }, now)).toEqual({ kind: 'sent' })
  const [{ headers, body } = { headers: {}, body: '' }] = posted
  expect(body).toBe(message.body)
  expect(headers['tidewatch-delivery']).toBe(message.id)
  const signature = createHmac('sha256', 'k')
    .update(`${now / 1000}.${body}`)
    .digest('hex')
  expect(headers['tidewatch-signature']).toBe(`t=${now / 1000},v1=${signature}`)
})

test('without a secret nothing is signed', async () => {
  const { url, posted } = await listen(200)
  await deliverByWebhook(message, { url, secret: '' }, now)
  expect(posted[0]?.headers['tidewatch-signature']).toBeUndefined()
})

test.each([
  { status: 500, outcome: { kind: 'failed', isServerWide: true } },
  { status: 429, outcome: { kind: 'failed', isServerWide: true } },
  { status: 401, outcome: { kind: 'failed', isServerWide: false } },
  { status: 404, outcome: { kind: 'failed', isServerWide: false } },
  { status: 302, outcome: { kind: 'failed', isServerWide: false } },
  { status: 400, outcome: { kind: 'refused' } },
  { status: 410, outcome: { kind: 'refused' } },
])('answered $status: $outcome.kind', async ({ status, outcome }) => {
  const { url, posted } = await listen(status, status === 302 ? { Location: '/elsewhere' } : {})
  const delivered = await deliverByWebhook(message, { url, secret: '' }, now)
  expect(delivered).toMatchObject(outcome)
  expect(delivered).toMatchObject({ error: expect.stringContaining(`answers ${status} (said so)`) })
  expect(JSON.stringify(delivered)).not.toContain('secret-path')
  expect(posted).toHaveLength(1)
})

test('nobody there is trouble that may pass', async () => {
  const { url } = await listen(200)
  server?.close()
  const delivered = await deliverByWebhook(message, { url, secret: '' }, now)
  expect(delivered).toMatchObject({
    kind: 'failed',
    isServerWide: true,
    error: expect.stringContaining('ECONNREFUSED'),
  })
})
