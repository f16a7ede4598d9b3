import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, type EpochMs, HOUR_MS } from '../domain/time.ts'
import type { SeenDamage } from './run-set.ts'
import type { SeenDocument, SeenDocuments } from './seen-documents.ts'
import { openSeen } from './seen-store.ts'
import { testKey } from './testing/test-key.ts'

// Every step is synced, which takes a busy disk its time.
vi.setConfig({ testTimeout: 60_000 })

const NOW: EpochMs = Date.UTC(2014, 0, 16, 14)
const RULES = { tailIds: 100, fanIn: 3, mostIds: 1000 }
let folder: string
let seen: SeenDocuments
let damage: SeenDamage[]
let errors: unknown[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-seen-'))
  damage = []
  errors = []
  seen = await open()
})

afterEach(async () => {
  await seen.close()
  await rm(folder, { recursive: true })
  expect(errors).toEqual([])
})

const open = () =>
  openSeen({ folder, rules: RULES, onDamage: (found) => damage.push(found), onError: (error) => errors.push(error) })

const ALL_MERGED = async (segments: readonly string[]) => new Set(segments)
const NONE_MERGED = async () => new Set<string>()

/** As after a crash or a stop: what is in memory is gone. */
async function reopen(readMerged = ALL_MERGED): Promise<void> {
  await seen.close()
  seen = await open()
  await seen.settle(readMerged)
  await seen.settled()
}

const documents = (first: number, end: number, receivedAt = NOW): SeenDocument[] =>
  Array.from({ length: end - first }, (_, n) => ({ duplicateKey: testKey(first + n), receivedAt }))

async function bring(segment: string, brought: readonly SeenDocument[], now = NOW): Promise<void> {
  await seen.settle(NONE_MERGED)
  await seen.remember(segment, brought, now)
  seen.confirm(segment)
}

/** Which of the first `end` documents are found. */
async function foundOf(end: number, segment = 'asking'): Promise<number[]> {
  const numbers = new Map(Array.from({ length: end }, (_, n) => [testKey(n), n]))
  const found = await seen.find([...numbers.keys()], segment)
  return [...new Set(found.map(({ duplicateKey }) => numbers.get(duplicateKey) ?? -1))].sort((a, b) => a - b)
}

const numbers = (first: number, end: number) => Array.from({ length: end - first }, (_, n) => first + n)
const filesOf = async (kind: string) => (await readdir(folder)).filter((name) => name.endsWith(kind)).sort()

