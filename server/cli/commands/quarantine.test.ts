import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FilledArchive, openFilledArchive } from '../../../data/archive/testing/filled-archive.ts'
import { testIndex } from '../../../data/counts/testing/converted-index.ts'
import { runCommandLine } from '../run-command-line.ts'

let filled: FilledArchive
let out: string

beforeEach(async () => {
  filled = await openFilledArchive({
    content: ({ documentId }) => ({
      kind: 'raw',
      path: `/submit/telemetry/${documentId}`,
      headers: {},
      body: bodyOf(documentId),
    }),
  })
  const { records } = testIndex('segment', [
    { id: 'd1', problem: 'invalid_revision' },
    { id: 'd2', problem: 'invalid_revision' },
    { problem: 'bad_json', channel: 'aurora' },
  ])
  await filled.convert('segment', [], {
    records: records.map((record) => {
      const [problem = 'bad_json'] = record.problems
      return { ...record, causes: [{ problem, field: 'x', value: problem === 'bad_json' ? '\u001b[2J' : 'ftp://hg' }] }
    }),
  })
  await filled.archive()
  // Nobody runs the service: the command opens the state directory itself.
  await filled.options.db.close()
  await rename(join(filled.root, 'counts.duckdb'), join(filled.root, 'tidewatch.duckdb'))
  out = await mkdtemp(join(tmpdir(), 'tidewatch-quarantine-'))
})

afterEach(async () => {
  await filled.close()
  await rm(out, { recursive: true })
})

function bodyOf(documentId: string): Uint8Array {
  return documentId === 'd2' ? Buffer.alloc(5000, 'y') : Buffer.from([0x1f, 0x8b, 0, 255, 10])
}

async function tidewatch(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await runCommandLine([...words, '--state', filled.root], {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    environment: {},
    currentFolder: process.cwd(),
    stop: new AbortController().signal,
  })
  return { code, ...said }
}

test('list: by problem, channel and day, with offending values and names; nothing in it steers a terminal', async () => {
  const { code, out } = await tidewatch('quarantine', 'list')
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    'PROBLEM           CHANNEL  DAY         SUBMISSIONS  BYTES',
    'bad_json          aurora   2014-01-16  1            100',
    '    values:  \\u001b[2J',
    '    samples: segment/2',
    'invalid_revision  nightly  2014-01-16  2            200',
    '    values:  ftp://hg',
    expect.stringMatching(/^ {4}samples: (d1 {2}d2|d2 {2}d1)$/),
    '',
  ])
})

test('list: only what is asked for', async () => {
  const { out } = await tidewatch('quarantine', 'list', '--json', '--problem', 'bad_json', '--until', '2014-01-17')
  expect(JSON.parse(out)).toMatchObject([{ problem: 'bad_json', submissions: 1 }])
  expect((await tidewatch('quarantine', 'list', '--since', '2014-01-17')).out).toBe(
    `Nothing of that kind is in the quarantine.
What was received in the last minutes is there once its part of the archive is written.
`,
  )
  const wrong = await tidewatch('quarantine', 'list', '--problem', 'invalid_revison')
  expect(wrong.code).toBe(64)
  expect(wrong.err).toContain('did you mean invalid_revision')
})

test('show: by document id or by segment and frame, and the whole body where it is asked for', async () => {
  const known = await tidewatch('quarantine', 'show', 'd2')
  expect(known.code).toBe(0)
  expect(known.out).toContain('"path": "/submit/telemetry/d2"')
  expect(known.out).toContain('(3000 bytes more: --full, or quarantine export)')
  expect((await tidewatch('quarantine', 'show', 'segment/1', '--full')).out).toContain('y'.repeat(5000))
  expect(await tidewatch('quarantine', 'show', 'd9')).toMatchObject({ code: 1, out: '' })
})

test('export: bodies byte for byte, as lines or as files', async () => {
  const lines = (await tidewatch('quarantine', 'export')).out.trim().split('\n')
  const bodies = lines.map((line): [string, Buffer] => {
    const { documentId, body } = JSON.parse(line)
    return [documentId, Buffer.from(body, 'base64')]
  })
  expect(new Map(bodies)).toEqual(new Map(['', 'd1', 'd2'].map((id) => [id, Buffer.from(bodyOf(id))])))
  const into = join(out, 'exported')
  expect((await tidewatch('quarantine', 'export', '--format', 'dir', '--out', into, '--channel', 'nightly')).out).toBe(
    `2 submissions written into ${into}.\n`,
  )
  expect((await readdir(into)).sort()).toEqual(['segment-0.body', 'segment-0.json', 'segment-1.body', 'segment-1.json'])
  expect(await readFile(join(into, 'segment-0.body'))).toEqual(Buffer.from(bodyOf('d1')))
})
