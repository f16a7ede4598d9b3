import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commitConvertedFile, readConvertedContents, readConvertedIndex } from '../../data/converted/converted-file.ts'
import { parseSpecification } from '../../data/histograms/specification.ts'
import type { SpecificationResult } from '../../data/payload/convert-submission.ts'
import { QuickConverter } from '../../data/payload/scan/convert-quickly.ts'
import type { Claim } from '../../data/spool/claims.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import type { SpoolEntry } from '../../data/spool/frame.ts'
import { claimNext } from '../../data/spool/segment-queue.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { convertSegment, type SegmentConversion } from './convert-segment.ts'
import { conversionRules, convertOptions } from './options.ts'

const START = Date.UTC(2014, 0, 16, 14)
const ID = '17caa68c-25f5-450a-9cce-7d31318846d8'
const OWNER = '1.1'

let state: string
let now: number
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-segment-'))
  await makeSpoolFolders(join(state, 'spool'))
  now = START
})
afterEach(async () => {
  await rm(state, { recursive: true })
})

function submission(body: string, id = ID): SpoolEntry {
  const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
  return { kind: 'submission', path, attributes: { 'user-agent': 'x' }, body: [Buffer.from(body)] }
}

/** A closed segment with these entries, each five seconds after the last, claimed. */
async function claimed(entries: readonly (SpoolEntry | { readonly kind: 'pause'; readonly ms: number })[]) {
  const writer = new SpoolWriter({
    spool: join(state, 'spool'),
    receiver: 'edge',
    segmentMaxAgeMs: 1e9,
    segmentMaxBytes: 1e9,
    now: () => now,
  })
  for (const entry of entries) {
    if (entry.kind === 'pause') now += entry.ms
    else await writer.append(entry)
    now += 5_000
  }
  await writer.stop()
  return await claim()
}

async function claim(): Promise<Claim> {
  const next = await claimNext(join(state, 'spool'), OWNER)
  if (next === null) throw new Error('a closed segment was expected')
  return next
}

function conversionOf(claim: Claim, more: Partial<SegmentConversion> = {}): SegmentConversion {
  return {
    claim,
    folders: { converted: join(state, 'converted'), corrupted: join(state, 'corrupted') },
    rules: conversionRules(convertOptions.parse({ state })),
    coveragePauseMs: 15_000,
    findSpecification: async () => ({ kind: 'unavailable' }),
    careful: false,
    poison: new Map(),
    sign: { open: () => {}, pause: () => {}, close: () => {} },
    ...more,
  }
}

async function converted(claim: Claim, more: Partial<SegmentConversion> = {}) {
  await convertSegment(conversionOf(claim, more))
  const path = await commitConvertedFile(join(state, 'converted'), claim.segment)
  const contents = []
  for await (const { content } of readConvertedContents(path)) contents.push(content)
  return { index: await readConvertedIndex(path), contents }
}

