import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { convertedFilePath, readConvertedContents, readConvertedIndex } from '../../data/converted/converted-file.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { ownIdentity } from '../../data/spool/process-identity.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { ConvertOptionsInput } from '../../server/convert/options.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, pause } from '../support/tidewatch-process.ts'

/** The converter as it runs: its compiled process, with real threads, on a real spool. */
const ENTRY = fileURLToPath(new URL('../../dist/server/convert/main.js', import.meta.url))

let state: string
let children: ChildProcess[]
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-converter-'))
  await makeSpoolFolders(join(state, 'spool'))
  children = []
})
afterEach(async () => {
  for (const child of children) await kill(child)
  await removeFolder(state)
})

const mount = (...words: string[]) => spawnSync('mount', words).status === 0
const canMount = await (async () => {
  const place = await mkdtemp(join(tmpdir(), 'tidewatch-mount-'))
  const isMounted = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place)
  if (isMounted) spawnSync('umount', ['-l', place])
  await rm(place, { recursive: true })
  return isMounted
})()

interface RunningConverter {
  readonly child: ChildProcess
  readonly told: string[]
  /** What it logged. */
  output(): string
}

async function start(options: Omit<ConvertOptionsInput, 'state'> = {}): Promise<RunningConverter> {
  const child = fork(ENTRY, [JSON.stringify({ state, logLevel: 'silent', ...options })], { silent: true })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  const told: string[] = []
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('kind' in message)) return
      if (message.kind === 'ready') resolve()
      if (message.kind === 'converted' && 'segment' in message) told.push(String(message.segment))
    })
  })
  await Promise.race([ready, once(child, 'exit').then(() => Promise.reject(new Error('the converter ended')))])
  return { child, told, output: () => output }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function stop(child: ChildProcess): Promise<number | null> {
  const gone = once(child, 'exit')
  child.send({ kind: 'stop' })
  await gone
  return child.exitCode
}

let documents = 0
function nextId(): string {
  return `00000000-0000-4000-8000-${String(documents++).padStart(12, '0')}`
}

/** Writes closed segments, one for each list of bodies, and answers the ids of their submissions. */
async function spool(...segments: readonly (readonly (string | Buffer)[])[]): Promise<string[]> {
  const ids: string[] = []
  for (const bodies of segments) {
    const writer = new SpoolWriter({
      spool: join(state, 'spool'),
      receiver: 'edge',
      segmentMaxAgeMs: 1e9,
      segmentMaxBytes: 1e9,
    })
    await writer.append({ kind: 'heartbeat' })
    for (const body of bodies) {
      const id = nextId()
      const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
      await writer.append({ kind: 'submission', path, attributes: {}, body: [Buffer.from(body)] })
      ids.push(id)
    }
    await writer.stop()
  }
  return ids
}

async function convertedSegments(): Promise<string[]> {
  const names = await readdir(join(state, 'converted')).catch(() => [])
  return names.filter((name) => name.endsWith('.converted')).map((name) => name.slice(0, -'.converted'.length))
}

async function untilConverted(count: number): Promise<string[]> {
  return await eventually(`${count} converted files`, async () => {
    const segments = await convertedSegments()
    return segments.length >= count ? segments.sort() : null
  })
}

async function allRecords() {
  const records = []
  for (const segment of await convertedSegments()) {
    records.push(...(await readConvertedIndex(convertedFilePath(join(state, 'converted'), segment))).records)
  }
  return records
}

const GOOD = '{"ver":1,"info":{"reason":"idle-daily"}}'

