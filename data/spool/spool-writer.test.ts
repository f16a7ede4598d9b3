import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BLOCK_BYTES } from './block.ts'
import { isBlockMemory } from './block-memory.ts'
import { makeSpoolFolders } from './folders.ts'
import type { SpoolEntry } from './frame.ts'
import { closeOrphans } from './orphans.ts'
import { ownIdentity } from './process-identity.ts'
import type { Segment } from './read-segment.ts'
import { readSegment } from './read-segment.ts'
import type { CreateSegmentFile, SegmentFile } from './segment-file.ts'
import { createSegmentFile } from './segment-file.ts'
import { claimNext } from './segment-queue.ts'
import type { AppendResult, SpoolWriterOptions } from './spool-writer.ts'
import { SpoolWriter } from './spool-writer.ts'
import { listUnmerged } from './unmerged.ts'

/** A busy disk takes its time to sync. */
const WAIT = { timeout: 10_000 }

let spool: string
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-spool-'))
  await makeSpoolFolders(spool)
})
afterEach(() => rm(spool, { recursive: true }))

const START = Date.UTC(2014, 0, 16)
const HEARTBEAT: SpoolEntry = { kind: 'heartbeat' }
const submission = (path: string, body = 'body'): SpoolEntry => ({
  kind: 'submission',
  path,
  attributes: {},
  body: [Buffer.from(body)],
})

function openWriter(options: Partial<SpoolWriterOptions> = {}): SpoolWriter {
  return new SpoolWriter({ spool, receiver: 'local', segmentMaxAgeMs: 60_000, segmentMaxBytes: 1 << 20, ...options })
}

const files = (folder: string) => readdir(join(spool, folder))

async function read(folder: string): Promise<Segment[]> {
  const names = (await files(folder)).sort()
  return Promise.all(names.map((name) => readSegment(join(spool, folder, name))))
}

/** `path@ms since start` of every submission, `♥@…` of every heartbeat. */
function said(segments: readonly Segment[]): string[] {
  return segments.flatMap(({ frames }) =>
    frames.map((frame) => `${frame.kind === 'submission' ? frame.path : '♥'}@${frame.receivedAt - START}`),
  )
}

/** Files as they are, except for what `breakIt` does before a step. */
function breaking(
  breakIt: (step: 'create' | 'append' | 'syncEntry' | 'sync') => void | Promise<void>,
): CreateSegmentFile {
  return async (path): Promise<SegmentFile> => {
    await breakIt('create')
    const file = await createSegmentFile(path)
    return {
      ...file,
      async append(pieces) {
        await breakIt('append')
        await file.append(pieces)
      },
      async syncEntry() {
        await breakIt('syncEntry')
        await file.syncEntry()
      },
      async sync() {
        await breakIt('sync')
        await file.sync()
      },
    }
  }
}

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
const kinds = (results: readonly AppendResult[]) =>
  results.map((result) => (result.kind === 'failed' ? result.cause : result.kind))

describe('writing', () => {
  test('entries are read back in the order they were given, with the frame they were told', async () => {
    const writer = openWriter({ now: () => START })
    const results = await Promise.all(
      [HEARTBEAT, submission('/a'), submission('/b'), HEARTBEAT].map((entry) => writer.append(entry)),
    )
    await writer.stop()
    const [segment, ...more] = await read('closed')
    expect(more).toEqual([])
    expect(said(segment ? [segment] : [])).toEqual(['♥@0', '/a@0', '/b@0', '♥@0'])
    expect(results).toEqual(
      [0, 1, 2, 3].map((frame) => ({ kind: 'synced', segment: segment?.header.segment, frame, receivedAt: START })),
    )
  })

  test('what waits is written and synced together', async () => {
    const steps: string[] = []
    const writer = openWriter({ createFile: breaking((step) => void steps.push(step)) })
    await Promise.all(Array.from({ length: 50 }, (_, index) => writer.append(submission(`/${index}`))))
    await writer.stop()
    expect(steps).toEqual(['create', 'append', 'syncEntry', 'append', 'sync'])
  })

  test('nothing is said to be synced before the sync has ended', async () => {
    let endSync = () => {}
    const syncs = new Promise<void>((resolve) => {
      endSync = resolve
    })
    const reached = vi.fn()
    const writer = openWriter({
      createFile: breaking(async (step) => {
        if (step !== 'sync') return
        reached()
        await syncs
      }),
    })
    let result: AppendResult | undefined
    const appended = writer.append(submission('/a')).then((answer) => {
      result = answer
    })
    await vi.waitFor(() => expect(reached).toHaveBeenCalled(), WAIT)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(result).toBeUndefined()
    endSync()
    await appended
    expect(result).toMatchObject({ kind: 'synced' })
    await writer.stop()
  })

  test('after the stop nothing is taken', async () => {
    const writer = openWriter()
    const before = writer.append(submission('/a'))
    const stopped = writer.stop()
    expect(await writer.append(submission('/b'))).toMatchObject({ kind: 'failed' })
    expect(await before).toMatchObject({ kind: 'synced' })
    await stopped
    expect(await files('open')).toEqual([])
  })

  test('an entry that no frame can hold fails alone', async () => {
    const writer = openWriter()
    const results = await Promise.all(
      [submission('/a'), submission('x'.repeat(70_000)), submission('/b')].map((entry) => writer.append(entry)),
    )
    await writer.stop()
    expect(kinds(results)).toEqual(['synced', 'other', 'synced'])
    expect((await read('closed'))[0]?.frames.map(({ number }) => number)).toEqual([0, 1])
  })
})

