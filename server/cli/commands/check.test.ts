import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { revision, SpecificationSources } from '../../../data/histograms/testing/specification-source.ts'
import { runCommandLine } from '../run-command-line.ts'

const HEX = revision().hex
const REVISION = `http://hg.mozilla.org/mozilla-central/rev/${HEX}`
const DEFINITIONS = JSON.stringify(
  Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`USED_${at}`, { kind: 'boolean' }])),
)
const GOOD = { values: { 0: 1 }, sum: 0 }

let folder: string
let sources: SpecificationSources
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-check-'))
  sources = new SpecificationSources()
  await writeFile(join(folder, `${HEX}.json`), DEFINITIONS)
})
afterEach(async () => {
  await sources.stop()
  await rm(folder, { recursive: true })
})

function payload({ revision = REVISION, more = {} }: { revision?: string; more?: Record<string, unknown> } = {}) {
  const good = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`USED_${at}`, GOOD]))
  const info = {
    reason: 'idle-daily',
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140116030203',
  }
  return JSON.stringify({ ver: 1, info: { ...info, revision }, histograms: { ...good, ...more } })
}

async function put(body: string | Uint8Array, name = 'ping.json'): Promise<string> {
  await writeFile(join(folder, name), body)
  return name
}

async function check(words: readonly string[], { input = '', environment = {} } = {}) {
  const said = { out: '', err: '' }
  const exitCode = await runCommandLine(['check', ...words], {
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    readInput: async function* () {
      yield Buffer.from(input)
    },
    environment,
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { exitCode, ...said }
}

const checkHere = (...words: string[]) => check([...words, '--histograms', '.'])

describe('a submission', () => {
  test('that is accepted passes, and it is told what it counts under', async () => {
    expect(await checkHere(await put(payload()))).toEqual({
      exitCode: 0,
      out:
        'ping.json: accepted\n' +
        '  counted under reason idle-daily, app_name Firefox, app_version 29.0a1, channel nightly, build_id 20140116030203\n',
      err: '',
    })
  })

  test('may be compressed, and may come from standard input', async () => {
    expect((await checkHere(await put(gzipSync(payload()), 'ping.gz'))).out).toContain('ping.gz: accepted')
    expect(await check(['-', '--histograms', '.'], { input: payload() })).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('-: accepted'),
    })
  })

  test('whose build writes another prefix fails, and the prefix is named: it never ships unseen', async () => {
    const changed = await put(payload({ revision: REVISION.replace('http:', 'https:') }))
    const prefixes = ['--histograms.revisionPrefixes', 'http://hg.mozilla.org']
    const { exitCode, out } = await checkHere(changed, ...prefixes)
    expect(exitCode).toBe(1)
    expect(out).toContain('ping.json: quarantined, invalid_revision\n')
    expect(out).toContain(`invalid_revision: info.revision is "https://hg.mozilla.org/mozilla-central/rev/${HEX}"\n`)
    const json = JSON.parse((await checkHere(changed, ...prefixes, '--json')).out)
    expect(json.attributes.revision_prefix).toBe('https://hg.mozilla.org')
    expect((await checkHere(changed)).exitCode).toBe(0)
  })

  test('with a histogram that would be dropped fails, with its name and why, unless salvaged ones are allowed', async () => {
    const file = await put(payload({ more: { NEW: GOOD, USED_3: { values: { 7: 1 } } } }))
    const { exitCode, out } = await checkHere(file)
    expect(exitCode).toBe(1)
    expect(out).toContain('ping.json: salvaged, bad_histogram\n')
    expect(out).toContain('  2 of 21 histograms dropped:\n')
    expect(out).toMatch(/ {4}unknown_histogram: histograms\.NEW is "not in the specification"\n/)
    expect(out).toMatch(/ {4}bad_histogram: histograms\.USED_3\b/)
    expect((await checkHere(file, '--allow-salvaged')).exitCode).toBe(0)
  })

  test('that would lose too many of them names them all the same, and isn’t allowed as salvaged', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`NEW_${at}`, GOOD]))
    const file = await put(payload({ more: unknown }))
    const { exitCode, out } = await checkHere(file, '--allow-salvaged')
    expect(exitCode).toBe(1)
    expect(out).toContain('ping.json: quarantined, histograms_lost\n')
    expect(out).toContain('30 of 50 histograms dropped:')
    expect(out).toContain('and 10 more\n')
    const { dropped_histograms } = JSON.parse((await checkHere(file, '--json')).out)
    expect(dropped_histograms).toHaveLength(30)
  })

  test('is held against the path that it would be sent to', async () => {
    const file = await put(payload())
    const path =
      '/submit/telemetry/17caa68c-25f5-450a-9cce-7d31318846d8/idle-daily/Firefox/29.0a1/aurora/20140116030203'
    const { exitCode, out } = await checkHere(file, '--path', path)
    expect(exitCode).toBe(1)
    expect(out).toContain('ping.json: salvaged, dimension_mismatch\n')
    const inHalf = await checkHere(await put('{"ver":1,"info":{}}'), '--path', '/submit/telemetry/x/y')
    expect(inHalf.out).toContain('rejected, invalid_path')
  })

  test('that the receiver would discard fails, though it could be read', async () => {
    const file = await put(payload())
    expect(await checkHere(file, '--receive.maxBodyBytes', '500')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^ping\.json: discarded, body too long\n {2}\d+ bytes; 500 are received/),
    })
    const path = `/submit/telemetry/x/${'y'.repeat(20_000)}`
    expect((await checkHere(file, '--path', path)).out).toContain('discarded, path too long')
  })

  test.each([
    { claim: 'no JSON', body: '<html>', says: 'rejected, bad_json' },
    { claim: 'empty', body: '', says: 'rejected, empty_data' },
    { claim: 'of a version to come', body: '{"ver":9}', says: 'quarantined, unknown_version' },
    {
      claim: 'of a revision that says nothing',
      body: payload({ revision: '' }),
      says: 'quarantined, missing_revision',
    },
  ])('that is $claim fails', async ({ body, says }) => {
    expect(await checkHere(await put(body))).toMatchObject({ exitCode: 1, out: expect.stringContaining(says) })
  })
})

