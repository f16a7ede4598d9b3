import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { compress } from '@mongodb-js/zstd/bindings.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSegmentReader } from '../spool/read-segment.ts'
import { parseLineFileName } from './line-file-name.ts'
import { writeLinesAsLog } from './lines-as-log.ts'
import { CannotInflate } from './open-lines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-lines-'))
})
afterEach(() => rm(folder, { recursive: true }))

const NAME = 'idle-daily/Firefox/nightly/29.0a1/20140115030203.20140116.v2.log'
const ID = '11111111-2222-3333-4444-555555555555'

async function framesOf(content: Uint8Array | string, name = NAME) {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  const told = await writeLinesAsLog(path, join(folder, 'lines.v1.log'))
  const reader = await openSegmentReader(join(folder, 'lines.v1.log'))
  const frames: { at: string; path: string; body: string }[] = []
  for await (const piece of reader) {
    if (piece.kind !== 'frame' || piece.frame.kind !== 'submission') continue
    const { receivedAt, path, body } = piece.frame
    frames.push({ at: new Date(receivedAt).toISOString(), path, body: body.toString() })
  }
  await reader.close()
  return { frames, ...told }
}

const lacking = `/submit/telemetry/${ID}/idle-daily/Firefox/29.0a1/nightly/20140115030203`

test('a line becomes a frame with its json to the byte, the day of the file and the dimensions of its path', async () => {
  const { frames, lines } = await framesOf(`${ID}\t{"ver":2, "x": 1.50}\n`)
  expect(lines).toBe(1)
  expect(frames).toEqual([{ at: '2014-01-16T12:00:00.000Z', path: lacking, body: '{"ver":2, "x": 1.50}' }])
})

test('what the payload says itself is not taken from the path', async () => {
  const info = { reason: 'saved-session', appName: 'Firefox', appVersion: '29.0a1', appBuildID: '1' }
  const { frames } = await framesOf(`${ID}\t${JSON.stringify({ ver: 2, info })}`)
  expect(frames[0]?.path).toBe(`/submit/telemetry/${ID}/UNKNOWN/UNKNOWN/UNKNOWN/nightly/UNKNOWN`)
})

test.each([
  {
    claim: 'the time of a payload of that day',
    creationDate: '2014-01-16T17:03:00.000Z',
    at: '2014-01-16T17:03:00.000Z',
  },
  { claim: 'no clock that is wrong by days', creationDate: '2009-01-01T00:00:00.000Z', at: '2014-01-16T12:00:00.000Z' },
  { claim: 'no time that is none', creationDate: 'yesterday', at: '2014-01-16T12:00:00.000Z' },
])('believed is $claim', async ({ creationDate, at }) => {
  const { frames } = await framesOf(`${ID}\t${JSON.stringify({ version: 4, creationDate })}\n`)
  expect(frames[0]?.at).toBe(at)
})

test('a file whose name says nothing needs payloads that do', async () => {
  const { frames, bad } = await framesOf(
    `${ID}\t{"creationDate":"2016-05-01T01:00:00Z"}\n${ID}\t{"ver":2}\n`,
    'export.txt',
  )
  expect(frames.map(({ at }) => at)).toEqual(['2016-05-01T01:00:00.000Z'])
  expect(bad).toEqual([{ line: 2, why: 'neither the name of the file nor the payload says when it came' }])
})

test('lines that are none are told, json that is none is kept for the converter to judge', async () => {
  const { frames, bad, badCount } = await framesOf(`no tab\n\t{}\n${ID}\t{broken\r\n\n${ID}\t{}`)
  expect(bad).toEqual([
    { line: 1, why: 'it has no tab' },
    { line: 2, why: '"" is no document id' },
  ])
  expect(badCount).toBe(2)
  expect(frames.map(({ body }) => body)).toEqual(['{broken', '{}'])
})

test.each([
  { compression: 'gzip', compressed: async (text: Buffer) => gzipSync(text) },
  { compression: 'zstd', compressed: (text: Buffer) => compress(text) },
])('$compression is told by the first bytes', async ({ compressed }) => {
  const { frames } = await framesOf(await compressed(Buffer.from(`${ID}\t{"ver":2}\n`.repeat(1000))))
  expect(frames).toHaveLength(1000)
})

const hasXz = spawnSync('xz', ['--version']).status === 0
test.skipIf(!hasXz).each([{ format: 'xz' }, { format: 'lzma' }])(
  '$format is inflated by the program xz',
  async ({ format }) => {
    const { stdout } = spawnSync('xz', ['-c', `--format=${format}`], { input: `${ID}\t{"ver":2}\n`.repeat(1000) })
    expect((await framesOf(stdout, `${NAME}.${format}`)).frames).toHaveLength(1000)
    await expect(framesOf(stdout.subarray(0, 60), `${NAME}.${format}`)).rejects.toThrow(CannotInflate)
  },
)

test.each([
  {
    path: 'a/b/c/d/e.20140116.v2.log',
    says: { reason: 'a', appName: 'b', channel: 'c', appVersion: 'd', buildId: 'e' },
  },
  { path: '/x/y/a/b/c/d/e.20140116.v2.log.0123.lzma', says: { reason: 'a', buildId: 'e' } },
  { path: 'e.20140116.v2.log', says: null },
  { path: '../../../../e.20140116.v2.log', says: null },
])('$path', ({ path, says }) => {
  const { day, dimensions } = parseLineFileName(path)
  expect(day).toBe(Date.UTC(2014, 0, 16))
  if (says === null) expect(dimensions).toBeNull()
  else expect(dimensions).toMatchObject(says)
})

test('a file that was cut or spoilt is told by its name', async () => {
  const line = Buffer.from(`${ID}\t{"ver":2}\n`.repeat(1000))
  for (const whole of [gzipSync(line), await compress(line)]) {
    const told = framesOf(whole.subarray(0, whole.length - 9), 'cut.20140116.v2.log')
    await expect(told).rejects.toThrow(CannotInflate)
    await expect(told).rejects.toThrow(/cut\.20140116\.v2\.log can't be inflated: /)
  }
})

test('a day that there is none of is no day', () => {
  expect(parseLineFileName('a/b/c/d/e.20140230.v2.log').day).toBeNull()
})
