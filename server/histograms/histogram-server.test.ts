import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_CONSTANTS } from '../../data/histograms/definition-number.ts'
import { DEFAULT_REVISION_RULES } from '../../data/histograms/revision.ts'
import { parseSpecification } from '../../data/histograms/specification.ts'
import { SpecificationFolder } from '../../data/histograms/specification-folder.ts'
import { SpecificationStore } from '../../data/histograms/specification-store.ts'
import { revision, SHORT_HEX, SPECIFICATION } from '../../data/histograms/testing/specification-source.ts'
import { type HistogramServer, startHistogramServer } from './histogram-server.ts'

let path: string
let server: HistogramServer
let url: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tidewatch-histogram-server-'))
  await writeFile(join(path, `${SHORT_HEX}.TAG.json`), SPECIFICATION)
  await writeFile(join(path, `${'b'.repeat(12)}.json`), SPECIFICATION.slice(0, 9))
  server = await start(path)
  url = `http://127.0.0.1:${server.port}`
})
afterEach(async () => {
  await server.stop()
  await rm(path, { recursive: true })
})

function start(folder: string): Promise<HistogramServer> {
  return startHistogramServer({
    folder: new SpecificationFolder({
      folder,
      maxBytes: 10_000,
      isSpecification: (text) => parseSpecification(text, DEFAULT_CONSTANTS) !== null,
      onTrouble: () => {},
      now: Date.now,
    }),
    listen: { host: '127.0.0.1', port: 0 },
    rules: DEFAULT_REVISION_RULES,
    constants: DEFAULT_CONSTANTS,
    graceMs: 50,
  })
}

const revisionUrl = (hex = SHORT_HEX, place = 'http://hg.mozilla.org/mozilla-central') =>
  encodeURIComponent(`${place}/rev/${hex}`)
const rawFile = (hex: string, repository = 'mozilla-central') =>
  `/${repository}/raw-file/${hex}/toolkit/components/telemetry/Histograms.json`

describe('a histogram server', () => {
  test.each([
    { claim: 'as Mercurial’s', asked: rawFile(SHORT_HEX) },
    { claim: 'as Mercurial’s, by the long form', asked: rawFile(SHORT_HEX.padEnd(40, '0')) },
    { claim: 'of a repository within another', asked: rawFile(SHORT_HEX, 'releases/mozilla-release') },
    { claim: 'as the one of 2013', asked: `/histograms?revision=${revisionUrl()}` },
    {
      claim: 'over https',
      asked: `/histograms?revision=${revisionUrl(SHORT_HEX, 'https://hg.mozilla.org/try-not').replace('try-not', 'mozilla-central')}`,
    },
  ])('asked $claim gives the file as it lies', async ({ asked }) => {
    const answer = await fetch(url + asked)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(await answer.text()).toBe(SPECIFICATION)
  })

  test('works out the buckets for those who ask for them', async () => {
    const answer = await fetch(`${url}/histogram_buckets?revision=${revisionUrl()}`)
    expect(await answer.json()).toEqual({
      histograms: { USED: { kind: '2', min: 1, buckets: [0, 1, 2], max: 2, bucket_count: 3 } },
    })
  })

  test.each([
    { claim: 'no revision is given', asked: '/histograms', status: 400, says: 'Must provide a revision URL' },
    { claim: 'none is given for buckets', asked: '/histogram_buckets?revision=', status: 400, says: 'Must provide' },
    { claim: 'it is none', asked: '/histograms?revision=tip', status: 400, says: 'Must provide' },
    {
      claim: 'its repository isn’t allowed',
      asked: `/histograms?revision=${revisionUrl(SHORT_HEX, 'http://hg.mozilla.org/try')}`,
      status: 400,
      says: 'Must provide',
    },
    { claim: 'there is no file of it', asked: rawFile('c'.repeat(12)), status: 404, says: 'No specification' },
    {
      claim: 'there is no file of it, asked by its URL',
      asked: `/histograms?revision=${revisionUrl('c'.repeat(12))}`,
      status: 404,
      says: 'No specification',
    },
    { claim: 'its file is torn', asked: rawFile('b'.repeat(12)), status: 500, says: 'can not be read' },
    { claim: 'the path is another', asked: '/etc/passwd', status: 404, says: 'Not found' },
    { claim: 'the path leads out', asked: rawFile(SHORT_HEX, 'projects/%2e%2e'), status: 404, says: 'Not found' },
    { claim: 'a path is all there is', asked: rawFile('..%2f..%2fetc'), status: 404, says: 'Not found' },
  ])('answers $status where $claim', async ({ asked, status, says }) => {
    const answer = await fetch(url + asked)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(says)
  })

  test('answers 500, never 404, while its folder can’t be read: 404 is remembered', async () => {
    const other = await start(join(path, 'absent'))
    const answer = await fetch(`http://127.0.0.1:${other.port}${rawFile(SHORT_HEX)}`)
    expect(answer.status).toBe(500)
    await other.stop()
  })

  test('lets nobody do anything but read', async () => {
    const answer = await fetch(url + rawFile(SHORT_HEX), { method: 'PUT', body: 'x' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
    expect((await fetch(url + rawFile(SHORT_HEX), { method: 'HEAD' })).status).toBe(200)
  })

  test.each(['raw-file', 'query'] as const)('is what a converter asks in the form %s', async (form) => {
    const store = new SpecificationStore({
      folder: null,
      cacheFolder: null,
      server: { url, form, timeoutMs: 60_000, maxFetchesPerMinute: 10, missingTtlMs: 1_000 },
      constants: DEFAULT_CONSTANTS,
      maxBytes: 10_000,
      waitMs: 60_000,
      onTrouble: () => {},
    })
    expect(await store.find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(await store.find(revision('c'.repeat(12)))).toEqual({ kind: 'unknown' })
    expect(await store.find(revision('b'.repeat(12)))).toEqual({ kind: 'unavailable' })
    store.stop()
  })

  test('stops though somebody holds a connection open', async () => {
    const socket = connect(server.port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write('GET / HTTP/1.1\r\nHost:')
    await server.stop()
    await closed
  })
})