describe('segments', () => {
  test('one is closed when it is long enough, and none of its bytes goes elsewhere', async () => {
    // Each is written by itself, and so takes a block, as the header does.
    const writer = openWriter({ segmentMaxBytes: 4 * BLOCK_BYTES })
    for (let index = 0; index < 6; index++) await writer.append(submission(`/${index}`, 'x'.repeat(400)))
    await writer.stop()
    expect((await read('closed')).map(({ frames }) => frames.length)).toEqual([3, 3])
  })

  test('one is closed when it is old enough, traffic or not, and the next one is open then', async () => {
    const writer = openWriter({ segmentMaxAgeMs: 30 })
    await writer.append(submission('/a'))
    await vi.waitFor(
      async () => expect((await read('closed')).some(({ frames }) => frames.length === 1)).toBe(true),
      WAIT,
    )
    // One or, for a moment, two: the next is made before the last one goes.
    expect((await files('open')).length).toBeGreaterThan(0)
    await writer.stop()
  })

  test('one without a frame is not left behind', async () => {
    const writer = openWriter({ segmentMaxAgeMs: 20 })
    await writer.append(submission('/a'))
    await new Promise((resolve) => setTimeout(resolve, 150))
    await writer.stop()
    expect(await files('open')).toEqual([])
    expect((await read('closed')).map(({ frames }) => frames.length)).toEqual([1])
  })

  test('at every moment an unmerged one covers what is received: created before it, and after all of the last', async () => {
    let now = START
    const writer = openWriter({ segmentMaxBytes: 300, now: () => now })
    for (let index = 0; index < 20; index++) {
      now += 7
      const lowest = (await listUnmerged(spool)).at(-1)?.createdAt
      const result = await writer.append(submission('/a', 'x'.repeat(100)))
      expect(result.kind === 'synced' && result.receivedAt).toBeGreaterThanOrEqual(lowest ?? 0)
    }
    await writer.stop()
    const segments = (await read('closed')).sort((a, b) => a.header.createdAt - b.header.createdAt)
    expect(segments.length).toBeGreaterThan(3)
    for (const [index, { header, frames }] of segments.entries()) {
      const before = segments[index - 1]?.frames.at(-1)?.receivedAt ?? 0
      expect(header.createdAt).toBeGreaterThanOrEqual(before)
      expect(frames[0]?.receivedAt).toBeGreaterThanOrEqual(header.createdAt)
    }
  })

  test('a clock that is set back is waited out, across segments', async () => {
    const times = [100, 200, 50, 60, 300, 10]
    let now = START
    const writer = openWriter({ segmentMaxBytes: 1, now: () => now })
    const results: AppendResult[] = []
    for (const time of times) {
      now = START + time
      results.push(await writer.append(submission('/a')))
    }
    await writer.stop()
    expect(results.map((result) => result.kind === 'synced' && result.receivedAt - START)).toEqual([
      100, 200, 200, 200, 300, 300,
    ])
    for (const { header, frames } of await read('closed'))
      expect(frames[0]?.receivedAt).toBeGreaterThanOrEqual(header.createdAt)
  })

  test('a clock that was far ahead is believed as soon as it is right, in a segment of its own', async () => {
    let now = START + 3_600_000
    const writer = openWriter({ now: () => now })
    const ahead = await writer.append(submission('/a'))
    now = START
    const right = await writer.append(submission('/b'))
    await writer.stop()
    const timeOf = (result: AppendResult) => result.kind === 'synced' && result.receivedAt - START
    expect([timeOf(ahead), timeOf(right)]).toEqual([3_600_000, 0])
    expect((await read('closed')).map(({ frames }) => frames.length)).toEqual([1, 1])
  })

  test('a spool that was removed under the writer takes no more, instead of writing into files without a name', async () => {
    const writer = openWriter({ segmentMaxAgeMs: 10_000, segmentMaxBytes: 1, onTrouble: () => undefined })
    expect((await writer.append(submission('/a'))).kind).toBe('synced')
    await rm(join(spool, 'open'), { recursive: true })
    expect((await writer.append(submission('/b'))).kind).toBe('failed')
    await writer.stop()
  })

  test('no name comes twice, however fast they follow each other', async () => {
    const writer = openWriter({ segmentMaxBytes: 1, now: () => START })
    const results = []
    for (let index = 0; index < 30; index++) results.push(await writer.append(HEARTBEAT))
    await writer.stop()
    expect(new Set(results.map((result) => result.kind === 'synced' && result.segment)).size).toBe(30)
    expect(await files('closed')).toHaveLength(30)
  })
})