describe('specifications', () => {
  test('come from a server, which may say that there is no such revision', async () => {
    const { url, asked } = await sources.serve((request, response) => {
      if (request.url?.includes(HEX)) response.end(DEFINITIONS)
      else response.writeHead(404).end()
    })
    const known = await put(payload(), 'known.json')
    const unknown = await put(payload({ revision: REVISION.replace(HEX, 'b'.repeat(12)) }), 'unknown.json')
    const { exitCode, out } = await check([known, known, unknown, '--histograms', url])
    expect(out).toContain('known.json: accepted')
    expect(out).toContain('unknown.json: quarantined, unknown_revision')
    expect(exitCode).toBe(1)
    expect(asked).toHaveLength(2)
  })

  test('that can’t be had leave the submission unchecked, and it is told what went wrong', async () => {
    const { url } = await sources.serve((_, response) => response.writeHead(503).end())
    const { exitCode, out, err } = await check([await put(payload()), '--histograms', url])
    expect(exitCode).toBe(2)
    expect(out).toContain("ping.json: can't be checked")
    expect(err).toContain('it answered 503')
  })

  test('of which no source is known are asked of nobody', async () => {
    const { exitCode, err } = await check([await put(payload())])
    expect(exitCode).toBe(2)
    expect(err).toContain('--histograms DIR')
  })

  test('aren’t needed where there are no histograms', async () => {
    expect((await checkHere(await put('{"ver":1,"info":{"reason":"idle-daily"}}'))).exitCode).toBe(0)
  })

  test('may come from the settings; neither they nor anything else is kept', async () => {
    const environment = { TIDEWATCH_HISTOGRAMS_DIR: folder, TIDEWATCH_STATE: join(folder, 'state') }
    expect((await check([await put(payload())], { environment })).exitCode).toBe(0)
    expect((await readdir(folder)).sort()).toEqual([`${HEX}.json`, 'ping.json'].sort())
  })
})

describe('several files', () => {
  test('are all told of, and what couldn’t be checked outweighs what fails', async () => {
    const good = await put(payload(), 'good.json')
    const bad = await put('{', 'bad.json')
    expect((await checkHere(good, good)).exitCode).toBe(0)
    expect((await checkHere(good, bad)).exitCode).toBe(1)
    const { exitCode, out } = await checkHere(bad, 'absent.json', good)
    expect(exitCode).toBe(2)
    expect(out.match(/^\S+: .*$/gm)).toEqual([
      'bad.json: rejected, bad_json',
      expect.stringMatching(/^absent\.json: can't be checked: ENOENT/),
      'good.json: accepted',
    ])
  })

  test('are a line of JSON each', async () => {
    const { out } = await checkHere(await put(payload()), 'absent.json', '--json')
    const [first, second, ...rest] = out.trimEnd().split('\n')
    expect(rest).toEqual([])
    expect(JSON.parse(first ?? '')).toEqual({
      file: 'ping.json',
      result: 'passes',
      outcome: 'accepted',
      problem: 'none',
      problems: [],
      causes: [],
      dimensions: {
        reason: 'idle-daily',
        app_name: 'Firefox',
        app_version: '29.0a1',
        channel: 'nightly',
        build_id: '20140116030203',
      },
      attributes: { path_form: 'id', revision_prefix: 'http://hg.mozilla.org' },
      bytes: payload().length,
      histograms: 20,
      dropped_histograms: [],
    })
    expect(JSON.parse(second ?? '')).toMatchObject({ file: 'absent.json', result: 'unchecked', outcome: null })
  })
})

describe('what was typed wrongly', () => {
  test.each([
    { words: ['x', '--path', '/elsewhere'], says: '--path is "/elsewhere": use /submit/telemetry/<id>' },
    { words: ['x', '--histograms', 'ftp://x'], says: '--histograms is "ftp://x": use a folder, or an http' },
    { words: ['x', '--histograms', 'http://'], says: '--histograms is "http://": use a folder, or an http' },
    { words: [], says: 'an argument is missing' },
  ])('$words', async ({ words, says }) => {
    const { exitCode, err } = await check(words)
    expect(exitCode).toBe(64)
    expect(err).toContain(says)
  })
})
