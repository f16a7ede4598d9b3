import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { parseSubmissionPath } from '../../../data/domain/submission-path.ts'
import { storyRates } from '../story/rates.ts'
import { runTraffic, type TrafficOptions } from './run-traffic.ts'

// Generating a world takes a moment, and longer where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const NOON = Date.UTC(2014, 0, 10, 12)
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('traffic', () => {
  test('reaches the server as full and id-only paths of every channel that has a rate', async () => {
    const paths: string[] = []
    const url = await listen((path) => {
      paths.push(path)
      return 200
    })
    const report = await runTraffic({ ...traffic(url), durationMs: 2_000 })
    expect(report.sent).toBeGreaterThan(10)
    expect(report.answers).toEqual(new Map([[200, report.sent]]))
    expect(paths).toHaveLength(report.sent)
    const kinds = new Set(paths.map((path) => parseSubmissionPath(path).kind))
    expect(kinds.has('full')).toBe(true)
    expect([...kinds].every((kind) => kind === 'full' || kind === 'id')).toBe(true)
  })

  test('is told by status, and goes on when the server refuses', async () => {
    let calls = 0
    const url = await listen(() => (++calls % 2 === 0 ? 503 : 200))
    const report = await runTraffic({ ...traffic(url), durationMs: 1_000 })
    expect([...report.answers.keys()]).toEqual([200, 503])
  })

  test('holds submissions back where the server is slow, and never has more requests open than allowed', async () => {
    let open = 0
    let most = 0
    const url = await listen(async () => {
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setTimeout(resolve, 300))
      open -= 1
      return 200
    })
    const report = await runTraffic({ ...traffic(url), durationMs: 1_500, maxInFlight: 4 })
    expect(report.heldBack).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(4)
  })

  test('tells why there was no answer', async () => {
    const url = await listen(() => 200)
    const [server] = servers.splice(0)
    await new Promise((resolve) => server?.close(resolve))
    const report = await runTraffic({ ...traffic(url), durationMs: 500 })
    expect(report.failures.get('ECONNREFUSED')).toBe(report.sent)
  })

  test('stops when asked, after what is under way was answered', async () => {
    const stop = new AbortController()
    let answered = 0
    const url = await listen(() => {
      stop.abort()
      answered += 1
      return 200
    })
    const report = await runTraffic({ ...traffic(url), stop: stop.signal })
    expect(report.answers.get(200)).toBe(answered)
  })

  test('of one channel is of that channel only', async () => {
    const channels = new Set<string>()
    const url = await listen((path) => {
      const parsed = parseSubmissionPath(path)
      if (parsed.kind === 'full') channels.add(parsed.dimensions.channel)
      return 200
    })
    await runTraffic({ ...traffic(url), durationMs: 500, channels: new Set(['nightly']) })
    expect([...channels]).toEqual(['nightly'])
  })
})

/** About 60 submissions a second, at the same noon however long it takes. */
function traffic(url: URL): TrafficOptions {
  const rates = storyRates({ events: [] })
  const noon = rates(NOON)
  return {
    url,
    seed: 1,
    stop: new AbortController().signal,
    rates: () => noon,
    factor: (healthy) => 216_000 / healthy,
  }
}

/** A server that answers each submission's path with the status that `answer` gives. */
async function listen(answer: (path: string) => number | Promise<number>): Promise<URL> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', async () => {
      response.statusCode = await answer(request.url ?? '')
      response.end()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return new URL(`http://127.0.0.1:${address.port}`)
}
