import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_CONSTANTS } from './definition-number.ts'
import { SpecificationStore, type SpecificationStoreOptions } from './specification-store.ts'
import { revision, SHORT_HEX as SHORT, SPECIFICATION, SpecificationSources } from './testing/specification-source.ts'

const BUCKETS = '{"histograms":{"USED":{"kind":"2","buckets":[0,1,2]}}}'
const LONG = `${SHORT}0123456789012345678901234567`

let state: string
let sources: SpecificationSources
let stores: SpecificationStore[]
let now: number
let troubles: string[]

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-specifications-'))
  await mkdir(join(state, 'own'))
  sources = new SpecificationSources()
  stores = []
  now = 1_000_000
  troubles = []
})
afterEach(async () => {
  for (const store of stores) store.stop()
  await sources.stop()
  await rm(state, { recursive: true })
})

function store(options: Partial<SpecificationStoreOptions> = {}): SpecificationStore {
  const made = new SpecificationStore({
    folder: join(state, 'own'),
    cacheFolder: join(state, 'cache'),
    server: null,
    constants: DEFAULT_CONSTANTS,
    maxBytes: 1000,
    waitMs: 60_000,
    onTrouble: (what) => troubles.push(what),
    now: () => now,
    ...options,
  })
  stores.push(made)
  return made
}

function from(url: string, more: Partial<NonNullable<SpecificationStoreOptions['server']>> = {}) {
  const server = {
    url,
    form: 'raw-file',
    timeoutMs: 60_000,
    maxFetchesPerMinute: 100,
    missingTtlMs: 3_600_000,
  } as const
  return { server: { ...server, ...more } }
}