describe('lanes', () => {
  /** Files whose syncs in the first `held` segments wait for `letGo`. */
  function holding(held: number) {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let made = 0
    const reached = vi.fn()
    const createFile: CreateSegmentFile = async (path) => {
      const file = await createSegmentFile(path)
      const isHeld = made++ < held
      return {
        ...file,
        async sync() {
          if (isHeld) {
            reached()
            await gate
          }
          await file.sync()
        },
      }
    }
    const isReached = (times = 1) => vi.waitFor(() => expect(reached).toHaveBeenCalledTimes(times), WAIT)
    return { createFile, letGo, isReached }
  }

  const MANY = 40
  const many = (writer: SpoolWriter, count = MANY) =>
    Promise.all(Array.from({ length: count }, (_, index) => writer.append(submission(`/${index}`))))
  const segmentsOf = (results: readonly AppendResult[]) =>
    new Set(results.map((result) => result.kind === 'synced' && result.segment))

  test('while one commit is on its way, those who come are committed beside it, in a segment of their own', async () => {
    const { createFile, letGo, isReached } = holding(1)
    const writer = openWriter({ createFile })
    const first = writer.append(submission('/first'))
    await isReached()
    const beside = await many(writer)
    expect(segmentsOf(beside).size).toBe(1)
    letGo()
    expect(segmentsOf([await first, ...beside]).size).toBe(2)
    await writer.stop()
    expect((await read('closed')).map(({ frames }) => frames.length).sort((a, b) => a - b)).toEqual([1, MANY])
  })

  test('where few wait, there is one segment', async () => {
    const { createFile, letGo, isReached } = holding(1)
    const writer = openWriter({ createFile })
    const first = writer.append(submission('/first'))
    await isReached()
    const second = writer.append(submission('/second'))
    letGo()
    expect(segmentsOf([await first, await second]).size).toBe(1)
    await writer.stop()
  })

  test('beside two commits a third is begun for a crowd, and not for fewer', async () => {
    const { createFile, letGo, isReached } = holding(2)
    const writer = openWriter({ createFile })
    const first = writer.append(submission('/first'))
    await isReached()
    const second = many(writer)
    await isReached(2)
    const fewer = many(writer)
    // They would be in a third segment by now, as the crowd is at the end of this.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(await files('open')).toHaveLength(2)
    const crowd = await many(writer, 2 * MANY)
    expect(await files('open')).toHaveLength(3)
    letGo()
    const before = segmentsOf([await first, ...(await second)])
    expect(before.size).toBe(2)
    for (const segment of segmentsOf([...(await fewer), ...crowd])) expect(before).not.toContain(segment)
    await writer.stop()
  })

  test('when it has become quiet again, one segment stays open', async () => {
    const { createFile, letGo, isReached } = holding(1)
    const writer = openWriter({ createFile, segmentMaxAgeMs: 50 })
    const first = writer.append(submission('/first'))
    await isReached()
    await many(writer)
    letGo()
    await first
    await vi.waitFor(async () => expect(await files('closed')).toHaveLength(2), WAIT)
    const openCounts: number[] = []
    for (let look = 0; look < 20; look++) {
      openCounts.push((await files('open')).length)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    // For a moment two, where the next is made before the last one goes.
    expect(Math.min(...openCounts)).toBeGreaterThan(0)
    expect(openCounts).toContain(1)
    await writer.stop()
    expect(await files('open')).toEqual([])
  })

  test('a lane that fails takes nothing of the other with it', async () => {
    let made = 0
    const { createFile: create, letGo, isReached } = holding(1)
    const writer = openWriter({
      createFile: async (path) => {
        const isSecond = made++ === 1
        const file = await create(path)
        return isSecond ? { ...file, sync: () => Promise.reject(noSpace()) } : file
      },
    })
    const first = writer.append(submission('/first'))
    await isReached()
    expect(new Set(kinds(await many(writer)))).toEqual(new Set(['no_space']))
    letGo()
    expect(await first).toMatchObject({ kind: 'synced', frame: 0 })
    expect(await writer.append(submission('/after'))).toMatchObject({ kind: 'synced', frame: 1 })
    await writer.stop()
    expect((await read('closed')).map(({ frames }) => frames.length)).toEqual([2])
  })

  test('under load: each is where it was said to be, in order of time, and never below the watermark', async () => {
    const writer = openWriter({ segmentMaxBytes: 20_000, segmentMaxAgeMs: 15 })
    await writer.append(HEARTBEAT)
    const places = new Map<string, string>()
    let watermark = 0
    const client = async (name: number) => {
      for (let index = 0; index < 40; index++) {
        const path = `/${name}/${index}`
        const lowest = watermark
        const result = await writer.append(submission(path, 'x'.repeat(10 * name)))
        if (result.kind !== 'synced') throw result.error
        expect(result.receivedAt).toBeGreaterThanOrEqual(lowest)
        places.set(path, `${result.segment} ${result.frame} ${result.receivedAt}`)
      }
    }
    let isDone = false
    const watching = (async () => {
      while (!isDone) {
        // As if all that is closed were merged: what is open alone has to hold it.
        const open = (await files('open')).map((name) => Number(name.split('-')[1]))
        if (open.length > 0) watermark = Math.max(watermark, Math.min(...open))
      }
    })()
    await Promise.all(Array.from({ length: 60 }, (_, name) => client(name)))
    isDone = true
    await watching
    await writer.stop()

    const segments = await read('closed')
    const found = new Map<string, string>()
    for (const { header, frames } of segments) {
      for (const [index, frame] of frames.entries()) {
        expect(frame.receivedAt).toBeGreaterThanOrEqual(frames[index - 1]?.receivedAt ?? header.createdAt)
        if (frame.kind !== 'submission') continue
        found.set(frame.path, `${header.segment} ${frame.number} ${frame.receivedAt}`)
      }
    }
    expect(found).toEqual(places)
  })
})

describe('trouble', () => {
  test.each([
    { claim: 'a full disk', error: noSpace(), cause: 'no_space' },
    { claim: 'a full quota', error: Object.assign(new Error('EDQUOT'), { code: 'EDQUOT' }), cause: 'no_space' },
    { claim: 'a broken disk', error: Object.assign(new Error('EIO'), { code: 'EIO' }), cause: 'other' },
  ])('$claim fails all that wait, and the segment is never written again', async ({ error, cause }) => {
    let broken = false
    const writer = openWriter({
      createFile: breaking((step) => {
        if (broken && step === 'sync') throw error
      }),
    })
    const first = await writer.append(submission('/before'))
    broken = true
    expect(kinds(await Promise.all([writer.append(submission('/x')), writer.append(submission('/y'))]))).toEqual([
      cause,
      cause,
    ])
    broken = false
    const after = await writer.append(submission('/after'))
    await writer.stop()
    expect(first).toMatchObject({ kind: 'synced' })
    expect(after).toMatchObject({ kind: 'synced', frame: 0 })
    expect(after.kind === 'synced' && after.segment).not.toBe(first.kind === 'synced' && first.segment)
    const paths = (await read('closed')).flatMap(({ frames }) =>
      frames.map((frame) => frame.kind === 'submission' && frame.path),
    )
    expect(paths).toEqual(expect.arrayContaining(['/before', '/after']))
  })

  test('while nothing can be written no files pile up', async () => {
    const writer = openWriter({
      createFile: breaking((step) => {
        if (step === 'sync') throw noSpace()
      }),
    })
    for (let index = 0; index < 5; index++) await writer.append(HEARTBEAT)
    await writer.stop()
    expect(await files('open')).toEqual([])
    expect(await files('closed')).toEqual([])
  })

  test('a spool that is moved away while a segment is made keeps nothing of it once it is back', async () => {
    const away = `${spool}-away`
    let isToMove = true
    const onTrouble = vi.fn()
    const writer = openWriter({
      onTrouble,
      createFile: breaking(async (step) => {
        if (step !== 'syncEntry' || !isToMove) return
        isToMove = false
        await rename(spool, away)
      }),
    })
    expect(await writer.append(submission('/refused'))).toMatchObject({ kind: 'failed', error: { code: 'ENOENT' } })
    await vi.waitFor(
      () => expect(onTrouble).toHaveBeenCalledWith(expect.stringContaining('closing'), expect.anything()),
      WAIT,
    )
    await rename(away, spool)
    expect(await files('open')).toHaveLength(1)
    expect(await writer.append(submission('/after'))).toMatchObject({ kind: 'synced' })
    await writer.stop()
    expect(await files('open')).toEqual([])
    expect(said(await read('closed')).map((text) => text.split('@')[0])).toEqual(['/after'])
  })

  test('however long nothing can be written, what is written then goes to the disk in the same way as before', async () => {
    let isBroken = true
    const arePieces: boolean[] = []
    const writer = openWriter({
      createFile: async (path) => {
        if (isBroken) throw noSpace()
        const file = await createSegmentFile(path)
        return {
          ...file,
          async append(pieces) {
            arePieces.push(...pieces.map((piece) => isBlockMemory(Buffer.from(piece.buffer, piece.byteOffset))))
            await file.append(pieces)
          },
        }
      },
    })
    // More tries than there is such memory for.
    for (let round = 0; round < 100; round++) expect(kinds([await writer.append(HEARTBEAT)])).toEqual(['no_space'])
    for (let round = 0; round < 100; round++) {
      expect(kinds([await writer.append(submission('x'.repeat(70_000)))])).toEqual(['other'])
    }
    isBroken = false
    await writer.append(HEARTBEAT)
    await writer.stop()
    expect(arePieces).toEqual([true, true])
  })

  test('where no next segment can be made, the sound one goes on', async () => {
    let full = false
    let attempts = 0
    const troubles: string[] = []
    const writer = openWriter({
      segmentMaxBytes: 200,
      onTrouble: (doing) => troubles.push(doing),
      createFile: breaking((step) => {
        if (!full || step !== 'create') return
        attempts++
        throw noSpace()
      }),
    })
    await writer.append(submission('/a', 'x'.repeat(300)))
    full = true
    expect(kinds([await writer.append(submission('/b')), await writer.append(submission('/c'))])).toEqual([
      'synced',
      'synced',
    ])
    await vi.waitFor(async () => {
      await writer.append(HEARTBEAT)
      expect(attempts).toBeGreaterThan(2)
    }, WAIT)
    // It is tried for as long as the disk is full, and told once.
    expect(troubles).toEqual(['making a new segment'])
    await writer.stop()
    const [closed, ...more] = await read('closed')
    expect(closed?.frames.filter(({ kind }) => kind === 'submission')).toHaveLength(3)
    expect(more).toEqual([])
  })

  test('writes that the system cuts short are gone on with', async () => {
    const writer = openWriter()
    // More pieces than one system call takes (IOV_MAX is 1024), so that it ends early at least once.
    const pieces = Array.from({ length: 5000 }, (_, index) => Buffer.from(`${index},`))
    await writer.append({ kind: 'submission', path: '/a', attributes: {}, body: pieces })
    await writer.stop()
    const [frame] = (await read('closed'))[0]?.frames ?? []
    expect(frame?.kind === 'submission' && Buffer.from(frame.body).toString()).toBe(pieces.join(''))
  })
})

describe('orphans', () => {
  /** A number that no process has, otherwise as this process is named. */
  const GONE = `4194305.${ownIdentity().split('.')[1]}`

  test('an open segment is closed when its writer is gone, and never before', async () => {
    const alive = openWriter()
    await alive.append(submission('/alive'))
    const dead = openWriter({ identity: GONE })
    await dead.append(submission('/dead'))
    const closed = await closeOrphans(spool)
    expect(closed).toHaveLength(1)
    expect(said(await read('closed'))).toEqual([expect.stringContaining('/dead')])
    expect(said(await read('open'))).toEqual([expect.stringContaining('/alive')])
    await alive.stop()
  })

  test('a segment closed behind the back of its writer is claimed all the same', async () => {
    const writer = openWriter({ identity: GONE })
    await writer.append(submission('/a'))
    await closeOrphans(spool)
    expect(await claimNext(spool, '1.1')).not.toBeNull()
    await writer.stop()
  })
})
