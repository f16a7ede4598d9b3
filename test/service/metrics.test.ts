import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncidentsAnswer, MailsAnswer, PipelineAnswer } from '../../server/api/types.ts'
import { Exposition } from '../support/exposition.ts'
import { removeFolder } from '../support/remove-folder.ts'
import {
  eventually,
  freePort,
  type ServeOptions,
  startTidewatch,
  type TidewatchProcess,
} from '../support/tidewatch-process.ts'

/** Stands in every payload, path and header that is sent, and so must stand in no metric. */
const SECRET = 'ebbandflow'

let state: string
let server: TidewatchProcess | null

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-metrics-'))
  server = null
})

afterEach(async () => {
  await server?.stop()
  await removeFolder(state)
})

async function start(options: Partial<ServeOptions>): Promise<TidewatchProcess> {
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    ...options,
  })
  return server
}

async function submit(url: string, number: number, body: string, path = ''): Promise<number> {
  const id = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`
  const headers = { 'User-Agent': SECRET }
  const answer = await fetch(`${url}/submit/telemetry/${id}${path}`, { method: 'POST', body, headers })
  await answer.arrayBuffer()
  return answer.status
}

/** Sends bytes as they are; resolves when the other side closes. */
async function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  return text(socket)
}

async function scrape(url: string): Promise<{ exposition: Exposition; text: string }> {
  const answer = await fetch(`${url}/metrics`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const body = await answer.text()
  return { exposition: new Exposition(body), text: body }
}

const pipelineOf = async (url: string): Promise<PipelineAnswer> => (await fetch(`${url}/api/v1/pipeline`)).json()

test('what was sent to two receivers is counted by status, limit, outcome and problem, and none of it is told', async () => {
  const { receiveUrl, dashboardUrl } = await start({
    environment: {
      TIDEWATCH_RECEIVE_RECEIVERS: '2',
      TIDEWATCH_RECEIVE_MAX_BODY_BYTES: '2000',
      TIDEWATCH_RECEIVE_MAX_PATH_BYTES: '256',
      TIDEWATCH_RECEIVE_MAX_HEADER_COUNT: '16',
    },
  })
  const path = `/${SECRET}/Firefox/29.0/${SECRET}/20140116`
  const sent: number[] = []
  for (let number = 0; number < 20; number++) sent.push(await submit(receiveUrl, number, `{"a": "${SECRET}"}`, path))
  for (let number = 20; number < 25; number++) sent.push(await submit(receiveUrl, number, SECRET))
  expect(sent).toEqual(Array.from({ length: 25 }, () => 200))
  expect(await submit(receiveUrl, 30, SECRET.repeat(300), path)).toBe(202)
  expect(await submit(receiveUrl, 31, SECRET, `/${SECRET.repeat(30)}`)).toBe(202)
  expect((await fetch(`${receiveUrl}/submit/${SECRET}`, { method: 'POST', body: SECRET })).status).toBe(404)
  expect(await sendRaw(receiveUrl, `${SECRET}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  const headers = Array.from({ length: 20 }, (_, number) => `X-${number}: ${SECRET}`).join('\r\n')
  expect(await sendRaw(receiveUrl, `GET /status HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)

  const { exposition, text: all } = await eventually('everything is counted', async () => {
    const scraped = await scrape(dashboardUrl)
    const isReported = scraped.exposition.families.has('tidewatch_receive_requests_total')
    const isConverted = scraped.text.includes('problem="bad_json"')
    const backlog = scraped.exposition.sum('tidewatch_spool_backlog_segments')
    const refused = isReported ? scraped.exposition.sum('tidewatch_receive_refused_total') : 0
    return isConverted && backlog === 0 && refused >= 3 ? scraped : null
  })
  const requests = (status: string) => exposition.sum('tidewatch_receive_requests_total', { status })
  const refused = (limit: string) => exposition.sum('tidewatch_receive_refused_total', { limit })
  expect(['202', '404', '400', '431'].map(requests)).toEqual([2, 1, 1, 1])
  // The question whether it is up is answered 200 as well.
  expect(requests('200')).toBeGreaterThanOrEqual(25)
  expect(['body', 'path', 'headers', 'pending', 'disk'].map(refused)).toEqual([1, 1, 1, 0, 0])
  expect(exposition.sum('tidewatch_receive_submissions_total')).toBe(25)
  expect(exposition.sum('tidewatch_receive_commit_submissions_sum')).toBe(25)
  expect(exposition.sum('tidewatch_receive_written_bytes_total')).toBeGreaterThan(25 * SECRET.length)
  expect(exposition.sum('tidewatch_convert_submissions_total', { problem: 'bad_json' })).toBe(5)
  expect(exposition.sum('tidewatch_convert_submissions_total')).toBe(25)
  expect(exposition.sum('tidewatch_merged_segments_total')).toBeGreaterThan(0)
  expect(exposition.sum('tidewatch_disk_free_bytes')).toBeGreaterThan(0)

  const processes = exposition.families.get('process_resident_memory_bytes')?.series.map(({ labels }) => labels)
  expect(processes).toHaveLength(4)
  expect(processes).toEqual(
    expect.arrayContaining([
      { process: 'owner' },
      { process: 'converter' },
      { process: 'receiver', receiver: 'local-1' },
      { process: 'receiver', receiver: 'local-2' },
    ]),
  )
  expect(all).not.toContain(SECRET)
  expect(all).not.toContain('0000-4000-8000')

  // A segment is closed each two seconds, so now and then one waits; those that are being written never do.
  const pipeline = await eventually('nothing waits', async () => {
    const answer = await pipelineOf(dashboardUrl)
    const { segments, bytes } = answer.backlog
    return segments === 0 && bytes === 0 ? answer : null
  })
  expect(pipeline.receivers).toMatchObject([
    { name: 'local-1', refusing: false, refusal: null },
    { name: 'local-2', refusing: false, refusal: null },
  ])
  expect(pipeline.workers?.total).toBeGreaterThan(0)
  expect(pipeline.disk?.hours_until_full).toBeNull()
})

test('metrics answer to this machine’s names only, and never on the open edge', async () => {
  const { receiveUrl, dashboardUrl } = await start({})
  const { port } = new URL(dashboardUrl)
  const asked = request({ host: '127.0.0.1', port, path: '/metrics', headers: { Host: 'evil.example' } }).end()
  const [answer] = await once(asked, 'response')
  expect(answer.statusCode).toBe(421)
  expect((await fetch(`${receiveUrl}/metrics`)).status).toBe(404)
})

test('a role of its own serves its metrics at admin.listen, and nothing else there', async () => {
  const adminPort = await freePort()
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const { receiveUrl } = await start({
    command: ['serve', '--role', 'receive', '--receivers', '1'],
    environment: { TIDEWATCH_ADMIN_LISTEN: `127.0.0.1:${adminPort}` },
    hasNoDashboard: true,
  })
  expect(await submit(receiveUrl, 1, SECRET)).toBe(200)
  await eventually('the submission is counted', async () => {
    const { exposition } = await scrape(adminUrl)
    if (!exposition.families.has('tidewatch_receive_submissions_total')) return null
    return exposition.sum('tidewatch_receive_submissions_total', { receiver: 'local-1' }) === 1 ? true : null
  })
  expect((await fetch(`${adminUrl}/api/v1/overview`)).status).toBe(404)
  expect(await server?.stop()).toBe(0)
  server = null
})

test('a disk with less free than the limit is told: in metrics, on the pipeline, as an incident and by mail', async () => {
  const { receiveUrl, dashboardUrl } = await start({
    environment: { TIDEWATCH_RECEIVE_MIN_FREE_DISK_BYTES: String(2 ** 50) },
  })
  expect(await submit(receiveUrl, 1, SECRET)).toBe(507)
  const mails = await eventually('a mail', async () => {
    const answer: MailsAnswer = await (await fetch(`${dashboardUrl}/api/v1/mails`)).json()
    return answer.mails.length > 0 ? answer.mails : null
  })
  expect(mails.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^\[tidewatch\] the disk is full, submissions are refused since /),
  ])
  const { incidents }: IncidentsAnswer = await (await fetch(`${dashboardUrl}/api/v1/incidents`)).json()
  expect(incidents).toMatchObject([
    { group: 'stalled', state: 'open', sentence: 'The disk is full: submissions are refused.' },
  ])
  await eventually('the receivers say that they refuse', async () => {
    const { receivers, disk } = await pipelineOf(dashboardUrl)
    expect(disk).toMatchObject({ min_free_bytes: 2 ** 50, hours_until_full: 0 })
    return receivers.length > 0 && receivers.every(({ refusal }) => refusal === 'disk_full') ? true : null
  })
  await eventually('the refused submission is counted', async () => {
    const { exposition } = await scrape(dashboardUrl)
    expect(exposition.sum('tidewatch_disk_until_full_seconds')).toBe(0)
    expect(exposition.sum('tidewatch_incidents_open', { group: 'stalled' })).toBe(1)
    return exposition.sum('tidewatch_receive_refused_total', { limit: 'disk' }) === 1 ? true : null
  })
})
