import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { createLog } from '../log.ts'
import { startDeadMansSwitch, type VitalSigns, whatDoesNotWork } from './dead-mans-switch.ts'
import type { WorkLoop } from './work-loop.ts'

const noon = Date.UTC(2014, 1, 1, 12)
const well: VitalSigns = {
  now: noon + 10 * MINUTE_MS,
  watermark: noon + 9 * MINUTE_MS,
  judgedHour: noon - HOUR_MS,
  oldestMailAt: null,
}

test.each<{ claim: string; signs: Partial<VitalSigns>; says: string | null }>([
  { claim: 'all is well', signs: {}, says: null },
  { claim: 'nothing was judged yet', signs: { judgedHour: null }, says: null },
  { claim: 'the hour has only just ended', signs: { judgedHour: noon - 2 * HOUR_MS }, says: null },
  {
    claim: 'an hour should long be judged',
    signs: { judgedHour: noon - 2 * HOUR_MS, now: noon + 20 * MINUTE_MS, watermark: noon + 19 * MINUTE_MS },
    says: 'judging is behind',
  },
  { claim: 'counts are old', signs: { watermark: noon - 6 * MINUTE_MS }, says: 'counting is behind' },
  { claim: 'a mail waits for a moment', signs: { oldestMailAt: noon }, says: null },
  { claim: 'a mail waits for long', signs: { oldestMailAt: noon - 6 * MINUTE_MS }, says: 'mails do not go out' },
])('$claim: $says', ({ signs, says }) => expect(whatDoesNotWork({ ...well, ...signs })).toBe(says))

let server: Server | null = null
let loop: WorkLoop | null = null
afterEach(async () => {
  await loop?.stop()
  server?.close()
  server?.closeAllConnections()
})

/** Who waits for a sign of life; answers `status`. */
async function watcher(status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status).end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port = 0 }: { port?: number } = Object(server.address())
  return { url: `http://127.0.0.1:${port}/secret`, asked }
}

function start(url: string, signs: () => VitalSigns, now: () => number): WorkLoop {
  loop = startDeadMansSwitch({
    settings: () => ({ url, everyMinutes: 5 }),
    signs: async () => signs(),
    now,
    log: createLog({ level: 'fatal', role: 'test' }),
  })
  return loop
}

test('it is asked once in each interval while everything works, and not while something does not', async () => {
  const { url, asked } = await watcher()
  let signs: VitalSigns = well
  let now = noon
  const { wake } = start(
    url,
    () => signs,
    () => now,
  )
  await expect.poll(() => asked).toEqual(['/secret'])
  signs = { ...well, oldestMailAt: noon - HOUR_MS }
  now += 6 * MINUTE_MS
  wake()
  signs = well
  now += 6 * MINUTE_MS
  wake()
  await expect.poll(() => asked).toEqual(['/secret', '/secret'])
})
