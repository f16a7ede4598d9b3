import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from 'simple-statistics'
import { askedOf } from './options.ts'
import { type BodyName, type LoadGenerator, type LoadOptions, loadGenerator, makeBodies } from './receive-load.ts'
import { type Contestant, startBare, startReceivers } from './receive-servers.ts'
import { atLeast, atMost, type Goal, held, printResult, table } from './report.ts'

interface Case {
  readonly name: string
  readonly body: BodyName
  readonly connections: number
  readonly rounds: number
}

/** What one server did in one round, or the medians of several. */
interface Round {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMicrosPerRequest: number
  /** NaN where nothing is kept. */
  readonly submissionsPerSync: number
}

const TITLES = { bare: 'bare node:http', one: 'one receiver', two: 'two receivers' } as const
type Title = keyof typeof TITLES
type Servers = Readonly<Record<Title, Contestant>>
type Results = Readonly<Record<Title, Round>>
type Bodies = Readonly<Record<BodyName, string>>

const FLOORS = {
  requests_ratio: atLeast(0.7, 'requests a second of one receiver over those of the bare server'),
  cpu_ratio: atMost(1.5, 'processor time a request, over the same'),
  p99_ratio: atMost(1.2, 'the slowest of a hundred answers, over the same'),
  peak_bytes: atMost(256 * 1024 * 1024, 'memory of one receiver, flooded'),
}
const asked = askedOf({
  name: 'receive',
  about: `
How fast submissions are received, held against the floor: a bare node:http server that reads the body and answers,
and keeps nothing. Floor and receivers take turns, round after round, because the speed of a machine changes by a
factor of two from hour to hour: only what was measured side by side can be compared.

The goals are about 256 connections that send the record of 18 KiB. The load comes from wrk, or from autocannon where there is none.`,
  options: { quick: { about: 'One minute instead of five, for a first impression.' } },
  floors: FLOORS,
})
const isQuick = asked.isOn('quick')
const SECONDS = isQuick ? 2 : 4
const TIDY_MS = 100
/** The last one is judged, and so has the most rounds. */
const JUDGED: Case = { name: '256_record', body: 'record', connections: 256, rounds: isQuick ? 3 : 9 }
const CASES: readonly Case[] = [
  { name: '64_small', body: 'small', connections: 64, rounds: isQuick ? 1 : 3 },
  { name: '256_small', body: 'small', connections: 256, rounds: isQuick ? 1 : 3 },
  { name: '64_record', body: 'record', connections: 64, rounds: isQuick ? 1 : 3 },
  JUDGED,
]

const HEAD = [
  'load',
  'server',
  'submissions/s',
  'of bare',
  'p50 ms',
  'p99 ms',
  'of bare',
  'CPU µs each',
  'of bare',
  'per sync',
]

// In dist/, not among the system's temporary files: those may lie in memory, where a sync costs nothing.
const folder = await mkdtemp(fileURLToPath(new URL('../receive-', import.meta.url)))
const running: Contestant[] = []
try {
  await compare(folder)
} finally {
  await Promise.all(running.map((server) => server.stop()))
  await rm(folder, { recursive: true })
}

async function compare(folder: string): Promise<void> {
  const generator = await loadGenerator(folder)
  const bodies = await makeBodies(folder, generator)
  const servers = await startAll(folder)
  const byCase = new Map<Case, Results>()
  for (const each of CASES) {
    byCase.set(each, await measure(each, servers, generator, bodies))
    process.stderr.write(`${titleOf(each)}: measured in ${each.rounds} rounds with ${generator.name}\n`)
  }
  await flood(servers.one, generator, bodies)
  const peakBytes = (await servers.one.usage()).peakBytes
  process.stdout.write(
    `${table(
      HEAD,
      [...byCase].flatMap(([each, results]) => rowsOf(each, results)),
    )}\n`,
  )
  process.stdout.write(`peak memory of the one receiver, flooded at the end: ${mib(peakBytes)}\n`)
  printResult('receive', metricsOf(byCase, peakBytes), goalsOf(byCase.get(JUDGED), peakBytes))
}

/** Bodies as long as they may be, over a thousand connections at once: whatever is answered, memory must not grow. */
async function flood(server: Contestant, generator: LoadGenerator, bodies: Bodies): Promise<void> {
  const tidying = setInterval(() => void server.tidy(), TIDY_MS)
  await generator.run({ port: server.port, connections: 1000, seconds: SECONDS, body: bodies.longest })
  clearInterval(tidying)
}

async function startAll(folder: string): Promise<Servers> {
  const started = async (starting: Promise<Contestant>) => {
    const server = await starting
    running.push(server)
    return server
  }
  return {
    bare: await started(startBare()),
    one: await started(startReceivers(1, join(folder, 'one'))),
    two: await started(startReceivers(2, join(folder, 'two'))),
  }
}

