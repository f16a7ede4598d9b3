import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeClaimed, takeOverDeadClaims } from './claims.ts'
import { filesIn, makeSpoolFolders } from './folders.ts'
import { ownIdentity } from './process-identity.ts'
import { claimNext } from './segment-queue.ts'
import { listUnmerged } from './unmerged.ts'

let spool: string
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-claims-'))
  await makeSpoolFolders(spool)
})
afterEach(() => rm(spool, { recursive: true }))

const name = (createdAt: number, receiver = 'local') => `${receiver}-${createdAt}-12.34x56789abc-00000000000000aa.v3`
const put = (folder: string, file: string) => writeFile(join(spool, folder, file), '')
const list = async (folder: string) => (await readdir(join(spool, folder))).sort()

test('the oldest closed segment comes first, logs of the 2013 server last', async () => {
  for (const file of ['telemetry1.v1.log', name(2000), name(900), name(10_000)]) await put('closed', file)
  const claimed: (string | undefined)[] = []
  for (let index = 0; index < 5; index++) claimed.push((await claimNext(spool, '7.8'))?.segment)
  expect(claimed).toEqual([name(900), name(2000), name(10_000), 'telemetry1.v1.log', undefined])
})

test('a claim says where the segment is now', async () => {
  await put('closed', name(1))
  expect(await claimNext(spool, '7.8')).toEqual({
    segment: name(1),
    path: join(spool, 'claimed', `${name(1)}~7.8`),
    deaths: 0,
  })
  expect(await list('closed')).toEqual([])
})

test('of many who claim at once, exactly one gets each', async () => {
  const all = Array.from({ length: 20 }, (_, index) => name(1000 + index))
  for (const file of all) await put('closed', file)
  const claims = await Promise.all(Array.from({ length: 60 }, (_, index) => claimNext(spool, `${index + 1}.1`)))
  const got = claims.flatMap((claim) => (claim === null ? [] : [claim.segment]))
  expect(got.sort()).toEqual(all)
  expect(await list('claimed')).toHaveLength(20)
})

test('T12: claims of any dead owner are taken over, those of living ones never', async () => {
  const dead = `4194305.${ownIdentity().split('.')[1]}`
  await put('claimed', `${name(1)}~${dead}`)
  await put('claimed', `${name(2)}~${ownIdentity()}`)
  await put('claimed', `${name(3)}~nonsense`)
  await put('claimed', `telemetry1.v1.log~${dead}`)
  const taken = await takeOverDeadClaims(spool, '7.8')
  expect(taken.map(({ segment }) => segment)).toEqual([name(1), name(3), 'telemetry1.v1.log'])
  expect(await list('claimed')).toEqual(
    [`${name(1)}~1~7.8`, `${name(2)}~${ownIdentity()}`, `${name(3)}~1~7.8`, 'telemetry1.v1.log~1~7.8'].sort(),
  )
})

test('a claim tells how many ended that had it, whoever has it now', async () => {
  await put('closed', name(1))
  await claimNext(spool, '1.1')
  const deaths: number[] = []
  for (let taker = 2; taker < 14; taker++) {
    const taken = await takeOverDeadClaims(spool, `${taker}.1`, () => false)
    expect(taken.map(({ segment }) => segment)).toEqual([name(1)])
    deaths.push(...taken.map((claim) => claim.deaths))
  }
  expect(deaths).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9])
  expect(await list('claimed')).toEqual([`${name(1)}~9~13.1`])
  await removeClaimed(spool, [name(1)])
  expect(await list('claimed')).toEqual([])
})

test('removing is for one segment, whoever has it, and may be repeated', async () => {
  await put('claimed', `${name(1)}~1.1`)
  await put('claimed', `${name(2)}~1.1`)
  await removeClaimed(spool, [name(1)])
  await removeClaimed(spool, [name(1)])
  expect(await list('claimed')).toEqual([`${name(2)}~1.1`])
})

test('unmerged is what is open, closed or claimed; other files hold nothing up', async () => {
  await put('claimed', `${name(100)}~1.1`)
  await put('closed', name(200, 'other-host'))
  await put('open', name(300))
  await put('closed', 'telemetry1.v1.log')
  await put('open', 'notes.txt')
  await mkdir(join(spool, 'open', 'folder'))
  expect(await listUnmerged(spool)).toEqual([
    { segment: name(100), receiver: 'local', createdAt: 100, folder: 'claimed' },
    { segment: name(200, 'other-host'), receiver: 'other-host', createdAt: 200, folder: 'closed' },
    { segment: name(300), receiver: 'local', createdAt: 300, folder: 'open' },
  ])
})

test('a segment that moves while it is looked for is seen', async () => {
  for (let round = 0; round < 20; round++) {
    await put('open', name(5))
    const [unmerged] = await Promise.all([
      listUnmerged(spool),
      rename(join(spool, 'open', name(5)), join(spool, 'closed', name(5))).then(() => claimNext(spool, '1.1')),
    ])
    expect(unmerged.map(({ segment }) => segment)).toEqual([name(5)])
    await removeClaimed(spool, [name(5)])
  }
})

test('a claim that a take-over renames while its folder is read is seen', async () => {
  const missed = [`${name(5)}~1.1`]
  await put('claimed', `${name(5)}~1.1`)
  await put('claimed', `${name(6)}~1.1`)
  // As a reading does that passes the new name's place before the rename, and the old one's after it.
  const readFolder: typeof filesIn = async (...place) => {
    const names = await filesIn(...place)
    return names.filter((file) => !missed.includes(file) || place[1] !== 'claimed' || missed.pop() === undefined)
  }
  expect((await listUnmerged(spool, readFolder)).map(({ createdAt }) => createdAt)).toEqual([5, 6])
})

test('before there is a spool nothing is unmerged', async () => {
  expect(await listUnmerged(join(spool, 'nowhere'))).toEqual([])
  expect(await claimNext(join(spool, 'nowhere'), '1.1')).toBeNull()
})
