import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openDatabase } from '../../data/counts/database.ts'
import { eventually, freePort, pause, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

const KILLS = 24
const SENDERS = 6
/** Who is killed together, by turns. */
const PLANS = [
  ['receive'],
  ['owner', 'receive'],
  ['convert'],
  ['owner'],
  ['receive', 'convert', 'owner'],
  ['convert', 'owner'],
] as const

const archivedPayload = z.object({ simpleMeasurements: z.object({ uptime: z.int() }) })

/** What one of the senders sends: mostly what converts, some that waits in quarantine, some that is no submission. */
interface Sent {
  readonly id: string
  readonly reason: string
  readonly path: string
  readonly body: Buffer
  /** Which no other has, and the archive keeps. */
  readonly uptime: number
  isAcknowledged: boolean
}

test('kill -9 at random moments: what was answered 200 is kept and counted exactly once', {
  timeout: 400_000,
}, async () => {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-crash-'))
  const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
  const environment = { TIDEWATCH_SPOOL_SEGMENT_MAX_AGE_SECONDS: '1', TIDEWATCH_ARCHIVE_PART_MAX_AGE_MINUTES: '1' }
  const options = { state, ...ports, environment }
  const sent: Sent[] = []
  let isSending = true
  let server: TidewatchProcess | null = null
  try {
    server = await startTidewatch(options)
    const senders = Array.from({ length: SENDERS }, () => sendForEver(server?.receiveUrl ?? '', sent, () => isSending))
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(200 + Math.random() * 1300)
      server = await killAndRevive(server, PLANS[kill % PLANS.length] ?? [], options)
    }
    await pause(500)
    isSending = false
    await Promise.all(senders)
    await untilNothingWaits(server)
    expect(await server.stop()).toBe(0)
    server = null
    await checkKeptAndCounted(state, sent)
    await rm(state, { recursive: true })
  } finally {
    isSending = false
    await server?.kill()
  }
})

