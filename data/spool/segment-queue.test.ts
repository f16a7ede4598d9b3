import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removeClaimed, takeOverDeadClaims } from './claims.ts'
import { makeSpoolFolders } from './folders.ts'
import { ownIdentity } from './process-identity.ts'
import { SegmentQueue } from './segment-queue.ts'

let spool: string
let troubles: string[]
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-queue-'))
  await makeSpoolFolders(spool)
  troubles = []
})
afterEach(() => rm(spool, { recursive: true }))

const live = (createdAt: number) => `local-${createdAt}-12.34x56789abc-00000000000000aa.v3`
const brought = (first: number) => `${'ab'.repeat(16)}-${String(first).padStart(10, '0')}-${first + 9}-v1.import`
const put = (folder: string, file: string) => writeFile(join(spool, folder, file), '')
const queue = (identity = '7.8') => new SegmentQueue(spool, identity, (segment) => troubles.push(segment))

/** As a file's name can be, and no claim's. */
const LONG = 'x'.repeat(254)

describe('lanes', () => {
  test('a lane gives its own segments only: live ones oldest first, those of imports in the order of the log', async () => {
    for (const segment of [live(2000), live(900)]) await put('closed', segment)
    for (const segment of [brought(100), brought(20)]) await put('import', segment)
    const one = queue()
    const claimed = async (lane: 'live' | 'import') => (await one.claim(lane))?.segment ?? null
    expect([await claimed('live'), await claimed('live'), await claimed('live')]).toEqual([live(900), live(2000), null])
    expect([await claimed('import'), await claimed('import'), await claimed('import')]).toEqual([
      brought(20),
      brought(100),
      null,
    ])
  })

  test('a log that somebody laid into closed/ can wait', async () => {
    await put('closed', 'telemetry1.v1.log')
    expect(await queue().claim('live')).toBeNull()
    expect((await queue().claim('import'))?.segment).toBe('telemetry1.v1.log')
  })

  test('what is only being written, and what somebody else left in import/, is not taken', async () => {
    await put('import', `${'ab'.repeat(16)}-0.aside-1.2`)
    await put('import', 'notes.txt')
    await mkdir(join(spool, 'import', 'folder'))
    expect(await queue().claim('import')).toBeNull()
  })
})

test('what is closed while an older listing is worked off comes after it, and none is missed', async () => {
  for (let at = 10; at < 15; at++) await put('closed', live(at))
  const one = queue()
  const claimed = [(await one.claim('live'))?.segment]
  await put('closed', live(5))
  await put('closed', live(99))
  for (let next = await one.claim('live'); next !== null; next = await one.claim('live')) claimed.push(next.segment)
  expect(claimed).toEqual([10, 11, 12, 13, 14, 5, 99].map(live))
})

test('segments that others took meanwhile are passed over', async () => {
  for (let at = 10; at < 16; at++) await put('closed', live(at))
  const [one, other] = [queue('1.1'), queue('2.2')]
  const claimed: string[] = []
  for (let turn = 0; turn < 4; turn++) {
    for (const either of [one, other]) claimed.push((await either.claim('live'))?.segment ?? 'none')
  }
  expect(claimed).toEqual([...[10, 11, 12, 13, 14, 15].map(live), 'none', 'none'])
})

describe('one that can’t be claimed', () => {
  test('is told, and holds up no other', async () => {
    for (const file of [LONG, 'garbage', 'telemetry1.v1.log']) await put('closed', file)
    const one = queue()
    const claimed = [(await one.claim('import'))?.segment, (await one.claim('import'))?.segment]
    expect(claimed.sort()).toEqual(['garbage', 'telemetry1.v1.log'])
    expect(await one.claim('import')).toBeNull()
    expect(troubles).toEqual([LONG])
    expect(await readdir(join(spool, 'closed'))).toEqual([LONG])
  })

  test('nor do claims of the dead that can’t be taken over', async () => {
    await put('claimed', `${'y'.repeat(250)}~9`)
    await put('claimed', `${live(1)}~4194305.1`)
    const taken = await takeOverDeadClaims(
      spool,
      ownIdentity(),
      () => false,
      (segment) => troubles.push(segment),
    )
    expect(taken.map(({ segment }) => segment)).toEqual([live(1)])
    expect(troubles).toEqual(['y'.repeat(250)])
  })
})

test('many are removed at once, whoever has them', async () => {
  for (let at = 0; at < 50; at++) await put('claimed', `${live(at)}~${at}.1`)
  await removeClaimed(
    spool,
    Array.from({ length: 49 }, (_, at) => live(at)),
  )
  expect(await readdir(join(spool, 'claimed'))).toEqual([`${live(49)}~49.1`])
})
