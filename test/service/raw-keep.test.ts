import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, PROGRAM, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** What is received is kept raw, and counts the same when it is brought into an empty service. */

let folder: string
let server: TidewatchProcess | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-raw-keep-'))
})
afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(folder)
})

async function serve(state: string): Promise<TidewatchProcess> {
  const environment = { TIDEWATCH_SPOOL_KEEP_RAW_DAYS: '7', TIDEWATCH_SPOOL_SEGMENT_MAX_AGE_SECONDS: '1' }
  server = await startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort(), environment })
  return server
}

async function send({ receiveUrl }: TidewatchProcess, channel: string, body: string | Buffer): Promise<void> {
  const path = `/submit/telemetry/${randomUUID()}/idle-daily/Firefox/29.0a1/${channel}/20140116030203`
  const answer = await fetch(receiveUrl + path, { method: 'POST', body: new Uint8Array(Buffer.from(body)) })
  expect(answer.status).toBe(200)
}

async function keptFiles(state: string): Promise<string[]> {
  const names = await readdir(join(state, 'raw'), { recursive: true })
  return names.filter((name) => name.endsWith('.gz')).map((name) => join(state, 'raw', name))
}

async function counts(state: string): Promise<string[]> {
  const database = await openDatabase(join(state, 'tidewatch.duckdb'))
  try {
    return await database.read(
      `select epoch_ms(hour)::varchar as hour, channel, outcome, problem, sum(submissions)::varchar as n, sum(bytes)::varchar as bytes
       from hourly_counts group by all order by all`,
      {},
      (row) => ['hour', 'channel', 'outcome', 'problem', 'n', 'bytes'].map((column) => row.text(column)).join(' '),
    )
  } finally {
    await database.close()
  }
}

test('what was received is kept as it came, and import raw makes the same counts of it', async () => {
  const first = join(folder, 'first')
  const received = await serve(first)
  const good = gzipSync('{"ver":1,"info":{"reason":"idle-daily"}}')
  for (const channel of ['nightly', 'aurora', 'nightly']) await send(received, channel, good)
  await send(received, 'beta', 'no JSON')
  await eventually('a kept file', async () => ((await keptFiles(first)).length > 0 ? true : null))
  await send(received, 'release', good)
  expect(await received.stop()).toBe(0)
  // What the stop left to be compressed, the next start does.
  const again = await serve(first)
  await eventually('nothing waits', async () => {
    return (await readdir(join(first, 'raw', 'waiting'))).length === 0 ? true : null
  })
  await again.stop()

  const second = join(folder, 'second')
  await serve(second)
  const words = ['import', 'raw', '--source', 'kept', ...(await keptFiles(first))]
  const command = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: process.env.PATH ?? '', TIDEWATCH_STATE: second },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [command.stdout, command.stderr]) stream.on('data', (text) => (said += text))
  await once(command, 'close')
  expect({ exitCode: command.exitCode, said }).toMatchObject({ exitCode: 0 })
  await server?.stop()
  server = null
  const expected = await counts(first)
  expect(expected).toHaveLength(4)
  expect(await counts(second)).toEqual(expected)
})
