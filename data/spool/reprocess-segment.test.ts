import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { convertedFilePath } from '../converted/converted-file.ts'
import { makeSpoolFolders } from './folders.ts'
import type { Frame } from './frame.ts'
import { importName } from './import-name.ts'
import { laneOf } from './lanes.ts'
import { ownIdentity } from './process-identity.ts'
import { openSegmentReader } from './read-segment.ts'
import {
  clearReprocessing,
  type KeptSubmission,
  newReprocessName,
  removeReprocessSegment,
  writeReprocessSegment,
} from './reprocess-segment.ts'
import { segmentName } from './segment-name.ts'
import { claimNext } from './segment-queue.ts'
import { listUnmerged } from './unmerged.ts'

let root: string
let spool: string
let converted: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-again-'))
  spool = join(root, 'spool')
  converted = join(root, 'converted')
  await makeSpoolFolders(spool)
  await mkdir(converted)
})

afterEach(() => rm(root, { recursive: true }))

const KEPT: readonly KeptSubmission[] = [
  {
    receivedAt: 1_391_472_000_000,
    path: '/submit/telemetry/\xe9',
    headers: { 'user-agent': 'ü' },
    body: Buffer.from([0, 255]),
  },
  { receivedAt: 1_391_472_000_001, path: '/', headers: {}, body: Buffer.alloc(0) },
]

async function* kept(): AsyncGenerator<KeptSubmission> {
  yield* KEPT
}

async function lay(): Promise<string> {
  const name = newReprocessName()
  expect(await writeReprocessSegment(spool, name, kept())).toBe(2)
  return name
}

test('what is kept is read as it was received, numbered in its order', async () => {
  const name = await lay()
  const reader = await openSegmentReader(join(spool, 'reprocess', name))
  const frames: Frame[] = []
  for await (const piece of reader) if (piece.kind === 'frame') frames.push(piece.frame)
  await reader.close()
  expect(frames).toMatchObject(
    KEPT.map(({ receivedAt, path, headers, body }, number) => {
      return { kind: 'submission', number, receivedAt, path, attributes: headers, body: Buffer.from(body) }
    }),
  )
})

test('it waits behind what is live and before what is brought in, and holds no watermark', async () => {
  const name = await lay()
  const live = segmentName({ receiver: 'edge', createdAt: 1, writer: '1.0', id: '0011223344556677' })
  const brought = importName({ digest: 'a'.repeat(32), first: 0, last: 1, origin: 'v1' })
  await writeFile(join(spool, 'import', brought), '')
  await writeFile(join(spool, 'closed', live), '')
  expect((await listUnmerged(spool)).map(({ segment }) => segment)).toEqual([live])
  const order: (string | undefined)[] = []
  for (let turn = 0; turn < 4; turn++) order.push((await claimNext(spool, ownIdentity()))?.segment)
  expect(order).toEqual([live, name, brought, undefined])
  expect(laneOf(name)).toBe('reprocess')
})

test.each(['waiting', 'claimed', 'converted'])('it can be taken out when it is %s', async (where) => {
  const name = await lay()
  if (where !== 'waiting') await claimNext(spool, ownIdentity())
  if (where === 'converted') await writeFile(convertedFilePath(converted, name), '')
  await removeReprocessSegment(spool, converted, name)
  expect(await everything()).toEqual([])
})

test('all that was ever left of it is swept away, and nothing else', async () => {
  await lay()
  await claimNext(spool, ownIdentity())
  await lay()
  await writeFile(join(spool, 'reprocess', `${newReprocessName()}.aside`), '')
  await writeFile(convertedFilePath(converted, newReprocessName()), '')
  await writeFile(convertedFilePath(converted, 'another'), '')
  await writeFile(join(spool, 'claimed', 'another~1.0'), '')
  await clearReprocessing(spool, converted)
  expect(await everything()).toEqual(['another.converted', 'another~1.0'])
})

async function everything(): Promise<string[]> {
  const names = await readdir(root, { recursive: true, withFileTypes: true })
  return names.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort()
}