describe('what was brought', () => {
  test('is found by other segments, with the time of its receipt, and not by its own', async () => {
    await bring('a', documents(0, 2))
    expect(await seen.find([testKey(1)], 'b')).toEqual([{ duplicateKey: testKey(1).slice(0, 32), receivedAt: NOW }])
    expect(await seen.find([testKey(1)], 'a')).toEqual([])
    expect(await seen.find([testKey(2)], 'b')).toEqual([])
    expect(await seen.find([], 'b')).toEqual([])
  })

  test('several times is found as often', async () => {
    await bring('a', documents(0, 1, NOW - DAY_MS))
    await bring('b', documents(0, 1, NOW))
    const found = await seen.find([testKey(0)], 'c')
    expect(found.map(({ receivedAt }) => receivedAt).sort()).toEqual([NOW - DAY_MS, NOW])
  })

  test('is found in tails, in runs and in what became of them, before and after a restart', async () => {
    for (let n = 0; n < 40; n++) await bring(`s${n}`, documents(n * 60, n * 60 + 60))
    await seen.settled()
    expect(await foundOf(2500)).toEqual(numbers(0, 2400))
    const { ids, runs } = seen.stats()
    expect(ids).toBe(2400)
    expect(runs).toBeLessThan(8)
    await reopen()
    expect(await foundOf(2500)).toEqual(numbers(0, 2400))
    expect(seen.stats().ids).toBe(2400)
    expect(await foundOf(60, 's0')).toEqual([])
    expect(await foundOf(61, 's0')).toEqual([60])
  })

  test('is found while runs are made in the background', async () => {
    const asked: Promise<number[]>[] = []
    for (let n = 0; n < 30; n++) {
      await bring(`s${n}`, documents(n * 50, n * 50 + 50))
      asked.push(foundOf((n + 1) * 50))
    }
    for (const [n, found] of (await Promise.all(asked)).entries()) expect(found).toEqual(numbers(0, (n + 1) * 50))
  })

  test('may be a single segment of many documents', async () => {
    await bring('large', documents(0, 5000))
    expect(await foundOf(5001)).toEqual(numbers(0, 5000))
    await reopen()
    expect(await foundOf(5001)).toEqual(numbers(0, 5000))
  })

  test.each([-1, 0, 1.5e12, 2 ** 48 - 1, 2 ** 52])('at %d is found', async (receivedAt) => {
    await bring('a', documents(0, 150, receivedAt))
    await reopen()
    expect(await foundOf(150)).toEqual(numbers(0, 150))
  })

  test('with keys that begin alike is told apart', async () => {
    const alike = Array.from({ length: 1000 }, (_, n) => `00000001${testKey(n).slice(8)}`)
    const rest = documents(0, 500)
    await bring('a', [...rest, ...alike.map((duplicateKey) => ({ duplicateKey, receivedAt: NOW }))])
    await reopen()
    const found = await seen.find([...alike, `00000001${testKey(1001).slice(8)}`], 'b')
    expect(found.map(({ duplicateKey }) => duplicateKey).sort()).toEqual([...alike].sort())
  })
})

describe('a transaction', () => {
  test('that is not committed leaves nothing, neither in memory nor on disk', async () => {
    await bring('a', documents(0, 10))
    await seen.remember('b', documents(10, 20), NOW)
    expect(await foundOf(30)).toEqual(numbers(0, 20))
    await bring('c', documents(20, 30))
    expect(await foundOf(30)).toEqual([...numbers(0, 10), ...numbers(20, 30)])
    await reopen()
    expect(await foundOf(30)).toEqual([...numbers(0, 10), ...numbers(20, 30)])
  })

  test('whose commit was not told of is settled by the ledger', async () => {
    await seen.remember('b', documents(0, 10), NOW)
    await seen.settle(ALL_MERGED)
    expect(await foundOf(10)).toEqual(numbers(0, 10))
  })

  test.each([
    { claim: 'committed', readMerged: ALL_MERGED, left: numbers(0, 20) },
    { claim: 'not committed', readMerged: NONE_MERGED, left: numbers(0, 10) },
  ])('in the middle of which the process ended is settled by the ledger: $claim', async ({ readMerged, left }) => {
    await bring('a', documents(0, 10))
    await seen.remember('b', documents(10, 20), NOW)
    await reopen(readMerged)
    expect(await foundOf(20)).toEqual(left)
    await reopen(NONE_MERGED)
    expect(await foundOf(20)).toEqual(left)
  })

  test('may not begin while the last one is in doubt', async () => {
    await seen.remember('a', documents(0, 1), NOW)
    await expect(seen.remember('b', documents(1, 2), NOW)).rejects.toThrow('in doubt')
    seen.confirm('another')
    await expect(seen.remember('b', documents(1, 2), NOW)).rejects.toThrow('in doubt')
    seen.confirm('a')
    await seen.remember('b', documents(1, 2), NOW)
  })

  test('asks the ledger for nothing else', async () => {
    const asked: string[] = []
    const readMerged = async (segments: readonly string[]) => {
      asked.push(...segments)
      return new Set(segments)
    }
    await bring('a', documents(0, 1))
    await seen.settle(readMerged)
    expect(asked).toEqual([])
    await reopen(readMerged)
    expect(asked).toEqual(['a'])
  })
})