async function killAndRevive(
  server: TidewatchProcess,
  victims: readonly string[],
  options: Parameters<typeof startTidewatch>[0],
): Promise<TidewatchProcess> {
  const children = server.children()
  for (const victim of victims) {
    const pid = children.get(victim)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }
  if (!victims.includes('owner')) return server
  await server.kill()
  // An orphaned receiver has its address for up to a second yet, so there its end is waited for. Where it was killed, too,
  // the old converter is still at work beside the new one.
  if (!victims.includes('receive')) {
    const orphans = [...children.values()]
    await eventually('children end with their parent', async () => (orphans.some(isRunning) ? null : true))
  }
  return startTidewatch(options)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Sends new submissions one after the other; one that wasn't answered is sent again, as a browser would. Of what is no
 * submission at all a copy can't be told, so that isn't sent again.
 */
async function sendForEver(url: string, sent: Sent[], isSending: () => boolean): Promise<void> {
  while (isSending()) {
    const submission = makeSubmission(sent.length)
    sent.push(submission)
    while (!submission.isAcknowledged && isSending()) {
      const answer = await fetch(url + submission.path, {
        method: 'POST',
        body: new Uint8Array(submission.body),
      }).catch(() => null)
      if (answer?.status === 200) submission.isAcknowledged = true
      else await pause(20)
      await answer?.arrayBuffer().catch(() => undefined)
      if (!isReadable(submission)) break
    }
  }
}

function makeSubmission(number: number): Sent {
  const id = randomUUID()
  const reason = number % 2 === 0 ? 'idle-daily' : 'saved-session'
  const path = `/submit/telemetry/${id}/${reason}/Firefox/29.0a1/nightly/20140201030204`
  const info = {
    reason,
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140201030204',
  }
  const accepted = { ver: 1, info, simpleMeasurements: { uptime: number } }
  const unknownRevision = {
    ver: 1,
    info: { ...info, revision: 'https://hg.example.org/mozilla-central/rev/abcdef123456' },
    histograms: { X: { range: [1, 2], bucket_count: 3, histogram_type: 2, values: { 0: number, 1: 0 }, sum: 0 } },
  }
  const kinds = [
    gzipSync(JSON.stringify(accepted)),
    Buffer.from(JSON.stringify(accepted)),
    gzipSync(JSON.stringify(unknownRevision)),
    Buffer.from(`no submission ${id}`),
  ]
  return {
    id,
    reason,
    path,
    body: kinds[number % kinds.length] ?? Buffer.alloc(0),
    uptime: number,
    isAcknowledged: false,
  }
}

function isReadable(submission: Sent): boolean {
  return !submission.body.toString('latin1').startsWith('no submission')
}

async function untilNothingWaits(server: TidewatchProcess): Promise<void> {
  const startedAt = Date.now()
  await eventually('everything is counted', async () => {
    const answer = await fetch(`${server.dashboardUrl}/api/v1/freshness`)
    const freshness: unknown = await answer.json()
    if (typeof freshness !== 'object' || freshness === null || !('counted_up_to' in freshness)) return null
    return Date.parse(String(freshness.counted_up_to)) > startedAt ? true : null
  })
}

async function checkKeptAndCounted(state: string, sent: readonly Sent[]): Promise<void> {
  const folders = [join(state, 'archive'), join(state, 'quarantine')]
  const database = await openDatabase(join(state, 'tidewatch.duckdb'), { readableFolders: folders })
  try {
    const kept = await database.read(
      `select document_id, payload as content, true as is_archived
         from read_parquet('${join(state, 'archive')}/*/*/*.parquet', hive_partitioning = true)
       union all select document_id, hex(body), false
         from read_parquet('${join(state, 'quarantine')}/*/*/*.parquet', hive_partitioning = true)`,
      {},
      (row) => ({ id: row.text('document_id'), content: row.text('content'), isArchived: row.boolean('is_archived') }),
    )
    const copies = new Map<string, number>()
    for (const { id } of kept) copies.set(id, (copies.get(id) ?? 0) + 1)
    const byId = new Map(sent.map((submission) => [submission.id, submission]))
    const isAsSent = ({ id, content, isArchived }: (typeof kept)[number]) =>
      isArchived
        ? uptimeIn(content) === byId.get(id)?.uptime
        : content.toLowerCase() === byId.get(id)?.body.toString('hex')
    expect(new Set(kept.map(({ isArchived }) => isArchived))).toEqual(new Set([true, false]))
    expect(kept.filter((row) => !isAsSent(row))).toEqual([])
    const acknowledged = sent.filter((submission) => submission.isAcknowledged)
    expect(acknowledged.length).toBeGreaterThan(200)
    expect(acknowledged.filter((submission) => copies.get(submission.id) === undefined)).toEqual([])
    expect(sent.filter((submission) => (copies.get(submission.id) ?? 0) > 1)).toEqual([])
    const [counted] = await database.read(
      `select sum(submissions) filter (where outcome <> 'duplicate')::double as submissions from hourly_counts`,
      {},
      (row) => row.number('submissions'),
    )
    expect(counted).toBe([...copies.values()].reduce((sum, each) => sum + each, 0))
    await expectSameByProblem(database, folders)
  } finally {
    await database.close()
  }
}

function uptimeIn(payload: string): number {
  return archivedPayload.parse(JSON.parse(payload)).simpleMeasurements.uptime
}

async function expectSameByProblem(
  database: Awaited<ReturnType<typeof openDatabase>>,
  folders: readonly string[],
): Promise<void> {
  const archived = await database.read(
    `select outcome, problem, sum(n)::double as n from (${folders
      .map(
        (folder) => `select outcome, problem, count(*) as n
          from read_parquet('${folder}/*/*/*.parquet', hive_partitioning = true) group by all`,
      )
      .join(' union all ')}) group by all order by all`,
    {},
    (row) => `${row.text('outcome')} ${row.text('problem')} ${row.number('n')}`,
  )
  const counted = await database.read(
    `select outcome, problem, sum(submissions)::double as n from hourly_counts
     where outcome <> 'duplicate' group by all order by all`,
    {},
    (row) => `${row.text('outcome')} ${row.text('problem')} ${row.number('n')}`,
  )
  expect(counted).toEqual(archived)
}