describe('a converted segment', () => {
  test('has a record for each submission, in order, and says when somebody listened', async () => {
    const claim = await claimed([
      { kind: 'heartbeat' },
      submission('{"ver":1}'),
      { kind: 'heartbeat' },
      { kind: 'discarded', channel: 'nightly', cause: 'body', bytes: 300_000, limitBytes: 204_800 },
      { kind: 'discarded', channel: 'mine', cause: 'path', bytes: 20_000, sourceTags: 'perf, Automation' },
      { kind: 'pause', ms: 60_000 },
      submission('nothing'),
      { kind: 'heartbeat' },
    ])
    const { index, contents } = await converted(claim)
    expect(index).toMatchObject({ segment: claim.segment, receiver: 'edge', segmentCreatedAt: START })
    expect(index.records.map(({ frame, receivedAt, outcome }) => ({ frame, receivedAt, outcome }))).toEqual([
      { frame: 1, receivedAt: START + 5_000, outcome: 'accepted' },
      { frame: 5, receivedAt: START + 90_000, outcome: 'rejected' },
    ])
    expect(contents).toMatchObject([
      { kind: 'converted', payload: '{"ver":2}' },
      { kind: 'raw', headers: { 'user-agent': 'x' }, body: Buffer.from('nothing') },
    ])
    expect(index.coverage).toEqual([
      { receiver: 'edge', from: START, to: START + 10_000 },
      { receiver: 'edge', from: START + 95_000, to: START + 95_000 },
    ])
    expect(index.discarded).toEqual([
      {
        receivedAt: START + 15_000,
        channel: 'nightly',
        cause: 'body',
        bytes: 300_000,
        limitBytes: 204_800,
        automation: false,
      },
      { receivedAt: START + 20_000, channel: 'OTHER', cause: 'path', bytes: 20_000, limitBytes: 0, automation: true },
    ])
    expect(index.damaged).toEqual([])
    expect(await readdir(state)).toEqual(['converted', 'spool'])
  })

  test('leaves the raw segment where it is, and comes out the same when it is converted again', async () => {
    const claim = await claimed([submission('{"ver":1}'), submission('{"ver":9}')])
    const first = await converted(claim)
    expect(await readdir(join(state, 'spool', 'claimed'))).toEqual([`${claim.segment}~${OWNER}`])
    expect(await converted(claim)).toEqual(first)
  })

  test('has what is damaged set aside, and the rest converted', async () => {
    const claim = await claimed([submission('{"ver":1}'), submission('{"ver":1,"x":"here"}'), submission('{"ver":1}')])
    const bytes = await readFile(claim.path)
    bytes[bytes.indexOf('here')] = 0
    await writeFile(claim.path, bytes)
    const { index } = await converted(claim)
    expect(index.records.map(({ frame }) => frame)).toEqual([0, 2])
    expect(index.damaged).toMatchObject([{ near: START }])
    const [stretch] = index.damaged
    if (stretch === undefined) throw new Error('a damaged stretch was expected')
    const aside = await readFile(join(state, 'corrupted', `${claim.segment}-${stretch.offset}.bin`))
    expect(aside.equals(bytes.subarray(stretch.offset, stretch.offset + stretch.bytes))).toBe(true)
    expect(aside.includes('"x":"')).toBe(true)
  })

  test('covers nothing while submissions get through but heartbeats don’t, as in an overload', async () => {
    const some = submission('{"ver":1}')
    const claim = await claimed([{ kind: 'heartbeat' }, some, some, some, some, { kind: 'heartbeat' }, some])
    const { index } = await converted(claim)
    expect(index.coverage.map(({ from, to }) => [from - START, to - START])).toEqual([
      [0, 0],
      [25_000, 25_000],
    ])
  })

  test('that is nothing but garbage is damaged as a whole, about when its file was written', async () => {
    const path = join(state, 'spool', 'closed', 'from-elsewhere')
    await writeFile(path, 'no frames at all')
    await utimes(path, START / 1000, START / 1000)
    const { index } = await converted(await claim())
    expect(index).toMatchObject({
      segmentCreatedAt: START,
      damaged: [{ offset: 0, bytes: 16, near: START }],
      records: [],
      coverage: [],
    })
    expect(await readFile(join(state, 'corrupted', 'from-elsewhere-0.bin'), 'utf8')).toBe('no frames at all')
  })

  test('without frames is empty', async () => {
    const { index, contents } = await converted(await claimed([{ kind: 'heartbeat' }]))
    expect({ records: index.records, contents }).toEqual({ records: [], contents: [] })
    expect(index.coverage).toEqual([{ receiver: 'edge', from: START, to: START }])
  })
})

describe('submissions that wait for specifications', () => {
  const body = (revision: string) =>
    `{"ver":1,"histograms":{"USED":{"values":{}}},"info":{"revision":"http://hg.mozilla.org/mozilla-central/rev/${revision}"}}`
  const specification = parseSpecification('{"USED":{"kind":"flag"}}')
  if (specification === null) throw new Error('the specification must be readable')

  test('ask for each revision once a batch, all at the same time', async () => {
    const revisions = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'aaaaaaaaaaaa', 'cccccccccccc']
    const claim = await claimed(revisions.map(body).map((text) => submission(text)))
    const asked: string[] = []
    let answer = (_: SpecificationResult) => {}
    const answered = new Promise<SpecificationResult>((resolve) => {
      answer = resolve
    })
    const { index } = await converted(claim, {
      findSpecification: (revision) => {
        asked.push(revision.hex)
        if (asked.length === 3) answer({ kind: 'found', specification })
        return answered
      },
    })
    expect(asked).toEqual(['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'])
    expect(index.records.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
  })

  test('are quarantined each under what was said of its own revision', async () => {
    const claim = await claimed(['aaaaaaaaaaaa', 'bbbbbbbbbbbb'].map(body).map((text) => submission(text)))
    const { index } = await converted(claim, {
      findSpecification: async ({ hex }) => ({ kind: hex.startsWith('a') ? 'unknown' : 'unavailable' }),
    })
    expect(index.records.map(({ problem }) => problem)).toEqual(['unknown_revision', 'specification_unavailable'])
  })
})

