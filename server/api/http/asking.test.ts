import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { boundedReads } from './bounded-reads.ts'
import { KeptAnswers } from './kept-answers.ts'
import { mountOperations } from './mount-operations.ts'
import { NO_PARAMETERS, valueOperation } from './operation.ts'

/** Takes an hour or more, unless somebody interrupts it. */
const LONG = 'select count(*) as n from range(1000000) a, range(1000000) b where hash(a.range, b.range) = 0'

let database: Database
let server: ReturnType<typeof createServer>
/** How questions of `/long` and `/kept` ended. */
let ended: string[]

beforeEach(async () => {
  database = await openDatabase(':memory:', { readConnections: 3, threads: 1 })
  ended = []
  const asked = boundedReads(database, { atOnce: 3, atOnceOfKind: 3, mostWaiting: 5, timeoutMs: 600_000 })
  const operation = (path: '/long' | '/kept' | '/quick', sql: string) =>
    valueOperation({
      ...{ path, id: path.slice(1), group: 'Counts' as const, summary: path, about: path, problems: [] },
      ...{ parameters: NO_PARAMETERS, query: z.strictObject({}), answer: z.array(z.number()) },
      ...(path === '/kept' && { keep: () => ({ stamp: '1', isFinished: false }) }),
      load: () =>
        asked(path)
          .read(sql, {}, (row) => row.number('n'))
          .catch((error: { kind: string }) => {
            ended.push(error.kind)
            throw error
          }),
    })
  const app = mountOperations(
    [operation('/long', LONG), operation('/kept', LONG), operation('/quick', 'select 7 as n')],
    new KeptAnswers(),
    () => '',
  )
  app.onError(() => new Response(null, { status: 503 }))
  server = createServer(getRequestListener(app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await database.close()
})

function client(path: string) {
  const { port } = server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port, path, agent: false })
  request.on('error', () => undefined)
  return request
}

async function answerOf(path: string): Promise<string> {
  const [response] = await once(client(path), 'response')
  let text = ''
  for await (const piece of response) text += String(piece)
  return text
}

/** All that were begun before have been heard by the server. */
const heard = () => answerOf('/quick')

test('who goes away takes his question along, and no other one', async () => {
  const [one, other] = [client('/long'), client('/long')]
  await heard()
  one.destroy()
  await vi.waitFor(() => expect(ended).toEqual(['aborted']), { timeout: 20_000 })
  expect(await answerOf('/quick')).toBe('[7]')
  expect(ended).toEqual(['aborted'])
  other.destroy()
  await vi.waitFor(() => expect(ended).toEqual(['aborted', 'aborted']), { timeout: 20_000 })
})

test('a question that several wait for ends with the last of them', async () => {
  const [one, other] = [client('/kept'), client('/kept')]
  await heard()
  one.destroy()
  await heard()
  expect(ended).toEqual([])
  other.destroy()
  await vi.waitFor(() => expect(ended).toEqual(['aborted']), { timeout: 20_000 })
})
