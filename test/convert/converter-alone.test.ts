import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConvertedContents } from '../../data/converted/converted-file.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, PROGRAM } from '../support/tidewatch-process.ts'

/** `tidewatch serve --role convert`, as compiled. */

const REVISION = 'aabbccddeeff'

let state: string
let converter: ChildProcess
let output: string

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-converter-alone-'))
  await makeSpoolFolders(join(state, 'spool'))
  await mkdir(join(state, 'specifications'))
  await writeFile(join(state, 'specifications', `${REVISION}.json`), JSON.stringify({ USED: { kind: 'flag' } }))
})
afterEach(async () => {
  if (converter.exitCode === null && converter.signalCode === null) {
    const gone = once(converter, 'exit')
    converter.kill('SIGKILL')
    await gone
  }
  await removeFolder(state)
})

test('a converter that runs alone follows a reload, and stops with all it had begun', async () => {
  await allow(['http://hg.mozilla.org'])
  output = ''
  converter = spawn(process.execPath, [PROGRAM, 'serve', '--role', 'convert', '--config', configFile()], {
    env: { PATH: process.env.PATH ?? '', TIDEWATCH_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [converter.stdout, converter.stderr]) stream?.on('data', (text) => (output += String(text)))

  await receive()
  expect(await eventually('the first', () => outcomes(1))).toEqual(['quarantined invalid_revision'])

  await allow(['http://hg.mozilla.org', 'https://hg.mozilla.org'])
  converter.kill('SIGHUP')
  await eventually('the reload', async () => (output.includes('were reloaded') ? true : null))
  // What comes while one converter hands over to the next is decided by either.
  await eventually('the new settings in force', async () => {
    await receive()
    return (await outcomes(2))?.includes('accepted none') ? true : null
  })

  const gone = once(converter, 'exit')
  converter.kill('SIGTERM')
  expect(await gone).toEqual([0, null])
})

function configFile(): string {
  return join(state, 'tidewatch.yaml')
}

function allow(revisionPrefixes: readonly string[]): Promise<void> {
  const histograms = { dir: join(state, 'specifications'), revisionPrefixes }
  return writeFile(configFile(), JSON.stringify({ histograms }))
}

/** Lays a closed segment with one submission of a build that writes https. */
async function receive(): Promise<void> {
  const revision = `https://hg.mozilla.org/mozilla-central/rev/${REVISION}`
  const used = { range: [1, 2], bucket_count: 3, histogram_type: 3, values: { 0: 1, 1: 0 }, sum: 0 }
  const body = JSON.stringify({ ver: 1, info: { revision }, histograms: { USED: used } })
  const writer = new SpoolWriter({
    spool: join(state, 'spool'),
    receiver: 'edge',
    segmentMaxAgeMs: 1e9,
    segmentMaxBytes: 1e9,
    now: Date.now,
  })
  const path = '/submit/telemetry/00000000-0000-4000-8000-000000000001/idle-daily/Firefox/29.0/nightly/20140201030203'
  await writer.append({ kind: 'submission', path, attributes: {}, body: [Buffer.from(body)] })
  await writer.stop()
}

/** Of all that is converted, once there are so many; null before. */
async function outcomes(atLeast: number): Promise<string[] | null> {
  const folder = join(state, 'converted')
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.converted'))
  if (files.length < atLeast) return null
  const all: string[] = []
  for (const name of files) {
    for await (const { record } of readConvertedContents(join(folder, name))) {
      all.push(`${record.outcome} ${record.problem}`)
    }
  }
  return all
}