describe('submissions whose specification is at hand', () => {
  const parsed = parseSpecification('{"USED":{"kind":"linear","high":9,"n_buckets":5}}')
  if (parsed === null) throw new Error('the specification must be readable')
  const specification = parsed
  const rules = conversionRules(convertOptions.parse({ state: '/nowhere' }))
  const quick = new QuickConverter(rules, () => specification)
  const body = (count: number, revision = 'http://hg.mozilla.org/mozilla-central/rev/aaaaaaaaaaaa') =>
    `{"ver":1,"é":"${count}","histograms":{"USED":{"values":{"1":${count}}}},"info":{"revision":"${revision}"}}`

  test('keep their own contents, also behind one that has to wait', async () => {
    // Whoever converts by bytes uses the same memory for each.
    const bodies = ['{"ver":9}', ...[1, 22, 333, 4444, 55555].map((count) => body(count)), '{"ver":9}', body(6)]
    const claim = await claimed(bodies.map((text) => submission(text)))
    const first = await converted(claim, { quick })
    expect(first.contents.flatMap((content) => (content.kind === 'converted' ? [content.payload] : []))).toEqual(
      [1, 22, 333, 4444, 55555, 6].map((count) =>
        body(count)
          .replace('"ver":1', '"ver":2')
          .replace(/\{"values".*?\}\}/, `[0,${count},0,0,0,-1,-1,-1,-1,-1]`),
      ),
    )
    const findSpecification = async () => ({ kind: 'found', specification }) as const
    expect(first).toEqual(await converted(claim, { findSpecification }))
  })
})

describe('a submission that our own code fails on', () => {
  test('is kept whole, and the others are converted', async () => {
    const rules = {
      ...conversionRules(convertOptions.parse({ state })),
      get revisions(): never {
        throw new Error('a mistake')
      },
    }
    const body = '{"ver":1,"info":{"revision":"x"}}'
    const claim = await claimed([submission('{"ver":1}'), submission(body)])
    const { index, contents } = await converted(claim, { rules })
    expect(index.records.map(({ outcome, problem }) => [outcome, problem])).toEqual([
      ['accepted', 'none'],
      ['rejected', 'corrupted_data'],
    ])
    expect(index.records[1]?.causes[0]?.value).toContain('a mistake')
    expect(contents[1]).toMatchObject({ kind: 'raw', body: Buffer.from(body) })
  })

  test('is not opened where it ended a worker, and kept whole', async () => {
    const claim = await claimed([submission('{"ver":1}'), submission('{"ver":1}'), submission('{"ver":1}')])
    const opened: (number | string)[] = []
    const { index, contents } = await converted(claim, {
      careful: true,
      poison: new Map([[1, 'it ended 2 workers']]),
      sign: {
        open: (frame) => opened.push(frame),
        pause: () => opened.push('pause'),
        close: () => opened.push('close'),
      },
    })
    expect(index.records.map(({ problem }) => problem)).toEqual(['none', 'bad_payload', 'none'])
    expect(index.records[1]?.causes[0]?.value).toBe('it ended 2 workers')
    expect(contents[1]).toMatchObject({ kind: 'raw', body: Buffer.from('{"ver":1}') })
    const each = (frame: number) => [frame, 'pause', frame, 'pause', 'close']
    expect(opened).toEqual([...each(0), 'close', ...each(2)])
  })
})

const REAL = '../shared/real/telemetry1.v1.log'
test.skipIf(!existsSync(REAL))('the log of 2013 in ../shared/real converts as it lies', async () => {
  await copyFile(REAL, join(state, 'spool', 'closed', 'telemetry1.v1.log'))
  const { index, contents } = await converted(await claim())
  expect(index).toMatchObject({ receiver: '', coverage: [], damaged: [], discarded: [] })
  expect(index.records).toMatchObject([
    { documentId: ID, problem: 'specification_unavailable', bytes: 18_255, dimensions: { channel: 'release' } },
  ])
  expect(index.segmentCreatedAt).toBe(index.records[0]?.receivedAt)
  expect(contents).toMatchObject([{ kind: 'raw' }])
})
