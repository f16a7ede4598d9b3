import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '../domain/time.ts'
import { removeClaimed } from './claims.ts'
import { makeSpoolFolders } from './folders.ts'
import { compressKept, keptSegmentPath, makeRawFolders, trimKept } from './raw-keep.ts'

const NEVER = new AbortController().signal
const SEGMENT = `edge-${Date.UTC(2014, 0, 16, 23, 59)}-7.8-0123456789abcdef.v3`

let folder: string
let raw: string
let spool: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-raw-'))
  raw = join(folder, 'raw')
  spool = join(folder, 'spool')
  await makeSpoolFolders(spool)
  await makeRawFolders(raw)
})
afterEach(() => rm(folder, { recursive: true }))

const names = async () => (await readdir(raw, { recursive: true })).sort()
const keptAt = (segment: string) => keptSegmentPath(raw, segment)

async function merge(segment: string, content: string): Promise<void> {
  await writeFile(join(spool, 'claimed', `${segment}~1.1`), content)
  await removeClaimed(spool, [segment], keptAt)
}

test('a merged segment moves to where it waits, and from there, compressed, to the day of its receipt', async () => {
  await merge(SEGMENT, 'frames')
  expect(await readdir(join(spool, 'claimed'))).toEqual([])
  expect(await names()).toEqual(['waiting', `waiting/${SEGMENT}`])
  expect(await compressKept(raw, NEVER)).toBe(1)
  expect(await names()).toEqual(['2014-01-16', `2014-01-16/${SEGMENT}.gz`, 'waiting'])
  expect(gunzipSync(await readFile(join(raw, '2014-01-16', `${SEGMENT}.gz`))).toString()).toBe('frames')
})

test('what was brought in is not kept: whoever brought it has it', async () => {
  await merge('telemetry1.v1.log', 'frames')
  expect(await names()).toEqual(['waiting'])
})

test('killed between the compressed file and the removal of the other, it writes the same again', async () => {
  await merge(SEGMENT, 'frames')
  await compressKept(raw, NEVER)
  await writeFile(join(raw, 'waiting', SEGMENT), 'frames')
  await writeFile(join(raw, 'waiting', `${SEGMENT}.aside`), 'half of a compr')
  expect(await compressKept(raw, NEVER)).toBe(1)
  expect(await names()).toEqual(['2014-01-16', `2014-01-16/${SEGMENT}.gz`, 'waiting'])
  expect(gunzipSync(await readFile(join(raw, '2014-01-16', `${SEGMENT}.gz`))).toString()).toBe('frames')
})

test('asked to stop, it leaves the rest for the next time', async () => {
  await merge(SEGMENT, 'frames')
  expect(await compressKept(raw, AbortSignal.abort())).toBe(0)
  expect(await names()).toEqual(['waiting', `waiting/${SEGMENT}`])
})

test('is removed when its time is over; what is still to be compressed, never', async () => {
  const now = Date.UTC(2014, 1, 1)
  const setAge = (path: string, days: number) => utimes(join(raw, path), 0, (now - days * DAY_MS) / 1000)
  const other = SEGMENT.replace('0123', '4567')
  const waiting = SEGMENT.replace('0123', '89ab')
  await merge(SEGMENT, 'old')
  await merge(other, 'young')
  await compressKept(raw, NEVER)
  await merge(waiting, 'waits')
  await setAge(`2014-01-16/${SEGMENT}.gz`, 8)
  await setAge(`2014-01-16/${other}.gz`, 6)
  await setAge(`waiting/${waiting}`, 30)
  expect(await trimKept(raw, now - 7 * DAY_MS)).toBe(1)
  expect(await names()).toEqual(['2014-01-16', `2014-01-16/${other}.gz`, 'waiting', `waiting/${waiting}`])
})