describe('a converter', () => {
  test('converts what is closed before it starts and after, tells of each, and leaves the raw segments claimed', async () => {
    const before = await spool([GOOD, 'no JSON'])
    const { told } = await start()
    await untilConverted(1)
    const after = await spool([GOOD], [GOOD])
    const segments = await untilConverted(3)
    await eventually('three messages', async () => (told.length === 3 ? true : null))
    expect([...told].sort()).toEqual(segments)
    const records = await allRecords()
    expect(records.map(({ documentId }) => documentId).sort()).toEqual([...before, ...after].sort())
    expect(await readdir(join(state, 'spool', 'closed'))).toEqual([])
    expect(await readdir(join(state, 'spool', 'claimed'))).toHaveLength(3)
  })

  test('uses as many threads as it is given, and converts each segment once', async () => {
    const ids = await spool(...Array.from({ length: 12 }, () => [GOOD, GOOD, GOOD]))
    const { told } = await start({ workers: 3 })
    await untilConverted(12)
    await eventually('twelve messages', async () => (told.length === 12 ? true : null))
    expect(new Set(told).size).toBe(12)
    expect((await allRecords()).map(({ documentId }) => documentId).sort()).toEqual(ids)
  })

  test('asked to stop, converts what is closed first', async () => {
    const { child } = await start()
    await spool([GOOD], [GOOD], [GOOD])
    expect(await stop(child)).toBe(0)
    expect(await convertedSegments()).toHaveLength(3)
  })

  test('shares a state directory with others: nobody converts what another has', async () => {
    const converters = await Promise.all([start(), start(), start()])
    const ids = await spool(...Array.from({ length: 9 }, () => [GOOD]))
    await untilConverted(9)
    await eventually('nine messages', async () => (converters.flatMap(({ told }) => told).length >= 9 ? true : null))
    const told = converters.flatMap(({ told }) => told)
    expect(told.length).toBe(new Set(told).size)
    expect((await allRecords()).map(({ documentId }) => documentId).sort()).toEqual(ids)
  })

  test('does not convert again what has its converted file', async () => {
    await spool([GOOD])
    const first = await start()
    const [segment] = await untilConverted(1)
    await kill(first.child)
    const path = convertedFilePath(join(state, 'converted'), segment ?? '')
    await writeFile(path, 'as somebody left it')
    const second = await start()
    await eventually('it is told of again', async () => (second.told.includes(segment ?? '') ? true : null))
    expect(await readFile(path, 'utf8')).toBe('as somebody left it')
  })

  test('converts again what has lost its converted file before it was merged', async () => {
    await spool([GOOD])
    await start()
    const [segment = ''] = await untilConverted(1)
    const path = convertedFilePath(join(state, 'converted'), segment)
    await rename(path, join(state, 'damaged'))
    await untilConverted(1)
    expect((await readConvertedIndex(path)).records).toHaveLength(1)
  })

  test('T9: tries again what it could not write, once it can', async () => {
    await writeFile(join(state, 'corrupted'), 'a file where a folder is wanted')
    await writeFile(join(state, 'spool', 'closed', 'garbage'), 'no frames')
    const { child } = await start()
    await spool([GOOD])
    const [only] = await untilConverted(1)
    expect(only).not.toBe('garbage')
    await rm(join(state, 'corrupted'))
    expect(await untilConverted(2)).toContain('garbage')
    expect(child.exitCode).toBeNull()
  })
})

describe('a full disk', () => {
  test.skipIf(!canMount)('makes segments wait, is told once, and loses nothing (needs root)', async () => {
    const disk = join(state, 'converted')
    await mkdir(disk)
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk)
    try {
      await writeFile(join(disk, 'filler'), Buffer.alloc(1024 ** 2))
      const ids = await spool([GOOD, GOOD], [GOOD], [GOOD])
      const { output } = await start({ workers: 1, logLevel: 'debug' })
      const failures = (level: number) =>
        output()
          .split('\n')
          .filter((line) => line.includes(`"level":${level}`) && line.includes('could not be converted'))
      await eventually('all are tried again', async () => (failures(20).length >= 4 ? true : null))
      expect(failures(50)).toHaveLength(1)
      expect(failures(50)[0]).toContain('ENOSPC')
      expect(await convertedSegments()).toEqual([])
      await rm(join(disk, 'filler'))
      await untilConverted(3)
      expect((await allRecords()).map(({ documentId }) => documentId).sort()).toEqual(ids)
    } finally {
      for (const child of children) await kill(child)
      spawnSync('umount', ['-l', disk])
    }
  })
})

