import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCommandLine } from '../run-command-line.ts'

// Generating a world takes a moment, and longer where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-simulate-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('simulate refuses', () => {
  test.each([
    { words: '--rate fast', says: '--rate is "fast": allowed is a number above 0' },
    { words: '--rate 0', says: '--rate is "0": allowed is a number above 0' },
    { words: '--duration 10', says: '--duration is "10": allowed is a number above 0 with its unit: 90s, 10m, 2h' },
    { words: '--url ftp://a', says: '--url is "ftp://a": allowed is an address such as http://127.0.0.1:8080' },
    { words: '--channels esr', says: '--channels is "esr": allowed is release, beta, aurora, nightly, OTHER' },
    { words: '--fault fire', says: '--fault is "fire": allowed is silent-build' },
    { words: '--seed 1.5', says: '--seed is "1.5": allowed is a whole number' },
    { words: '--out x', says: '--out means nothing to "simulate"' },
    { words: 'tale', says: '"tale" is nothing to simulate: use "story", "specification", or nothing' },
    { words: 'story', says: '--out is missing' },
    { words: 'story --out x --rate 5', says: '--rate means nothing to "simulate story"' },
    { words: 'story --out x --events F', says: '--events is "F": allowed is A, B, C, D, E, none' },
    { words: 'story --out x --end-at tomorrow', says: '--end-at is "tomorrow": allowed is "now", or a time' },
  ])('$words', async ({ words, says }) => {
    const { code, err } = await tidewatch(`simulate ${words}`)
    expect(code).toBe(64)
    expect(err).toContain(says)
  })
})

test('simulate specification writes one file a revision and names them', async () => {
  const { code, out } = await tidewatch('simulate specification --out specifications')
  expect(code).toBe(0)
  const names = await readdir(join(folder, 'specifications'))
  expect(names).toHaveLength(4)
  expect(out.trimEnd().split('\n').sort()).toEqual(names.map((name) => join(folder, 'specifications', name)).sort())
})

test('simulate story writes counts, attributes and labels', async () => {
  const { code } = await tidewatch('simulate story --out story --scale 0.01 --events C,E --end-at 2026-03-18')
  expect(code).toBe(0)
  expect((await readdir(join(folder, 'story'))).sort()).toEqual(['attributes.csv', 'counts.csv', 'labels.json'])
})

test('simulate sends to the server it is given and says how it answered', async () => {
  let taken = 0
  const { url, close } = await listen(() => {
    taken += 1
  })
  // So slow that even a busy machine holds nothing back.
  const { code, out } = await tidewatch(`simulate --url ${url} --rate 10 --steady --duration 1s`)
  await close()
  expect(code).toBe(0)
  expect(out).toBe(`${taken} sent: ${taken} x 200\n`)
})

test('simulate fails when nobody takes what it sends', async () => {
  const { url, close } = await listen(() => undefined)
  await close()
  const { code, err, out } = await tidewatch(`simulate --url ${url} --rate 100 --steady --duration 1s`)
  expect(code).toBe(1)
  expect(out).toContain('without an answer (ECONNREFUSED)')
  expect(err).toContain(`${url} accepted nothing`)
})

/** A server that answers 200 to all. */
async function listen(onRequest: () => void): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      onRequest()
      response.end('OK')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** Runs a command line in `folder`. */
async function tidewatch(words: string): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await runCommandLine(words.split(' '), {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    environment: {},
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { code, out, err }
}
