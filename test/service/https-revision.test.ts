import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { type EpochMs, HOUR_MS, isoSeconds, SECOND_MS, startOfHour } from '../../data/domain/time.ts'
import { encodeFrame } from '../../data/spool/frame.ts'
import { encodeSegmentHeader } from '../../data/spool/segment-header.ts'
import { segmentName } from '../../data/spool/segment-name.ts'
import type { IncidentsAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { runCommandLine } from '../../server/cli/run-command-line.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/**
 * Winter 2014: builds began to write their revision as https, where only http was allowed. Then every such submission was
 * thrown away, unseen.
 */

const PER_HOUR = 300
const DAYS = 24
const REVISION = 'aabbccddeeff'

let state: string
let server: TidewatchProcess | null = null

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-https-'))
})

afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(state)
})

test('builds that write https where http is allowed: kept, told within the hour, and all brought back', async () => {
  const hour = startOfHour(Date.now()) - HOUR_MS
  await prepare(hour)
  const ids = await layHour(hour)
  server = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    command: ['serve', '--config', join(state, 'tidewatch.yaml')],
  })

  const incident = await eventually('the incident', async () => {
    const { incidents } = await get<IncidentsAnswer>('/api/v1/incidents')
    return incidents.find(({ kind }) => kind === 'invalid') ?? null
  })
  expect(incident).toMatchObject({ channel: 'nightly', state: 'open' })
  const mail = await eventually(
    'its mail',
    async () => (await mails()).find((text) => text.includes('invalid')) ?? null,
  )
  expect(mail).toContain('https://hg.mozilla.org')
  expect(await values(hour)).toEqual({ received: PER_HOUR, invalid: PER_HOUR, accepted: 0 })

  await allow(['http://hg.mozilla.org', 'https://hg.mozilla.org'])
  process.kill(server.pid, 'SIGHUP')
  await eventually('the reload', async () => (server?.output().includes('were reloaded') ? true : null))

  const some = ['--problem', 'invalid_revision']
  expect(await reprocess(...some, '--dry-run')).toBe(`invalid_revision: ${PER_HOUR} of ${PER_HOUR} would convert\n`)
  expect(await reprocess()).toBe(`invalid_revision: ${PER_HOUR} of ${PER_HOUR} converted\n`)
  expect(await reprocess()).toBe('Nothing is kept that would be tried.\n')
  // Healing never withdraws what happened.
  expect(await values(hour)).toEqual({ received: PER_HOUR, invalid: PER_HOUR, accepted: PER_HOUR })
  expect(await server.stop()).toBe(0)
  server = null

  const database = await openDatabase(join(state, 'tidewatch.duckdb'), { readableFolders: [join(state, 'archive')] })
  try {
    const kept = await database.read(
      `select document_id, outcome, problem, recovered_at is not null as is_late, epoch_ms(received_at) as at
       from read_parquet('${join(state, 'archive')}/*/*/*.parquet', hive_partitioning = true) where channel = 'nightly'`,
      {},
      (row) => ({
        id: row.text('document_id'),
        how: `${row.text('outcome')} ${row.text('problem')}`,
        isLate: row.boolean('is_late'),
        at: row.number('at'),
      }),
    )
    expect(kept.map(({ id }) => id).sort()).toEqual([...ids].sort())
    expect(new Set(kept.map(({ how }) => how))).toEqual(new Set(['accepted none']))
    expect(kept.every(({ isLate, at }) => isLate && at >= hour && at < hour + HOUR_MS)).toBe(true)
    const counts = await database.read(
      `select outcome, problem, sum(submissions) as n, sum(recovered) as back from hourly_counts
       where source = 'live' and channel = 'nightly' group by all`,
      {},
      (row) => [row.text('outcome'), row.text('problem'), row.number('n'), row.number('back')],
    )
    expect(counts).toEqual([['quarantined', 'invalid_revision', PER_HOUR, PER_HOUR]])
    const prefixes = await database.read(
      `select value, sum(submissions) as n from attribute_counts
       where source = 'live' and attribute = 'revision_prefix' group by value`,
      {},
      (row) => [row.text('value'), row.number('n')],
    )
    expect(prefixes).toEqual([['https://hg.mozilla.org', PER_HOUR]])
  } finally {
    await database.close()
  }
  expect(
    readdirSync(join(state, 'quarantine'), { recursive: true }).filter((name) => /parquet$/.test(String(name))),
  ).toEqual([])
})