describe('a folder of specifications', () => {
  test.each([
    { claim: 'by its revision', file: `${SHORT}.json`, hex: SHORT },
    { claim: 'with a tag', file: `${SHORT}.FIREFOX_AURORA_23_BASE.json`, hex: SHORT },
    { claim: 'asked in full, named in short', file: `${SHORT}.json`, hex: LONG },
    { claim: 'asked in short, named in full', file: `${LONG}.json`, hex: SHORT },
    { claim: 'in capitals', file: `${SHORT.toUpperCase()}.json`, hex: SHORT },
  ])('is asked for a file $claim', async ({ file, hex }) => {
    await writeFile(join(state, 'own', file), SPECIFICATION)
    expect(await store().find(revision(hex))).toEqual({ kind: 'found', text: SPECIFICATION })
  })

  test.each([
    { claim: 'of another revision', file: 'b55c55edf302.json', content: SPECIFICATION },
    { claim: 'that only begins alike', file: 'a55c55.json', content: SPECIFICATION },
    { claim: 'of another kind', file: `${SHORT}.txt`, content: SPECIFICATION },
    { claim: 'that is torn', file: `${SHORT}.json`, content: SPECIFICATION.slice(0, 10) },
    { claim: 'that is too long', file: `${SHORT}.json`, content: SPECIFICATION + ' '.repeat(1000) },
    { claim: 'of bucket bounds', file: `${SHORT}.json`, content: BUCKETS },
  ])('without a server, and with a file $claim, can’t say', async ({ file, content }) => {
    await writeFile(join(state, 'own', file), content)
    expect(await store().find(revision())).toEqual({ kind: 'unavailable' })
  })

  test('passes over bucket bounds that stand before the specification', async () => {
    await writeFile(join(state, 'own', `${SHORT}.json`), BUCKETS)
    await writeFile(join(state, 'own', `${SHORT}.TAG.json`), SPECIFICATION)
    expect(await store().find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
  })

  test('is looked at again, so that a file put there later is found', async () => {
    const own = store()
    expect(await own.find(revision())).toEqual({ kind: 'unavailable' })
    await writeFile(join(state, 'own', `${SHORT}.json`), SPECIFICATION)
    now += 1000
    expect(await own.find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
  })

  test('that isn’t there is trouble, not the end', async () => {
    expect(await store({ folder: join(state, 'absent') }).find(revision())).toEqual({ kind: 'unavailable' })
    expect(troubles[0]).toContain('absent')
  })
})

describe('a server of specifications', () => {
  test('is asked as Mercurial’s, and its answer kept on disk, whatever becomes of the server', async () => {
    const { url, asked } = await sources.serve((_, response) => response.end(SPECIFICATION))
    expect(await store(from(url)).find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(asked).toEqual([
      `/hg/releases/mozilla-release/raw-file/${SHORT}/toolkit/components/telemetry/Histograms.json`,
    ])
    const kept = join(state, 'cache', 'releases%2Fmozilla-release')
    expect(await readdir(kept)).toEqual([`${SHORT}.json`])
    expect(await readFile(join(kept, `${SHORT}.json`), 'utf8')).toBe(SPECIFICATION)
    expect(await store(from('http://127.0.0.1:1/')).find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(await store().find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
  })

  test('is asked as the histogram server of 2013, where it is set so', async () => {
    const { url, asked } = await sources.serve((_, response) => response.end(SPECIFICATION))
    await store(from(url, { form: 'query' })).find(revision())
    expect(asked).toEqual([
      `/hg/histograms?revision=${encodeURIComponent(`http://hg.mozilla.org/releases/mozilla-release/rev/${SHORT}`)}`,
    ])
  })

  test('is asked once by all who ask at the same time, and not again for what is in memory', async () => {
    const { url, asked } = await sources.serve((_, response) => setTimeout(() => response.end(SPECIFICATION), 50))
    const own = store(from(url))
    const answers = await Promise.all([1, 2, 3].map(() => own.find(revision())))
    expect(answers.map(({ kind }) => kind)).toEqual(['found', 'found', 'found'])
    await own.find(revision())
    expect(asked).toHaveLength(1)
  })

  test.each([
    { claim: 'torn', content: SPECIFICATION.slice(0, 9) },
    { claim: 'too long', content: SPECIFICATION + ' '.repeat(1000) },
    { claim: 'empty', content: '' },
    { claim: 'of bucket bounds', content: BUCKETS },
  ])('mends a file in the cache that is $claim', async ({ content }) => {
    const { url } = await sources.serve((_, response) => response.end(SPECIFICATION))
    const path = join(state, 'cache', 'releases%2Fmozilla-release', `${SHORT}.json`)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, content)
    expect(await store(from(url)).find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(await readFile(path, 'utf8')).toBe(SPECIFICATION)
  })

  test('gives what is kept nowhere where there is no cache', async () => {
    const { url } = await sources.serve((_, response) => response.end(SPECIFICATION))
    const own = store({ ...from(url), cacheFolder: null })
    expect(await own.find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(await readdir(state)).toEqual(['own'])
  })

  test('serves on where the cache can’t be written', async () => {
    await writeFile(join(state, 'cache'), 'a file where a folder is wanted')
    const { url } = await sources.serve((_, response) => response.end(SPECIFICATION))
    expect(await store(from(url)).find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(troubles[0]).toContain("can't be kept")
  })

  test('T14: that says 404 is believed for a while, then asked again', async () => {
    let status = 404
    const { url, asked } = await sources.serve((_, response) => response.writeHead(status).end(SPECIFICATION))
    const own = store(from(url))
    expect(await own.find(revision())).toEqual({ kind: 'unknown' })
    status = 200
    now += 3_599_999
    expect(await own.find(revision())).toEqual({ kind: 'unknown' })
    now += 1
    expect(await own.find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(asked).toHaveLength(2)
    expect(troubles).toEqual([])
  })

  test.each([
    { claim: 'fails', answer: ((_, response) => response.writeHead(503).end()) as RequestListener },
    { claim: 'refuses', answer: ((_, response) => response.writeHead(400).end()) as RequestListener },
    {
      claim: 'sends elsewhere',
      answer: ((_, response) => response.writeHead(302, { location: '/elsewhere' }).end()) as RequestListener,
    },
    { claim: 'hangs up', answer: ((request) => request.socket.destroy()) as RequestListener },
    { claim: 'sends a page', answer: ((_, response) => response.end('<html>')) as RequestListener },
    { claim: 'never stops', answer: ((_, response) => response.end(' '.repeat(5000))) as RequestListener },
    {
      claim: 'stops in the middle',
      answer: ((_, response) =>
        response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy())) as RequestListener,
    },
  ])('T14: that $claim can’t say, is left alone for a while, and nothing of it is kept', async ({ answer }) => {
    let good = false
    const { url, asked } = await sources.serve((request, response) =>
      good ? response.end(SPECIFICATION) : answer(request, response),
    )
    const own = store(from(url))
    expect(await own.find(revision())).toEqual({ kind: 'unavailable' })
    expect(await own.find(revision())).toEqual({ kind: 'unavailable' })
    expect(asked).toHaveLength(1)
    expect(troubles).toHaveLength(1)
    good = true
    now += 5000
    expect(await own.find(revision())).toEqual({ kind: 'found', text: SPECIFICATION })
  })

  test('that goes on failing is asked later and later', async () => {
    const { url, asked } = await sources.serve((_, response) => response.writeHead(500).end())
    const own = store(from(url))
    const times: number[] = []
    for (; now < 1_000_000 + 60_000; now += 1000) {
      const before = asked.length
      await own.find(revision())
      if (asked.length > before) times.push((now - 1_000_000) / 1000)
    }
    expect(times).toEqual([0, 5, 15, 35])
  })

  test('that fails for many revisions is left alone for all of them', async () => {
    const { url, asked } = await sources.serve((_, response) => response.writeHead(500).end())
    const own = store(from(url))
    for (let digit = 0; digit < 9; digit++) await own.find(revision(`${digit}`.repeat(12)))
    expect(asked).toHaveLength(5)
  })

  test('that is slow holds nobody up longer than the wait, and its answer serves the next', async () => {
    let release = () => {}
    const { url, asked } = await sources.serve((_, response) => {
      release = () => response.end(SPECIFICATION)
    })
    const own = store({ ...from(url), waitMs: 100 })
    expect(await own.find(revision())).toEqual({ kind: 'unavailable' })
    release()
    await expect.poll(() => own.find(revision()), { timeout: 30_000 }).toEqual({ kind: 'found', text: SPECIFICATION })
    expect(asked).toHaveLength(1)
  })

  test('that never answers is given up after its time', async () => {
    const { url } = await sources.serve(() => {})
    const own = store(from(url, { timeoutMs: 50 }))
    expect(await own.find(revision())).toEqual({ kind: 'unavailable' })
    expect(troubles[0]).toContain(url)
  })

  test('is asked so often in a minute and no oftener', async () => {
    const { url, asked } = await sources.serve((_, response) => response.writeHead(404).end())
    const own = store(from(url, { maxFetchesPerMinute: 2 }))
    const kinds: string[] = []
    for (const digit of '123') kinds.push((await own.find(revision(digit.repeat(12)))).kind)
    expect(kinds).toEqual(['unknown', 'unknown', 'unavailable'])
    now += 60_000
    expect((await own.find(revision('3'.repeat(12)))).kind).toBe('unknown')
    expect(asked).toHaveLength(3)
  })
})