describe('what doesn’t belong into a spool', () => {
  test('holds nothing up: garbage, empty and torn segments, foreign files, names too long to be claimed', async () => {
    const closed = (name: string) => join(state, 'spool', 'closed', name)
    const tooLong = 'x'.repeat(254)
    const old = (at: number) => `edge-${at}-4194305.1x1x1-${String(at).padStart(16, '0')}.v3`
    await writeFile(closed(old(1)), '')
    await writeFile(closed(old(2)), 'no segment at all')
    await writeFile(closed(old(3)), Buffer.alloc(100_000))
    await writeFile(closed('notes.txt'), 'a list of things to buy')
    await writeFile(closed('telemetry.v1.log'), Buffer.from('\x1e\x05'))
    await writeFile(closed(tooLong), 'x')
    await mkdir(closed('folder'))
    await writeFile(join(state, 'spool', 'open', 'notes.txt'), 'x')
    await writeFile(join(state, 'spool', 'claimed', `${old(4)}~4194305.${ownIdentity().split('.')[1]}`), 'torn')
    const ids = await spool([GOOD], [GOOD])
    const { child } = await start()
    const segments = await untilConverted(8)
    expect(segments).toEqual(expect.arrayContaining([old(1), old(2), old(3), old(4), 'notes.txt', 'telemetry.v1.log']))
    expect((await allRecords()).map(({ documentId }) => documentId).sort()).toEqual(ids)
    expect((await readdir(join(state, 'spool', 'closed'))).sort()).toEqual(['folder', tooLong])
    expect(await readdir(join(state, 'spool', 'open'))).toEqual(['notes.txt'])
    expect(await stop(child)).toBe(0)
  })
})

/** Read without bounds, this takes many times the memory that is given, and seconds. */
const HEAVY = gzipSync(`{"ver":1,"x":[${'[],'.repeat(2_000_000)}[]]}`)
const HEAVIER = gzipSync(`{"ver":1,"x":[${'[],'.repeat(8_000_000)}[]]}`)
const UNBOUNDED = { maxJsonValues: 1e9, maxInflatedBytes: 1e8 }

describe('a submission that ends its worker', () => {
  test('is found, kept whole as bad_payload with what it did, and holds nothing up', async () => {
    const ids = await spool([GOOD, HEAVY, GOOD, HEAVY], [GOOD])
    await start({ ...UNBOUNDED, workerMemoryMb: 48 })
    await untilConverted(2)
    await expectIsolated(ids, [1, 3], /^it ended 2 workers that converted it; of the last: .*memory/)
  })

  test('because it takes too long, as well', async () => {
    const ids = await spool([GOOD, GOOD, HEAVIER])
    await start({ ...UNBOUNDED, workerMemoryMb: 4096, submissionTimeoutMs: 400 })
    await untilConverted(1)
    await expectIsolated(ids, [2], /^it ended 2 workers that converted it; of the last: it took longer than 0.4 s$/)
  })

  test('after the second process that ended with it, is no danger for a third; others are converted meanwhile', async () => {
    const ids = await spool([GOOD, HEAVIER, GOOD], [GOOD])
    const claimedBy = async (pid: number | undefined) =>
      (await readdir(join(state, 'spool', 'claimed'))).some((name) => name.includes(`~${pid}.`)) ? true : null
    for (let death = 0; death < 2; death++) {
      const { child } = await start({ ...UNBOUNDED, workerMemoryMb: 4096 })
      await eventually('it has the segment', () => claimedBy(child.pid))
      // As the kernel does that has no memory left.
      await kill(child)
    }
    const { child, output } = await start({ ...UNBOUNDED, workerMemoryMb: 48, logLevel: 'error' })
    await untilConverted(2)
    await expectIsolated(ids, [1], /^it ended 2 workers that converted it; of the last: .*memory/)
    expect(output()).not.toContain('a worker thread died')
    expect(child.exitCode).toBeNull()
  })
})

/** Those at `poisonous` are `bad_payload`, whole, for a reason like `why`; all others are accepted. */
async function expectIsolated(ids: readonly string[], poisonous: readonly number[], why: RegExp): Promise<void> {
  const problems = new Map<string, string>()
  for (const segment of await convertedSegments()) {
    for await (const { record, content } of readConvertedContents(
      convertedFilePath(join(state, 'converted'), segment),
    )) {
      problems.set(record.documentId, record.problem)
      if (record.problem !== 'bad_payload') continue
      expect(record.causes).toEqual([
        { problem: 'bad_payload', field: 'conversion', value: expect.stringMatching(why) },
      ])
      expect(content.kind === 'raw' && [HEAVY, HEAVIER].some((body) => body.equals(content.body))).toBe(true)
    }
  }
  const expected = ids.map((_, at) => (poisonous.includes(at) ? 'bad_payload' : 'none'))
  expect(ids.map((id) => problems.get(id))).toEqual(expected)
}

