import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DAY_MS, isoDate } from '../../data/domain/time.ts'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { removeFolder } from '../support/remove-folder.ts'
import {
  eventually,
  freePort,
  PROGRAM,
  pause,
  startTidewatch,
  type TidewatchProcess,
} from '../support/tidewatch-process.ts'
import { checkKeptAndCounted } from './kept-and-counted.ts'
import { type Sent, sendForEver, spoolPastDays } from './sent-submissions.ts'

/** Moments at which somebody is killed. */
const KILLS = 52
const SENDERS = 6
const RECEIVERS = 3
const PAST_DAYS = 12

/** Who is killed together, by turns; `compaction` is the owner while it puts files of past days together. */
const PLANS = [
  ['receiver'],
  ['converter'],
  ['compaction'],
  ['receiver', 'converter'],
  ['converter'],
  ['owner', 'receivers'],
  ['receiver'],
  ['converter', 'compaction'],
  ['receivers'],
  ['converter'],
  ['receivers', 'converter', 'owner'],
  ['receiver', 'converter'],
] as const
type Victim = (typeof PLANS)[number][number]

interface Run {
  readonly options: Parameters<typeof startTidewatch>[0]
  /** How often each was killed. */
  readonly kills: Map<Victim, number>
  readonly sent: Sent[]
}

test(`kill -9 at ${KILLS} random moments, of receivers, converters, the owner and compaction: what was answered 200 is kept and counted exactly once`, {
  timeout: 600_000,
}, async () => {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-crash-'))
  const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
  const environment = {
    TIDEWATCH_SPOOL_SEGMENT_MAX_AGE_SECONDS: '1',
    TIDEWATCH_ARCHIVE_PART_MAX_AGE_MINUTES: '1',
    TIDEWATCH_ARCHIVE_COMPACT_AFTER_DAYS: '0',
    TIDEWATCH_RECEIVE_RECEIVERS: String(RECEIVERS),
    TIDEWATCH_CONVERT_WORKERS: '2',
  }
  const run: Run = { options: { state, ...ports, environment }, kills: new Map(), sent: [] }
  let isSending = true
  let server: TidewatchProcess | null = null
  try {
    await leavePartsToCompact(run)
    server = await startTidewatch(run.options)
    const url = server.receiveUrl
    const senders = Array.from({ length: SENDERS }, () => sendForEver(url, run.sent, () => isSending))
    for (let moment = 0; moment < KILLS; moment++) {
      await pause(Math.random() * 700)
      server = await killAndRevive(server, PLANS[moment % PLANS.length] ?? [], run)
    }
    await pause(500)
    isSending = false
    await Promise.all(senders)
    await untilNothingWaits(server)
    expect(await server.stop()).toBe(0)
    server = null
    const kept = await checkKeptAndCounted(state, run.sent)
    const acknowledged = run.sent.filter(({ isAcknowledged }) => isAcknowledged).length
    expect(acknowledged).toBeGreaterThan(500)
    expect([...run.kills.keys()].sort()).toEqual(['compaction', 'converter', 'owner', 'receiver', 'receivers'])
    expect(await tidewatch(run, 'archive', 'verify')).toBe(0)
    expect(await tidewatch(run, 'recount', '--since', isoDate(Date.now() - 2 * PAST_DAYS * DAY_MS))).toBe(0)
    process.stdout.write(
      `killed ${JSON.stringify(Object.fromEntries(run.kills))}; sent ${run.sent.length}, ${acknowledged} answered 200; ` +
        `${kept.archived} archived, ${kept.quarantined} in quarantine, ${kept.duplicates} more were copies; 0 lost, 0 twice\n`,
    )
    await removeFolder(state)
  } finally {
    isSending = false
    await server?.kill()
  }
})

/** Each clean stop makes parts of what is there: of every past day there are several. */
async function leavePartsToCompact({ options, sent }: Run): Promise<void> {
  await makeSpoolFolders(join(options.state, 'spool'))
  for (let part = 0; part < 2; part++) {
    await spoolPastDays(options.state, PAST_DAYS, sent)
    const server = await startTidewatch(options)
    expect(await server.stop()).toBe(0)
  }
}

async function killAndRevive(
  server: TidewatchProcess,
  victims: readonly Victim[],
  { options, kills }: Run,
): Promise<TidewatchProcess> {
  const children = server.children()
  const receivers = server.receivers()
  for (const victim of victims) {
    const pids = { receiver: receivers.slice(0, 1), receivers, converter: converterOf(children) }
    if (victim === 'compaction' || victim === 'owner') continue
    const running = pids[victim].filter(isRunning)
    for (const pid of running) process.kill(pid, 'SIGKILL')
    if (running.length > 0) count(kills, victim)
  }
  const owner = victims.find((victim) => victim === 'compaction' || victim === 'owner')
  if (owner === undefined) return server
  const isCompacting = owner === 'compaction' && (await untilCompacting(options.state))
  await server.kill()
  count(kills, isCompacting ? 'compaction' : 'owner')
  // An orphaned receiver has its address for up to a second yet, so there its end is waited for. Where all were killed, too,
  // the old converter is still at work beside the new one.
  if (!victims.some((victim) => victim === 'receivers')) {
    const orphans = [...receivers, ...children.values()]
    await eventually('children end with their parent', async () => (orphans.some(isRunning) ? null : true))
  }
  return startTidewatch(options)
}

function count(kills: Map<Victim, number>, victim: Victim): void {
  kills.set(victim, (kills.get(victim) ?? 0) + 1)
}

function converterOf(children: ReadonlyMap<string, number>): number[] {
  const pid = children.get('convert')
  return pid === undefined ? [] : [pid]
}

/** Asks the owner for it; true once it has begun and goes on, false where there is nothing to do. */
async function untilCompacting(state: string): Promise<boolean> {
  const asked = request({ socketPath: join(state, 'owner.sock'), path: '/archive/compact?dryRun=no', method: 'POST' })
  // Its owner is killed.
  asked.on('error', () => undefined)
  asked.end()
  const [answer] = await once(asked, 'response')
  if (!(answer instanceof IncomingMessage)) throw new Error('an answer was expected')
  answer.on('error', () => undefined)
  const [first] = await once(answer, 'data')
  if (!String(first).includes('"progress"')) return false
  await pause(Math.random() * 40)
  return !answer.readableEnded
}

async function tidewatch({ options }: Run, ...words: readonly string[]): Promise<number | null> {
  const command = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: process.env.PATH ?? '', TIDEWATCH_STATE: options.state },
    stdio: 'inherit',
  })
  await once(command, 'exit')
  return command.exitCode
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Segments whose converters were killed are opened by a process of their own each, which takes a second or more of a busy machine. */
const PATIENCE = 1800

async function untilNothingWaits(server: TidewatchProcess): Promise<void> {
  const startedAt = Date.now()
  await eventually(
    'everything is counted',
    async () => {
      const answer = await fetch(`${server.dashboardUrl}/api/v1/freshness`)
      const freshness: unknown = await answer.json()
      if (typeof freshness !== 'object' || freshness === null || !('counted_up_to' in freshness)) return null
      return Date.parse(String(freshness.counted_up_to)) > startedAt ? true : null
    },
    PATIENCE,
  )
}