/** Quiet weeks of http, brought in as counts; a specification; and http alone allowed. */
async function prepare(end: EpochMs): Promise<void> {
  const specifications = join(state, 'specifications')
  await mkdir(specifications)
  await writeFile(
    join(specifications, `${REVISION}.json`),
    JSON.stringify({ USED: { kind: 'flag', description: 'x' } }),
  )
  await allow(['http://hg.mozilla.org'])
  const counts = ['hour,channel,submissions']
  const attributes = ['hour,channel,attribute,value,submissions']
  for (let hour = end - DAYS * 24 * HOUR_MS; hour < end; hour += HOUR_MS) {
    const wobble = Math.round(PER_HOUR * (1 + 0.02 * Math.sin(hour / HOUR_MS / 1.7)))
    counts.push(`${isoSeconds(hour)},nightly,${wobble}`)
    attributes.push(`${isoSeconds(hour)},nightly,revision_prefix,http://hg.mozilla.org,${wobble}`)
  }
  for (const [name, lines] of Object.entries({ counts, attributes })) {
    const path = join(state, `${name}.csv`)
    await writeFile(path, `${lines.join('\n')}\n`)
    expect((await command(['import', 'counts', path, '--state', state, '--source', name])).code).toBe(0)
  }
}

async function allow(prefixes: readonly string[]): Promise<void> {
  const settings = { histograms: { dir: join(state, 'specifications'), revisionPrefixes: prefixes } }
  await writeFile(join(state, 'tidewatch.yaml'), JSON.stringify(settings))
}

/** What a receiver of that hour left, closed and not converted yet. Answers the document ids. */
async function layHour(hour: EpochMs): Promise<string[]> {
  const id = randomBytes(8)
  const identity = { receiver: 'edge-9', createdAt: hour, writer: '1.0', id: id.toString('hex') }
  const frames = [encodeSegmentHeader(identity)]
  const ids = Array.from({ length: PER_HOUR }, () => randomUUID())
  let number = 0
  for (let at = hour; at < hour + HOUR_MS; at += 4 * SECOND_MS) {
    frames.push(encodeFrame(id, number++, at, { kind: 'heartbeat' }))
    const sent = Math.floor((at - hour) / (12 * SECOND_MS))
    if ((at - hour) % (12 * SECOND_MS) !== 0) continue
    const body = gzipSync(JSON.stringify(submission(sent)))
    const path = `/submit/telemetry/${ids[sent]}`
    frames.push(encodeFrame(id, number++, at, { kind: 'submission', path, attributes: {}, body: [body] }))
  }
  await mkdir(join(state, 'spool', 'closed'), { recursive: true })
  await writeFile(join(state, 'spool', 'closed', segmentName(identity)), Buffer.concat(frames))
  return ids
}

function submission(number: number) {
  return {
    ver: 1,
    info: {
      reason: 'idle-daily',
      appName: 'Firefox',
      appVersion: '30.0a1',
      appUpdateChannel: 'nightly',
      appBuildID: '20140204030204',
      revision: `https://hg.mozilla.org/mozilla-central/rev/${REVISION}`,
    },
    histograms: {
      USED: {
        range: [1, 2],
        bucket_count: 3,
        histogram_type: 3,
        values: { 0: 1, 1: 0 },
        sum: 0,
        sum_squares_lo: number,
        sum_squares_hi: 0,
      },
    },
  }
}

async function values(hour: EpochMs): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const metric of ['received', 'invalid', 'accepted']) {
    const range = `from=${isoSeconds(hour)}&to=${isoSeconds(hour + HOUR_MS)}`
    const answer = await get<SeriesAnswer>(`/api/v1/series?metric=${metric}&step=hour&channel=nightly&${range}`)
    found[metric] = answer.series[0]?.values[0] ?? Number.NaN
  }
  return found
}

/** Their subjects and texts. */
function mails(): Promise<string[]> {
  const folder = join(state, 'mail')
  const kept = readdirSync(folder).filter((name) => name.endsWith('.eml'))
  return Promise.all(
    kept.map(async (name) => {
      const { subject = '', text = '' } = await PostalMime.parse(readFileSync(join(folder, name)))
      // An invisible character keeps mail programs from making links of what clients sent.
      return `${subject}\n${text}`.replaceAll('\u2060', '')
    }),
  )
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${server?.dashboardUrl}${path}`)
  expect(answer.status, path).toBe(200)
  // The test's own expectations check what of it matters.
  return answer.json() as Promise<T>
}

async function reprocess(...more: string[]): Promise<string> {
  const { code, out } = await command(['reprocess', '--state', state, ...more])
  expect(code).toBe(0)
  return out
}

async function command(words: readonly string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const code = await runCommandLine(words, {
    out: (text) => (out += text),
    err: (text) => process.stderr.write(text),
    environment: {},
    currentFolder: process.cwd(),
    stop: new AbortController().signal,
  })
  return { code, out }
}