describe('histogram specifications', () => {
  const payload = (revision: string) =>
    `{"ver":1,"histograms":{"USED":{"values":{"0":1},"sum":0}},"info":{"revision":"http://hg.mozilla.org/mozilla-central/rev/${revision}"}}`

  test('are fetched once for all threads', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      setTimeout(() => response.end('{"USED":{"kind":"boolean"}}'), 100)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a port was expected')
    try {
      await spool(...Array.from({ length: 6 }, () => [payload('aaaaaaaaaaaa'), payload('aaaaaaaaaaaa')]))
      const specifications = { server: { url: `http://127.0.0.1:${address.port}` } }
      await start({ workers: 3, specifications })
      await untilConverted(6)
      expect((await allRecords()).map(({ outcome }) => outcome)).toEqual(Array(12).fill('accepted'))
      expect(asked).toEqual(['/mozilla-central/raw-file/aaaaaaaaaaaa/toolkit/components/telemetry/Histograms.json'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  const REAL = '../shared/real'
  test.skipIf(!existsSync(REAL))('of ../shared/real convert the real log of 2013 there', async () => {
    await mkdir(join(state, 'own'))
    await copyFile(
      join(REAL, 'histograms', 'a55c55edf302.FIREFOX_AURORA_23_BASE.json'),
      join(state, 'own', 'a55c55edf302.FIREFOX_AURORA_23_BASE.json'),
    )
    await copyFile(join(REAL, 'telemetry1.v1.log'), join(state, 'spool', 'closed', 'telemetry1.v1.log'))
    await start({ specifications: { folder: join(state, 'own') } })
    await untilConverted(1)
    const path = convertedFilePath(join(state, 'converted'), 'telemetry1.v1.log')
    for await (const { record, content } of readConvertedContents(path)) {
      expect(record).toMatchObject({ outcome: 'salvaged', problems: ['unknown_histogram'] })
      if (content.kind !== 'converted') throw new Error('it must be converted')
      expect(Object.keys(JSON.parse(content.payload).histograms)).toHaveLength(326)
      expect(Object.keys(JSON.parse(content.dropped).histograms).sort()).toEqual([
        'HTTP_OFFLINE_CACHE_DOCUMENT_LOAD',
        'MIXED_CONTENT_PAGE_LOAD',
      ])
    }
  })
})

describe('killed', () => {
  test('again and again in the middle of its work, it leaves one converted file of each segment', async () => {
    const bodies = Array.from({ length: 30 }, (_, at) => gzipSync(`{"ver":1,"x":"${String(at).repeat(20_000)}"}`))
    const ids = await spool(...Array.from({ length: 40 }, () => bodies))
    for (let round = 0; round < 8; round++) {
      const { child } = await start({ workers: 2 })
      await pause(round * 15)
      await kill(child)
    }
    const { child } = await start({ workers: 2 })
    expect(await untilConverted(40)).toHaveLength(40)
    expect(await stop(child)).toBe(0)
    expect((await allRecords()).map(({ documentId }) => documentId).sort()).toEqual(ids.sort())
    expect((await readdir(join(state, 'converted'))).filter((name) => !name.endsWith('.converted'))).toEqual([])
    expect(await readdir(join(state, 'spool', 'claimed'))).toHaveLength(40)
  })

  test('as its parent is, it ends as well', async () => {
    const parent = join(state, 'parent.mjs')
    await writeFile(
      parent,
      `import { fork } from 'node:child_process'
       const child = fork(${JSON.stringify(ENTRY)}, [${JSON.stringify(JSON.stringify({ state, logLevel: 'silent' }))}])
       child.on('message', (message) => message.kind === 'ready' && process.send({ kind: 'ready', pid: child.pid }))`,
    )
    const child = fork(parent)
    children.push(child)
    const [message] = await once(child, 'message')
    await kill(child)
    await eventually('the converter is gone', async () => (isRunning(message.pid) ? null : true))
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