describe('a disk', () => {
  test.each([1, 7, 21, 22, 50])('that kept all but the last %d bytes has all that was synced before', async (cut) => {
    await bring('a', documents(0, 10))
    await bring('b', documents(10, 20))
    const [name = ''] = await filesOf('.tail')
    await seen.close()
    const { size } = await stat(join(folder, name))
    await truncate(join(folder, name), size - cut)
    await reopen()
    expect(await foundOf(20)).toEqual(numbers(0, 10))
    expect(damage).toEqual([])
  })

  test('that added rubbish has all that was synced before', async () => {
    await bring('a', documents(0, 10))
    const [name = ''] = await filesOf('.tail')
    await seen.close()
    await appendFile(join(folder, name), Buffer.alloc(100, 7))
    await reopen()
    expect(await foundOf(20)).toEqual(numbers(0, 10))
    expect(damage).toEqual([])
  })

  test('that changed a bit in the middle of a tail loses that segment alone, and it is told', async () => {
    await bring('a', documents(0, 10))
    await bring('b', documents(10, 20))
    await bring('c', documents(20, 30))
    const [name = ''] = await filesOf('.tail')
    await seen.close()
    await flip(join(folder, name), 300)
    await reopen()
    expect(await foundOf(30)).toEqual([...numbers(0, 10), ...numbers(20, 30)])
    expect(damage).toMatchObject([{ bytes: 231 }])
  })

  test('that changed a bit in a run loses its block alone, and it is told', async () => {
    await bring('a', documents(0, 900))
    await seen.settled()
    const [name = ''] = await filesOf('.run')
    await seen.close()
    await flip(join(folder, name), 4096 + 500)
    seen = await open()
    expect((await foundOf(900)).length).toBe(900 - 186)
    expect(damage).toMatchObject([{ bytes: 4096 }])
  })

  test('is mended from what is known elsewhere, for good, and only where something was lost', async () => {
    const known = (first: number, end: number) =>
      (async function* () {
        yield documents(first, end).map((document) => ({ ...document, segment: 'a', rememberedAt: NOW }))
      })()
    expect(await seen.mend(() => known(0, 900))).toBeNull()
    await bring('a', documents(0, 900))
    await seen.settled()
    const [name = ''] = await filesOf('.run')
    await seen.close()
    await flip(join(folder, name), 4096 + 500)
    seen = await open()
    await seen.settle(ALL_MERGED)
    expect(await seen.mend(() => known(0, 900))).toBe(900)
    expect(await foundOf(900)).toEqual(numbers(0, 900))
    expect(await seen.mend(() => known(0, 900))).toBeNull()
    damage = []
    await reopen()
    expect(await foundOf(900)).toEqual(numbers(0, 900))
    expect(await foundOf(900, 'a')).toEqual([])
    expect(damage).toEqual([])
  })

  test('that changes a bit in a run that is open makes no copy of a document, and no error', async () => {
    await bring('a', documents(0, 150))
    await seen.settled()
    const [name = ''] = await filesOf('.run')
    await flip(join(folder, name), 500)
    expect(await foundOf(150)).toEqual([])
  })

  test('with a run and the tail that it was made of, or half a run, has every document once', async () => {
    await bring('a', documents(0, 100))
    const [tail = ''] = await filesOf('.tail')
    const bytes = await readFile(join(folder, tail)).catch(() => null)
    await seen.settled()
    expect(await filesOf('.tail')).toEqual([])
    if (bytes !== null) await writeFile(join(folder, tail), bytes)
    await writeFile(join(folder, '2014-01-16-00000099.run.aside'), 'half')
    await writeFile(join(folder, 'notes.txt'), 'of somebody else')
    await reopen()
    expect(seen.stats().ids).toBe(100)
    expect(await readdir(folder)).toHaveLength(2)
  })
})

test('a run that could not be made leaves nothing behind, and its documents are still found', async () => {
  await mkdir(join(folder, '2014-01-16-00000002.run'))
  await bring('a', documents(0, 100))
  await seen.settled()
  expect(errors.splice(0)).toHaveLength(1)
  expect(await filesOf('.aside')).toEqual([])
  await rm(join(folder, '2014-01-16-00000002.run'), { recursive: true })
  expect(await foundOf(100)).toEqual(numbers(0, 100))
  await reopen()
  expect(await foundOf(100)).toEqual(numbers(0, 100))
})

