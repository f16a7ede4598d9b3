import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import type { OverviewAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, pause, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))
const CHANNELS = ['nightly', 'aurora', 'beta', 'release']
const EACH = 40

/** How far it has come, as the state directory shows: there the service is killed. */
const POINTS: readonly { readonly point: string; readonly folders: readonly string[]; readonly name: RegExp }[] = [
  { point: 'the segment waits', folders: ['spool/reprocess', 'spool/claimed'], name: /\.reprocess/ },
  { point: 'it is converted', folders: ['converted'], name: /\.reprocess\.converted$/ },
  { point: 'new files are staged', folders: ['staging'], name: /^change-/ },
  { point: 'new files are in place', folders: ['archive'], name: /\.parquet$/ },
]

let state: string
let server: TidewatchProcess | null = null

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-reprocess-'))
})

afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(state)
})

test('killed again and again in the middle of reprocessing: in the end every submission is there once, and counted once', async () => {
  await allow(['http://hg.mozilla.org'])
  await start()
  const sent = await sendAll()
  // Each start and stop makes parts of its own: several batches to be killed between.
  expect(await server?.stop()).toBe(0)
  await allow(['http://hg.mozilla.org', 'https://hg.mozilla.org'])

  let killed = 0
  for (const { folders, name } of POINTS) {
    await start()
    const command = reprocess()
    const ended = once(command, 'exit')
    // Where it is too fast to be seen, nothing is left to be killed.
    while (command.exitCode === null && !folders.some((folder) => holds(folder, name))) await pause(1)
    await server?.kill()
    if (command.exitCode === null) killed++
    await ended
  }
  expect(killed).toBeGreaterThan(0)
  await start()
  const last = reprocess()
  await once(last, 'exit')
  expect(last.exitCode).toBe(0)
  const again = reprocess()
  let said = ''
  again.stdout?.on('data', (text) => (said += text))
  await once(again, 'exit')
  expect(said).toBe('Nothing is kept that would be tried.\n')
  expect(await server?.stop()).toBe(0)
  server = null

  const folders = [join(state, 'archive'), join(state, 'quarantine')]
  const database = await openDatabase(join(state, 'tidewatch.duckdb'), { readableFolders: folders })
  try {
    const kept = await database.read(
      `select document_id from read_parquet('${join(state, 'archive')}/*/*/*.parquet') order by document_id`,
      {},
      (row) => row.text('document_id'),
    )
    expect(kept).toEqual([...sent].sort())
    const counts = await database.read(
      'select problem, sum(submissions) as n, sum(recovered) as back from hourly_counts group by problem',
      {},
      (row) => [row.text('problem'), row.number('n'), row.number('back')],
    )
    expect(counts).toEqual([['invalid_revision', sent.length, sent.length]])
    const files = await database.read('select state from archive_files', {}, (row) => row.text('state'))
    expect(new Set(files)).toEqual(new Set(['kept']))
  } finally {
    await database.close()
  }
}, 300_000)

function holds(folder: string, name: RegExp): boolean {
  try {
    return readdirSync(join(state, folder), { recursive: true }).some((entry) => name.test(String(entry)))
  } catch {
    // A folder went while it was being read.
    return false
  }
}

async function start(): Promise<void> {
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    command: ['serve', '--config', join(state, 'tidewatch.yaml')],
  })
}

async function allow(revisionPrefixes: readonly string[]): Promise<void> {
  await writeFile(
    join(state, 'tidewatch.yaml'),
    JSON.stringify({ histograms: { dir: state, revisionPrefixes }, spool: { segmentMaxAgeSeconds: 1 } }),
  )
  await writeFile(join(state, 'aabbccddeeff.json'), JSON.stringify({ USED: { kind: 'flag', description: 'x' } }))
}

/** Resolves to the ids once all are counted. */
async function sendAll(): Promise<string[]> {
  const ids: string[] = []
  for (const channel of CHANNELS) {
    for (let number = 0; number < EACH; number++) {
      const id = randomUUID()
      ids.push(id)
      const path = `/submit/telemetry/${id}/idle-daily/Firefox/30.0a1/${channel}/20140204030204`
      const answer = await fetch(`${server?.receiveUrl}${path}`, { method: 'POST', body: submission(channel) })
      await answer.arrayBuffer()
      expect(answer.status).toBe(200)
    }
  }
  await eventually('all are counted', async () => {
    const answer = await fetch(`${server?.dashboardUrl}/api/v1/overview`)
    const { channels } = (await answer.json()) as OverviewAnswer
    const counted = channels.reduce((sum, row) => sum + row.so_far + (row.seen ?? 0), 0)
    return counted >= ids.length ? true : null
  })
  return ids
}

function submission(channel: string): string {
  return JSON.stringify({
    ver: 1,
    info: {
      reason: 'idle-daily',
      appName: 'Firefox',
      appVersion: '30.0a1',
      appUpdateChannel: channel,
      appBuildID: '20140204030204',
      revision: 'https://hg.mozilla.org/mozilla-central/rev/aabbccddeeff',
    },
    histograms: { USED: { range: [1, 2], bucket_count: 3, histogram_type: 3, values: { 0: 1, 1: 0 }, sum: 0 } },
  })
}

function reprocess(): ChildProcess {
  const command = spawn(process.execPath, [PROGRAM, 'reprocess', '--state', state], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  command.stdout?.setEncoding('utf8')
  return command
}
