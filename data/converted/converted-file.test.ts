import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ConvertedFileDamaged,
  ConvertedFileWriter,
  convertedFilePath,
  readConvertedContents,
  readConvertedIndex,
  segmentOfConvertedFile,
  writeConvertedFile,
} from './converted-file.ts'
import type { ConvertedContent, ConvertedIndex, ConvertedRecord } from './converted-record.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-converted-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

function recordOf(frame: number): ConvertedRecord {
  return {
    frame,
    receivedAt: 1_389_884_400_000 + frame,
    documentId: '17caa68c-25f5-450a-9cce-7d31318846d8',
    dimensions: { reason: 'idle-daily', appName: 'Firefox', appVersion: '29.0a1', channel: 'nightly', buildId: '2014' },
    outcome: 'salvaged',
    problem: 'bad_histogram',
    problems: ['bad_histogram', 'dimension_mismatch'],
    causes: [{ problem: 'bad_histogram', field: 'histograms.GC_MS', value: '17' }],
    automation: false,
    duplicateKey: '0123456789abcdef0123456789abcdef',
    bytes: 17,
    attributes: { path_form: 'full', os: 'WINNT' },
  }
}

function indexOf(frames: readonly number[]): ConvertedIndex {
  return {
    segment: 'edge-1.v3',
    receiver: 'edge-1',
    segmentCreatedAt: 1_389_884_400_000,
    converterVersion: '1',
    coverage: [{ receiver: 'edge-1', from: 1, to: 2 }],
    damaged: [{ offset: 15, bytes: 3, near: 7 }],
    discarded: [
      { receivedAt: 4, channel: 'nightly', cause: 'body', bytes: 300_000, limitBytes: 204_800, automation: true },
    ],
    records: frames.map(recordOf),
  }
}

const converted: ConvertedContent = { kind: 'converted', payload: '{"ver":2,"ä":"\\u0000"}', dropped: '' }
const raw: ConvertedContent = {
  kind: 'raw',
  path: '/submit/telemetry/x',
  headers: { date: 'Thu' },
  body: Buffer.from([0, 255, 30]),
}

/** Empty where it is gone: so is the descriptor of the reading of `/proc/self/fd` itself. */
function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

async function contentsIn(path: string) {
  const found: { record: ConvertedRecord; content: ConvertedContent }[] = []
  for await (const { record, content } of readConvertedContents(path)) found.push({ record, content })
  return found
}

describe('a converted file', () => {
  test('gives back its index and every content, and leaves nothing else in its folder', async () => {
    const index = indexOf([0, 3, 4])
    const path = await writeConvertedFile(folder, index, ({ frame }) => (frame === 3 ? raw : converted))
    expect(path).toBe(convertedFilePath(folder, 'edge-1.v3'))
    expect((await readdir(folder)).map(segmentOfConvertedFile)).toEqual(['edge-1.v3'])
    expect(await readConvertedIndex(path)).toEqual(index)
    expect((await contentsIn(path)).map(({ content }) => content.kind)).toEqual(['converted', 'raw', 'converted'])
    expect((await contentsIn(path))[1]?.content).toEqual(raw)
  })

  test.skipIf(process.platform !== 'linux')('on a full disk keeps no file open', async () => {
    await symlink('/dev/full', `${convertedFilePath(folder, 'edge-1.v3')}.aside`)
    await expect(ConvertedFileWriter.open(folder, 'edge-1.v3')).rejects.toThrow('ENOSPC')
    const open = readdirSync('/proc/self/fd').map((descriptor) => linkTarget(`/proc/self/fd/${descriptor}`))
    expect(open).not.toContain('/dev/full')
  })

  test('may be without a single record', async () => {
    const path = await writeConvertedFile(folder, indexOf([]), () => raw)
    expect((await readConvertedIndex(path)).records).toEqual([])
    expect(await contentsIn(path)).toEqual([])
  })

  test('holds more contents than fit a block, in their order', async () => {
    const frames = Array.from({ length: 40 }, (_, frame) => frame)
    const bodyOf = (frame: number) => Buffer.alloc(100_000, frame)
    const path = await writeConvertedFile(folder, indexOf(frames), ({ frame }) => ({ ...raw, body: bodyOf(frame) }))
    const found = await contentsIn(path)
    expect(found.map(({ record }) => record.frame)).toEqual(frames)
    expect(found.every(({ record, content }) => 'body' in content && bodyOf(record.frame).equals(content.body))).toBe(
      true,
    )
  })

  test('does not exist under its name before it is finished, and a repeat writes over what a crash left', async () => {
    const writer = await ConvertedFileWriter.open(folder, 'edge-1.v3')
    await writer.append(recordOf(0), { ...raw, body: Buffer.alloc(3_000_000, 1) })
    await writer.abandon()
    expect((await readdir(folder)).map(segmentOfConvertedFile)).toEqual([null])
    const path = await writeConvertedFile(folder, indexOf([0]), () => converted)
    expect(await readdir(folder)).toEqual(['edge-1.v3.converted'])
    expect(await contentsIn(path)).toEqual([{ record: recordOf(0), content: converted }])
  })

  test('is refused with what another segment says of itself', async () => {
    const writer = await ConvertedFileWriter.open(folder, 'edge-1.v3')
    await writer.append(recordOf(1), converted)
    await expect(writer.finish({ ...indexOf([]), segment: 'edge-2.v3' })).rejects.toThrow('edge-2.v3')
    await writer.abandon()
  })

  test('damaged anywhere is told, never read wrongly', async () => {
    const path = await writeConvertedFile(folder, indexOf([0, 1]), ({ frame }) => (frame === 0 ? raw : converted))
    const good = await readFile(path)
    const expected = await contentsIn(path)
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bad = Buffer.from(good)
        bad[at] = (bad[at] ?? 0) ^ flip
        await writeFile(path, bad)
        // The first eight bytes say what the end says once more; a flip there harms nothing.
        if (at < 8) expect(await contentsIn(path)).toEqual(expected)
        else await expect(contentsIn(path)).rejects.toThrow(ConvertedFileDamaged)
      }),
      { numRuns: 100 },
    )
    for (const length of [0, 5, 30, good.length - 1]) {
      await writeFile(path, good.subarray(0, length))
      await expect(readConvertedIndex(path)).rejects.toThrow(ConvertedFileDamaged)
    }
  })

  test('under another segment’s name is not that segment’s', async () => {
    const path = await writeConvertedFile(folder, indexOf([0]), () => converted)
    const other = convertedFilePath(folder, 'edge-2.v3')
    await writeFile(other, await readFile(path))
    await expect(readConvertedIndex(other)).rejects.toThrow('edge-1.v3')
  })
})
