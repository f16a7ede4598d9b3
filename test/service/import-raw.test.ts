import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { oldFrame } from '../../data/spool/testing/old-log.ts'
import type { IncidentsAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, pause, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** The command as people give it, with and without the service. */
const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))

let folder: string
let state: string
let server: TidewatchProcess | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-import-'))
  state = join(folder, 'state')
})
afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(folder)
})

async function serve(): Promise<TidewatchProcess> {
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    environment: { TIDEWATCH_MAIL_TO: 'people@example.org' },
  })
  return server
}

async function stopCleanly(): Promise<void> {
  const stopped = server
  server = null
  expect(await stopped?.stop(), stopped?.output()).toBe(0)
}

function begin(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'import', 'raw', ...words, '--state', state], { stdio: 'pipe' })
}

async function importRaw(...words: readonly string[]) {
  const child = begin(...words)
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr?.setEncoding('utf8').on('data', (text) => (err += text))
  await once(child, 'close')
  return { exitCode: child.exitCode, out, err }
}

/** `nightly accepted 3`, one line a source, channel and outcome. */
async function counts(): Promise<string[]> {
  const database = await openDatabase(join(state, 'tidewatch.duckdb'))
  try {
    return await database.read(
      `select concat_ws(' ', source, outcome, sum(submissions)::bigint) as line from hourly_counts group by source, outcome order by line`,
      {},
      (row) => row.text('line'),
    )
  } finally {
    await database.close()
  }
}

async function archived(): Promise<string[]> {
  const database = await openDatabase(':memory:', { readableFolders: [join(state, 'archive')] })
  try {
    return await database.read(
      `select document_id as id from read_parquet('${join(state, 'archive')}/*/*/*.parquet') order by id`,
      {},
      (row) => row.text('id'),
    )
  } finally {
    await database.close()
  }
}

const idOf = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`

/** The frame of the document with this number: all of them within two hours, an hour ago. */
function frame(at: number, { padding }: { readonly padding: number }): Buffer {
  const path = `${idOf(at)}/idle-daily/Firefox/29.0a1/nightly/20140116030203`
  const body = JSON.stringify({ ver: 1, info: { reason: 'idle-daily' }, at, padding: 'x'.repeat(padding) })
  return oldFrame(path, body, { receivedAt: BEGUN - HOUR_MS - (100 - (at % 100)) * MINUTE_MS })
}

function frames(from: number, to: number, { padding = 10 } = {}): Buffer[] {
  return Array.from({ length: to - from }, (_, index) => frame(from + index, { padding }))
}

const BEGUN = Date.now()

async function write(name: string, pieces: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, Buffer.concat(pieces))
  return path
}

test('with a running service: counted once under whatever name, copies told, damage told, and nobody gets a mail', async () => {
  const { dashboardUrl } = await serve()
  const log = await write('telemetry.v1.log', [...frames(0, 30), Buffer.from('\x1egarbage'), ...frames(30, 60)])
  const first = await importRaw(log)
  expect(first).toMatchObject({ exitCode: 0, err: '' })
  expect(first.out).toContain('v1, 60 submissions')
  expect(first.out).toContain('Counted: 60 submissions.')
  const damagedAt = frames(0, 30).reduce((sum, { length }) => sum + length, 0)
  expect(first.out).toContain(`${log}: damaged at byte ${damagedAt}, 8 bytes`)

  const copy = await write('copy', [gzipSync(await readFile(log))])
  expect((await importRaw(copy, '--source', 'copies')).out).toContain(
    'All of it was in before. Counted: 60 submissions.',
  )

  const overlapping = await write('other.v1.log', frames(50, 80))
  const second = await importRaw(overlapping, '--source', 'later logs')
  expect(second.out).toContain('Counted: 30 submissions, 10 of which came before.')

  const answer = await fetch(`${dashboardUrl}/api/v1/incidents`)
  const { incidents }: IncidentsAnswer = await answer.json()
  expect(incidents).toEqual([])
  await stopCleanly()
  expect(await counts()).toEqual([
    'later logs accepted 20',
    'later logs duplicate 10',
    'telemetry.v1.log accepted 60',
    'telemetry.v1.log rejected 1',
  ])
  expect(await archived()).toEqual(Array.from({ length: 80 }, (_, at) => idOf(at)))
  expect(existsSync(join(state, 'mail')) ? await readdir(join(state, 'mail')) : []).toEqual([])
  const kept = (await readdir(join(state, 'corrupted'))).filter((name) => name.endsWith('.bin'))
  expect(await Promise.all(kept.map((name) => readFile(join(state, 'corrupted', name), 'latin1')))).toEqual([
    '\x1egarbage',
  ])
})

test('without a service it says that the log waits, and the next one counts it', async () => {
  const log = await write('backup', frames(0, 5))
  expect((await importRaw(log, '--dry-run')).out).toContain('Would import 5 of 5 frames.')
  expect(existsSync(join(state, 'spool', 'import')) ? await readdir(join(state, 'spool', 'import')) : []).toEqual([])
  expect((await importRaw(log)).out).toContain('No service runs on')
  await serve()
  expect((await importRaw(log)).out).toContain('Counted: 5 submissions.')
  await stopCleanly()
  expect(await counts()).toEqual(['backup accepted 5'])
})

test('killed again and again, the command and the service, and given again: each submission is counted once', async () => {
  const log = await write('long.v1.log', frames(0, 6_000, { padding: 2_000 }))
  await serve()
  for (let round = 0; round < 6; round++) {
    const child = begin(log, '--spool.segmentMaxBytes', round % 2 === 0 ? '64 KiB' : '256 KiB')
    await pause(300 + 250 * round)
    child.kill('SIGKILL')
    await once(child, 'close')
    if (round !== 2) continue
    await server?.kill()
    await serve()
  }
  const { out, exitCode } = await importRaw(log)
  expect(exitCode).toBe(0)
  expect(out).toContain('Counted: 6,000 submissions.')
  await stopCleanly()
  expect(await counts()).toEqual(['long.v1.log accepted 6000'])
  expect(await archived()).toEqual(Array.from({ length: 6_000 }, (_, at) => idOf(at)))
  await eventually('nothing is left of it', async () => {
    const left = await Promise.all(['import', 'claimed'].map((name) => readdir(join(state, 'spool', name))))
    return left.flat().filter((name) => name.endsWith('.import')).length === 0 ? true : null
  })
})

test.each([
  { claim: 'garbage', content: 'garbage', says: 'no frame of a raw log', exitCode: 1 },
  { claim: 'an empty file', content: '', says: 'empty, nothing to import', exitCode: 0 },
  { claim: 'no file', content: null, says: "can't be imported: ENOENT", exitCode: 1 },
])('$claim is told for what it is', async ({ content, says, exitCode }) => {
  const path = join(folder, 'some.v2.log')
  if (content !== null) await writeFile(path, content)
  const answer = await importRaw(path)
  expect(answer.exitCode).toBe(exitCode)
  expect(answer.out + answer.err).toContain(says)
})

test.each(['live', 'a\tb', ''])('--source %j is refused', async (source) => {
  const { exitCode, err } = await importRaw(await write('x', frames(0, 1)), '--source', source)
  expect(exitCode).toBe(64)
  expect(err).toContain(`--source is ${JSON.stringify(source)}`)
})
