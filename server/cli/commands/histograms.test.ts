import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommandLine } from '../run-command-line.ts'

const SPECIFICATION = '{"USED":{"kind":"boolean"}}'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-serve-histograms-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

function run(words: readonly string[]) {
  const said = { out: '', err: '' }
  const stop = new AbortController()
  const exitCode = runCommandLine(['histograms', ...words], {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    environment: {},
    currentFolder: folder,
    stop: stop.signal,
  })
  return { said, exitCode, stop: () => stop.abort() }
}

test('serves a folder until it is stopped, and says where', async () => {
  await writeFile(join(folder, 'a55c55edf302.json'), SPECIFICATION)
  await writeFile(join(folder, 'notes.txt'), 'x')
  const { said, exitCode, stop } = run(['serve', '.', '--listen', '127.0.0.1:0'])
  await expect.poll(() => said.out, { timeout: 30_000 }).toContain('so far')
  expect(said.out).toContain(`serves ${folder} (1 file so far)`)
  const [url = ''] = said.out.split(' ')
  const path = '/mozilla-central/raw-file/a55c55edf302/toolkit/components/telemetry/Histograms.json'
  expect(await (await fetch(url + path)).text()).toBe(SPECIFICATION)
  stop()
  expect(await exitCode).toBe(0)
  await expect(fetch(url + path)).rejects.toThrow()
})

test('says that somebody else listens there', async () => {
  const first = run(['serve', '.', '--listen', '127.0.0.1:0'])
  await expect.poll(() => first.said.out, { timeout: 30_000 }).toContain('so far')
  const [address = ''] = /127\.0\.0\.1:\d+/.exec(first.said.out) ?? []
  const second = run(['serve', '.', '--listen', address])
  expect(await second.exitCode).toBe(1)
  expect(second.said.err).toBe(
    `listen is "${address}": something else listens there already; choose another with --listen\n`,
  )
  first.stop()
  await first.exitCode
})

test.each([
  { words: ['serve', 'absent'], exitCode: 1, says: "absent can't be read" },
  { words: ['sell', '.'], exitCode: 64, says: '"histograms sell" is nothing: use "histograms serve DIR"' },
  { words: ['serve'], exitCode: 64, says: 'another argument is missing' },
  { words: ['serve', '.', '--listen', '9898'], exitCode: 64, says: '--listen is "9898": use HOST:PORT' },
])('$words is refused', async ({ words, exitCode, says }) => {
  const refused = run(words)
  expect(await refused.exitCode).toBe(exitCode)
  expect(refused.said.err).toContain(says)
})
