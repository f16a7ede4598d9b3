import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_CONSTANTS } from './definition-number.ts'
import { SpecificationStore } from './specification-store.ts'
import { revision, SHORT_HEX, SPECIFICATION, SpecificationSources } from './testing/specification-source.ts'

/** What becomes of specifications that can't be had at once. */

/** A machine may have other things to do. */
const PATIENCE = { timeout: 30_000 }

let state: string
let sources: SpecificationSources
let stores: SpecificationStore[]
let now: number
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-waiting-'))
  sources = new SpecificationSources()
  stores = []
  now = 1_000_000
})
afterEach(async () => {
  for (const store of stores) store.stop()
  await sources.stop()
  await rm(state, { recursive: true })
})

function storeOf(url: string, waitMs = 60_000): SpecificationStore {
  const store = new SpecificationStore({
    folder: null,
    cacheFolder: join(state, 'cache'),
    server: { url, form: 'raw-file', timeoutMs: 60_000, maxFetchesPerMinute: 100, missingTtlMs: 3_600_000 },
    constants: DEFAULT_CONSTANTS,
    maxBytes: 1_000,
    waitMs,
    lookAgainMs: 10,
    onTrouble: () => {},
    now: () => now,
  })
  stores.push(store)
  return store
}

const inCache = () =>
  readFile(join(state, 'cache', 'releases%2Fmozilla-release', `${SHORT_HEX}.json`), 'utf8').catch(() => null)

test.each([
  { status: 503, says: 'unavailable', pauseMs: 5_000 },
  { status: 404, says: 'unknown', pauseMs: 3_600_000 },
])(
  'what was answered $status is fetched once it can be had, without anybody asking again',
  PATIENCE,
  async (trouble) => {
    let { status } = trouble
    const { url, asked } = await sources.serve((_, response) => response.writeHead(status).end(SPECIFICATION))
    expect(await storeOf(url).find(revision())).toEqual({ kind: trouble.says })
    status = 200
    now += trouble.pauseMs
    await expect.poll(inCache, PATIENCE).toBe(SPECIFICATION)
    expect(asked).toHaveLength(2)
  },
)

test('what nobody has asked for in two days is let be', PATIENCE, async () => {
  const { url, asked } = await sources.serve((_, response) => response.writeHead(503).end())
  const store = storeOf(url)
  await store.find(revision())
  now += 48 * 3_600_000
  // Were the first looked for again, it would be so before the second, which was asked for later.
  await store.find(revision('b'.repeat(12)))
  now += 5_000
  await expect.poll(() => asked.length, PATIENCE).toBe(3)
  expect(asked.filter((path) => path.includes(SHORT_HEX))).toHaveLength(1)
})

test('one slow answer holds the conversion up once, not each submission that needs it', PATIENCE, async () => {
  const waiting: ServerResponse[] = []
  const { url, asked } = await sources.serve((_, response) => waiting.push(response))
  // A wait that no test lasts: whoever had to wait for all of it would never be answered.
  const store = storeOf(url, 10_000_000)
  const first = store.find(revision())
  await expect.poll(() => asked.length, PATIENCE).toBe(1)
  now += 10_000_000
  expect(await store.find(revision())).toEqual({ kind: 'unavailable' })
  for (const response of waiting) response.end(SPECIFICATION)
  expect(await first).toEqual({ kind: 'found', text: SPECIFICATION })
  expect(asked).toHaveLength(1)
})
