import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SubmissionsAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** The archive's commands as people give them, beside a running service and without one. */
const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))

let folder: string
let state: string
let server: TidewatchProcess | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-commands-'))
  state = join(folder, 'state')
})
afterEach(async () => {
  await server?.kill()
  server = null
  await removeFolder(folder)
})

async function serve(): Promise<TidewatchProcess> {
  server = await startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort() })
  return server
}

async function tidewatch(...words: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words, '--state', state], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  await once(child, 'close')
  return { code: child.exitCode, out, err }
}

const idOf = (n: number) => `11111111-2222-3333-4444-${String(n).padStart(12, '0')}`
const payload = (reason: string) =>
  JSON.stringify({
    ver: 2,
    info: {
      reason,
      appName: 'Firefox',
      appVersion: '29.0a1',
      appUpdateChannel: 'nightly',
      appBuildID: '20140115030203',
    },
    simpleMeasurements: { uptime: 5 },
  })

async function submit(url: string, n: number, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(`${url}/submit/telemetry/${idOf(n)}`, { method: 'POST', body, headers })
  expect(answer.status).toBe(200)
}

test('what was received is found, exported, verified, put together and forgotten, with and without the service', async () => {
  const { receiveUrl, dashboardUrl } = await serve()
  await submit(receiveUrl, 1, payload('idle-daily'), { 'X-Debug-ID': 'mine' })
  await submit(receiveUrl, 2, payload('saved-session'))
  await submit(receiveUrl, 3, '{"no json')
  const answerOf = async (path: string): Promise<SubmissionsAnswer> =>
    JSON.parse(await (await fetch(`${dashboardUrl}/api/v1/submissions${path}`)).text())
  const rejected = await eventually('the third is converted', async () => {
    const { submissions } = await answerOf(`/${idOf(3)}`)
    return submissions[0]?.place === 'converted' ? submissions : null
  })
  expect(rejected).toMatchObject([{ outcome: 'rejected', problem: 'bad_json' }])
  expect((await answerOf('?debug_id=mine')).submissions).toMatchObject([{ document_id: idOf(1), reason: 'idle-daily' }])
  const refused = await fetch(`${dashboardUrl}/api/v1/submissions?debug_id=mine&until=2014`)
  expect(refused.status).toBe(400)

  const early = await tidewatch('export', 'submissions', '--format', 'lines')
  expect(early).toMatchObject({ code: 0, out: '' })
  expect(early.err).toContain('--include-live')
  const lines = await tidewatch(
    'export',
    'submissions',
    '--where',
    'reason = saved-session',
    '--format',
    'lines',
    '--include-live',
  )
  expect(lines).toMatchObject({ code: 0, out: `${idOf(2)}\t${payload('saved-session')}\n` })
  const out = join(folder, 'all.parquet')
  expect(await tidewatch('export', 'submissions', '--format', 'parquet', '--out', out)).toMatchObject({ code: 0 })
  expect((await readFile(out)).subarray(0, 4).toString()).toBe('PAR1')

  expect(await tidewatch('archive', 'verify')).toMatchObject({ code: 0, err: '' })
  const ids = join(folder, 'ids.txt')
  await writeFile(ids, `# asked by mail\n${idOf(1).toUpperCase()}\n\n${idOf(3)}\n`)
  const forgotten = await tidewatch('forget', '--document-id', ids)
  expect(forgotten.out).toContain('2 submissions of 2 document ids removed')
  expect(await tidewatch('find', idOf(1))).toMatchObject({ code: 1 })
  expect((await tidewatch('archive', 'verify')).out).toContain('All is as it was counted')

  const stopped = server
  server = null
  expect(await stopped?.stop(), stopped?.output()).toBe(0)
  const found = await tidewatch('find', idOf(2))
  expect(found.code).toBe(0)
  expect(found.out).toMatch(/accepted\n {2}saved-session \/ Firefox \/ 29.0a1 \/ nightly/)
  expect(found.out).toMatch(/in archive\/submission_date=.*\/channel=nightly\/part-\d+\.parquet/)
  expect((await tidewatch('archive', 'verify')).out).toContain('1 submission')
  expect((await tidewatch('archive', 'compact', '--archive.compactAfterDays', '0')).out).toBe(
    'No small files of past days.\n',
  )
  expect((await tidewatch('archive', 'retention', '--dry-run')).out).toBe('Nothing is over.\n')
  expect((await tidewatch('forget', '--requests')).out).toContain('2 document ids, 2 submissions removed')
  expect((await tidewatch('forget', '--document-id', ids)).out).toContain('0 submissions of 2 document ids removed')
}, 300_000)

test('files of the 2013 archive move in once, are compacted and leave as the lines that they were', async () => {
  const dated = (date: string) => join(folder, `idle-daily/Firefox/nightly/29.0a1/20140115030203.${date}.v2.log`)
  const files = [dated('20140116'), dated('20140117')]
  const [first = '', second = ''] = files
  await mkdir(dirname(first), { recursive: true })
  await writeFile(first, [1, 2].map((n) => `${idOf(n)}\t${payload('idle-daily')}\n`).join(''))
  await writeFile(second, `${idOf(3)}\t{"ver":2,"simpleMeasurements":{}}\nnot a submission\n`)
  await serve()
  const imported = await tidewatch('import', 'lines', ...files, '--source', 'old')
  expect(imported.out).toContain('Counted: 2 submissions.')
  expect(imported.out).toContain('Counted: 1 submission.')
  expect(imported).toMatchObject({ code: 1 })
  expect(imported.err).toContain('line 2: it has no tab')
  expect((await tidewatch('import', 'lines', first, '--source', 'old')).out).toContain('All of it was in before.')
  const undated = join(folder, 'sessions.txt')
  await writeFile(undated, `${idOf(4)}\t{"ver":2}\n`)
  const refused = await tidewatch('import', 'lines', undated)
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('neither the name of the file nor the payload says when it came')

  const { out } = await tidewatch('export', 'submissions', '--format', 'ndjson', '--include-live')
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(rows).toHaveLength(3)
  expect(rows).toMatchObject([
    { document_id: idOf(1), outcome: 'accepted', received_at: '2014-01-16T12:00:00.000Z' },
    { document_id: idOf(2) },
    { document_id: idOf(3), submission_date: '2014-01-17', channel: 'nightly', reason: 'idle-daily' },
  ])
  expect((await tidewatch('archive', 'verify')).out).toContain('All is as it was counted')
  const counts = await tidewatch('export', 'counts')
  expect(counts.out.split('\n').filter((line) => line.includes('2014-01-16T12'))).toHaveLength(1)
}, 300_000)
