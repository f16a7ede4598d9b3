import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSegmentSource } from './segment-source.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-source-'))
})
afterEach(() => rm(folder, { recursive: true }))

const TEXT = Buffer.from(randomBytes(400_000).toString('hex'))
const ZIPPED = gzipSync(TEXT)

/** All that is read of a file of these bytes, and how many bytes of it can't be. */
async function read(bytes: Buffer) {
  const path = join(folder, 'file')
  await writeFile(path, bytes)
  const source = await openSegmentSource(path)
  const pieces: Buffer[] = []
  for (let next = await source.next(NOTHING); next !== null; next = await source.next(NOTHING)) pieces.push(next)
  let unreadBytes = 0
  for await (const piece of source.unread()) unreadBytes += piece.length
  expect(source.readBytes).toBe(bytes.length)
  await source.close()
  return { text: Buffer.concat(pieces), unreadBytes }
}

const NOTHING = Buffer.alloc(0)

test.each([
  { claim: 'a plain file is read as it lies', bytes: TEXT, text: TEXT },
  { claim: 'a gzip file is inflated, whatever its name', bytes: ZIPPED, text: TEXT },
  { claim: 'so are all members of one', bytes: Buffer.concat([ZIPPED, ZIPPED]), text: Buffer.concat([TEXT, TEXT]) },
  {
    claim: 'zeros behind it are room that was never filled',
    bytes: Buffer.concat([ZIPPED, Buffer.alloc(99)]),
    text: TEXT,
  },
  { claim: 'an empty file holds nothing', bytes: NOTHING, text: NOTHING },
])('$claim', async ({ bytes, text }) => {
  const found = await read(bytes)
  expect(found.text.equals(text)).toBe(true)
  expect(found.unreadBytes).toBe(0)
})

test('of a gzip file with garbage behind it all is inflated, and the garbage is what remains', async () => {
  const { text, unreadBytes } = await read(Buffer.concat([ZIPPED, Buffer.from('garbage')]))
  expect(text.equals(TEXT)).toBe(true)
  expect(unreadBytes).toBeLessThanOrEqual('garbage'.length)
  expect(unreadBytes).toBeGreaterThan(0)
})

test('of a gzip file that is cut off, what stands before the cut comes back', async () => {
  const { text, unreadBytes } = await read(ZIPPED.subarray(0, -200_000))
  expect(text.equals(TEXT.subarray(0, text.length))).toBe(true)
  expect(text.length).toBeGreaterThan(TEXT.length * 0.4)
  expect(unreadBytes).toBe(0)
})

test('of a gzip file that is damaged in the middle, what stands before the damage comes back', async () => {
  const broken = Buffer.from(ZIPPED)
  broken.fill(0xff, 200_000, 200_100)
  const { text, unreadBytes } = await read(broken)
  expect(text.subarray(0, TEXT.length * 0.4).equals(TEXT.subarray(0, TEXT.length * 0.4))).toBe(true)
  expect(unreadBytes).toBeGreaterThan(0)
})

test('what only begins as gzip does can’t be inflated at all', async () => {
  expect(await read(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toEqual({ text: NOTHING, unreadBytes: 5 })
})