describe('what is forgotten', () => {
  test('is what was received and remembered before, by whole days', async () => {
    await bring('a', documents(0, 10), NOW)
    await bring('b', documents(10, 20, NOW + DAY_MS), NOW + DAY_MS)
    const midnight = Date.UTC(2014, 0, 17)
    expect(await seen.forget(midnight)).toBe(0)
    expect(await seen.forget(midnight + 1)).toBe(10)
    expect(await foundOf(20)).toEqual(numbers(10, 20))
    await reopen()
    expect(await foundOf(20)).toEqual(numbers(10, 20))
  })

  test('is kept as long as the day on which old logs were brought in', async () => {
    await bring('a', documents(0, 10, NOW - 400 * DAY_MS), NOW)
    expect(await seen.forget(NOW)).toBe(0)
    expect(await foundOf(10)).toEqual(numbers(0, 10))
    expect(await seen.forget(NOW + DAY_MS)).toBe(10)
  })

  test('is kept as long as what was received by a clock that was ahead', async () => {
    await bring('a', [...documents(0, 5), ...documents(5, 10, NOW + 3 * DAY_MS)], NOW)
    expect(await seen.forget(NOW + 2 * DAY_MS)).toBe(0)
    expect(await seen.forget(NOW + 4 * DAY_MS)).toBe(10)
    expect(await readdir(folder)).toEqual([])
  })

  test('is not what a transaction has just remembered', async () => {
    await seen.remember('a', documents(0, 10), NOW)
    expect(await seen.forget(NOW + 9 * DAY_MS)).toBe(0)
    seen.confirm('a')
    expect(await foundOf(10)).toEqual(numbers(0, 10))
  })

  test('leaves few files of a log that tells of a thousand days', async () => {
    const years = Array.from({ length: 1000 }, (_, n) => documents(n, n + 1, NOW - n * DAY_MS)).flat()
    for (let n = 0; n < 10; n++) await bring(`s${n}`, years.slice(n * 100, n * 100 + 100))
    await seen.settled()
    expect((await readdir(folder)).length).toBeLessThan(6)
    expect(await foundOf(1000)).toEqual(numbers(0, 1000))
  })
})

describe('what is restored', () => {
  async function* batches(count: number) {
    for (let n = 0; n < count; n++) {
      yield documents(n * 50, n * 50 + 50).map((document) => ({
        ...document,
        segment: `s${n}`,
        rememberedAt: NOW + n * HOUR_MS,
      }))
    }
  }

  test('is found like what was brought, without a word of the ledger, and in place of what was there', async () => {
    await bring('a', documents(5000, 5010))
    await seen.clear()
    expect(await seen.restore(batches(30))).toBe(1500)
    await seen.settled()
    expect(await foundOf(1500)).toEqual(numbers(0, 1500))
    expect(await foundOf(50, 's0')).toEqual([])
    await reopen(NONE_MERGED)
    expect(await foundOf(1500)).toEqual(numbers(0, 1500))
    expect(seen.stats().ids).toBe(1500)
  })

  test('may be a file of more documents than a tail holds', async () => {
    const row = { receivedAt: NOW, segment: 's', rememberedAt: NOW }
    async function* file() {
      yield Array.from({ length: 250 }, (_, n) => ({ ...row, duplicateKey: testKey(n) }))
    }
    expect(await seen.restore(file())).toBe(250)
    await seen.settled()
    expect(await foundOf(250)).toEqual(numbers(0, 250))
    expect((await filesOf('.tail')).length).toBe(1)
    expect(await filesOf('.run')).not.toEqual([])
  })
})

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = (bytes[at] ?? 0) ^ 4
  await writeFile(path, bytes)
}