async function measure(
  { body, connections, rounds }: Case,
  servers: Servers,
  generator: LoadGenerator,
  bodies: Bodies,
): Promise<Results> {
  const measured: Record<Title, Round[]> = { bare: [], one: [], two: [] }
  // The first round warms up and isn't counted.
  for (let round = 0; round <= rounds; round++) {
    for (const title of titlesInTurn(round)) {
      const options = { port: servers[title].port, connections, seconds: round === 0 ? 1 : SECONDS, body: bodies[body] }
      const result = await oneRound(servers[title], generator, options)
      if (round > 0) measured[title].push(result)
    }
  }
  return { bare: medianOf(measured.bare), one: medianOf(measured.one), two: medianOf(measured.two) }
}

/** Whoever comes after another finds its traces (dirty pages, a warm processor): so the order changes. */
function titlesInTurn(round: number): readonly Title[] {
  const titles: Title[] = ['bare', 'one', 'two']
  return [...titles.slice(round % titles.length), ...titles.slice(0, round % titles.length)]
}

async function oneRound(server: Contestant, generator: LoadGenerator, options: LoadOptions): Promise<Round> {
  const committedBefore = await server.commits()
  const before = await server.usage()
  // As converters would: the spool is worked off while it fills, or the disk's cache would grow for ever.
  const tidying = setInterval(() => void server.tidy(), TIDY_MS)
  const { requests, seconds, p50Ms, p99Ms, failed } = await generator.run(options)
  clearInterval(tidying)
  const { cpuSeconds } = await server.usage()
  const committed = await server.commits()
  await server.tidy()
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed: nothing can be said of the rest`)
  return {
    requestsPerSecond: requests / seconds,
    p50Ms,
    p99Ms,
    cpuMicrosPerRequest: ((cpuSeconds - before.cpuSeconds) / requests) * 1e6,
    submissionsPerSync:
      (committed.submissions - committedBefore.submissions) / (committed.syncs - committedBefore.syncs),
  }
}

function medianOf(rounds: readonly Round[]): Round {
  const of = (read: (round: Round) => number) => median(rounds.map(read))
  return {
    requestsPerSecond: of((round) => round.requestsPerSecond),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    cpuMicrosPerRequest: of((round) => round.cpuMicrosPerRequest),
    submissionsPerSync: of((round) => round.submissionsPerSync),
  }
}

function rowsOf(each: Case, results: Results): string[][] {
  return Object.entries(TITLES).map(([name, title]) => {
    const round = name === 'bare' ? results.bare : name === 'one' ? results.one : results.two
    const ratios = ratiosOf(round, results.bare)
    return [
      titleOf(each),
      title,
      round.requestsPerSecond.toFixed(0),
      ratios.requests.toFixed(2),
      round.p50Ms.toFixed(1),
      round.p99Ms.toFixed(1),
      ratios.p99.toFixed(2),
      round.cpuMicrosPerRequest.toFixed(0),
      ratios.cpu.toFixed(2),
      name === 'bare' ? '' : round.submissionsPerSync.toFixed(1),
    ]
  })
}

function titleOf({ body, connections }: Case): string {
  return `${connections} connections, ${body === 'small' ? '2 KiB' : '18 KiB'}`
}

function ratiosOf(round: Round, bare: Round) {
  return {
    requests: rounded(round.requestsPerSecond / bare.requestsPerSecond),
    p99: rounded(round.p99Ms / bare.p99Ms),
    cpu: rounded(round.cpuMicrosPerRequest / bare.cpuMicrosPerRequest),
  }
}

function metricsOf(byCase: ReadonlyMap<Case, Results>, peakBytes: number): Record<string, number> {
  const metrics: Record<string, number> = { peak_bytes: peakBytes }
  for (const [{ name }, { bare, one, two }] of byCase) {
    for (const [title, round] of Object.entries({ one, two })) {
      for (const [what, ratio] of Object.entries(ratiosOf(round, bare)))
        metrics[`${name}_${title}_${what}_ratio`] = ratio
      metrics[`${name}_${title}_per_second`] = Math.round(round.requestsPerSecond)
      metrics[`${name}_${title}_per_sync`] = rounded(round.submissionsPerSync)
    }
    metrics[`${name}_bare_per_second`] = Math.round(bare.requestsPerSecond)
  }
  return metrics
}

function goalsOf(judged: Results | undefined, peakBytes: number): Record<string, Goal> {
  if (judged === undefined) return {}
  const { requests, cpu, p99 } = ratiosOf(judged.one, judged.bare)
  return held(FLOORS, { requests_ratio: requests, cpu_ratio: cpu, p99_ratio: p99, peak_bytes: peakBytes })
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
