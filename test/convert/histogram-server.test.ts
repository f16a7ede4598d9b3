import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { convertedFilePath, readConvertedIndex } from '../../data/converted/converted-file.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually } from '../support/tidewatch-process.ts'

/** Our own histogram server, our converter, and our check: as processes, with nobody else on the network. */

const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))
const CONVERTER = fileURLToPath(new URL('../../dist/server/convert/main.js', import.meta.url))
const HEX = 'a55c55edf302'
const SPECIFICATION = '{"USED":{"kind":"boolean"}}'

let folder: string
let children: ChildProcess[]
let https: Server | null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-offline-'))
  await mkdir(join(folder, 'own'))
  await makeSpoolFolders(join(folder, 'state', 'spool'))
  await writeFile(join(folder, 'own', `${HEX}.NIGHTLY_29.json`), SPECIFICATION)
  children = []
  https = null
})
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  https?.closeAllConnections()
  https?.close()
  await removeFolder(folder)
})

function payload(hex = HEX): string {
  const revision = `http://hg.mozilla.org/mozilla-central/rev/${hex}`
  return `{"ver":1,"info":{"revision":"${revision}"},"histograms":{"USED":{"values":{"0":1},"sum":0}}}`
}

function tidewatch(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.push(child)
  return child
}

async function serveHistograms(): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = tidewatch(['histograms', 'serve', 'own', '--listen', '127.0.0.1:0'])
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (more) => (output += more))
  const url = await eventually('the histogram server listens', async () => /^http:\S+/.exec(output)?.[0] ?? null)
  return { url, child }
}

async function convert(bodies: readonly string[], server: { readonly url: string; readonly form: string }) {
  const state = join(folder, 'state')
  const writer = new SpoolWriter({
    spool: join(state, 'spool'),
    receiver: 'edge',
    segmentMaxAgeMs: 1e9,
    segmentMaxBytes: 1e9,
  })
  for (const [at, body] of bodies.entries()) {
    const path = `/submit/telemetry/00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
    await writer.append({ kind: 'submission', path, attributes: {}, body: [Buffer.from(body)] })
  }
  await writer.stop()
  children.push(fork(CONVERTER, [JSON.stringify({ state, logLevel: 'silent', specifications: { server } })]))
  const segment = await eventually('a converted file', async () => {
    const names = await readdir(join(state, 'converted')).catch(() => [])
    return names.find((name) => name.endsWith('.converted')) ?? null
  })
  const path = convertedFilePath(join(state, 'converted'), segment.slice(0, -'.converted'.length))
  return (await readConvertedIndex(path)).records.map(({ outcome, problem }) => `${outcome} ${problem}`)
}

async function check(words: readonly string[], { input = '', environment = {} } = {}) {
  const child = tidewatch(['check', ...words], environment)
  child.stdin.end(input)
  const exited = once(child, 'exit')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  await exited
  return { exitCode: child.exitCode, out, err }
}

describe('a histogram server of our own', () => {
  test.each(['raw-file', 'query'])('is all that a converter needs, asked in the form %s', async (form) => {
    const { url } = await serveHistograms()
    const bodies = [payload(), payload(`${HEX}${'0'.repeat(28)}`), payload('b'.repeat(12))]
    expect(await convert(bodies, { url, form })).toEqual([
      'accepted none',
      'accepted none',
      'quarantined unknown_revision',
    ])
    const cache = join(folder, 'state', 'histograms', 'mozilla-central')
    expect((await readdir(cache)).sort()).toEqual([`${HEX}.json`, `${HEX}${'0'.repeat(28)}.json`].sort())
  })

  test('ends when it is asked to, with exit code 0', async () => {
    const { url, child } = await serveHistograms()
    expect((await fetch(`${url}/histograms`)).status).toBe(400)
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
  })

  test('is asked by a check, which keeps nothing and needs no state directory', async () => {
    const { url } = await serveHistograms()
    expect(await check(['-', '--histograms', url], { input: payload() })).toMatchObject({ exitCode: 0, err: '' })
    expect((await check(['-', '--histograms', url], { input: payload('b'.repeat(12)) })).exitCode).toBe(1)
    expect((await readdir(folder)).sort()).toEqual(['own', 'state'])
  })
})

describe('a histogram server over HTTPS', () => {
  async function serveTls(): Promise<{ readonly url: string; readonly certificate: string }> {
    const altNames = [{ type: 7 as const, ip: '127.0.0.1' }]
    const extensions = [{ name: 'subjectAltName' as const, altNames }]
    const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { extensions })
    const server = createServer({ cert, key }, (_, response) => response.end(SPECIFICATION))
    https = server
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a port was expected')
    await writeFile(join(folder, 'ca.pem'), cert)
    return { url: `https://127.0.0.1:${address.port}`, certificate: join(folder, 'ca.pem') }
  }

  test('is believed where its certificate is vouched for, and only there', async () => {
    const { url, certificate } = await serveTls()
    const words = ['-', '--histograms', url]
    const trusting = { NODE_EXTRA_CA_CERTS: certificate }
    expect(await check(words, { input: payload(), environment: trusting })).toMatchObject({ exitCode: 0 })
    const { exitCode, err } = await check(words, { input: payload() })
    expect(exitCode).toBe(2)
    expect(err).toContain('certificate')
  })
})
