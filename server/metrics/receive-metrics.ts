import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Commit } from '../../data/spool/spool-writer.ts'
import type { Limit } from '../receive/limit.ts'
import { TalliedHistogram } from './tallied-histogram.ts'

/** What a receiver answers. */
const STATUSES = [200, 202, 400, 404, 405, 408, 411, 417, 431, 500, 503, 507]

/** Each has its series from the beginning, as has each status, so that its first refusal shows as a rise. */
const LIMITS: Readonly<Record<Limit, true>> = {
  body: true,
  path: true,
  headers: true,
  header_time: true,
  body_time: true,
  connections: true,
  connections_per_address: true,
  requests_per_connection: true,
  pending: true,
  disk: true,
}

/** Why a receiver takes nothing: the kinds of a refusal. */
const REFUSALS = ['stopping', 'disk_full', 'write_failed'] as const
type RefusalKind = (typeof REFUSALS)[number]

export const RECEIVE_REFUSING = 'tidewatch_receive_refusing'

/** What is asked of the receiver whenever its metrics are read. */
export interface ReceiverState {
  connections(): Promise<number>
  pendingBytes(): number
  refusal(): RefusalKind | null
}

/**
 * A receiver's counters. They stand in the way of every request, so what each of those counts is plain numbers, and becomes
 * series when they are read.
 */
export interface ReceiveMetrics {
  /** An answer was begun; `seconds` since its request's headers were read, null where they never were. */
  answered(status: number, seconds: number | null): void
  /** `limit` refused something: a request, or a connection. */
  refused(limit: Limit): void
  /** Something was written and synced. */
  committed(commit: Commit): void
  /** From here on the gauges ask `state`. */
  watch(state: ReceiverState): void
}

const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const COMMIT_SUBMISSIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

/** Registers a receiver's metrics. docs/metrics.md says what is normal for each. */
export function createReceiveMetrics(registry: Registry): ReceiveMetrics {
  const registers = [registry]
  let state: ReceiverState | null = null

  const requests = new Counter({
    name: 'tidewatch_receive_requests_total',
    help: 'Requests answered by the receiver, by status.',
    labelNames: ['status'],
    registers,
    collect: () => countAnswers(),
  })
  const duration = new TalliedHistogram({
    name: 'tidewatch_receive_duration_seconds',
    help: 'From the end of a request’s headers to the beginning of its answer.',
    buckets: ANSWER_SECONDS,
    registers,
  })
  const refused = new Counter({
    name: 'tidewatch_receive_refused_total',
    help: 'Requests and connections refused, by the limit that did.',
    labelNames: ['limit'],
    registers,
  })
  const submissions = new Counter({
    name: 'tidewatch_receive_submissions_total',
    help: 'Submissions that are on disk: those answered 200.',
    registers,
  })
  const bytes = new Counter({
    name: 'tidewatch_receive_written_bytes_total',
    help: 'Bytes written to the spool and synced.',
    registers,
  })
  const batch = new Histogram({
    name: 'tidewatch_receive_commit_submissions',
    help: 'Submissions that one sync made durable.',
    buckets: COMMIT_SUBMISSIONS,
    registers,
  })
  const sync = new Histogram({
    name: 'tidewatch_receive_commit_duration_seconds',
    help: 'One write to the spool and its sync.',
    buckets: COMMIT_SECONDS,
    registers,
  })
  new Gauge({
    name: 'tidewatch_receive_connections',
    help: 'Open connections.',
    registers,
    async collect() {
      this.set((await state?.connections()) ?? 0)
    },
  })
  new Gauge({
    name: 'tidewatch_receive_pending_bytes',
    help: 'Bytes of bodies in memory that wait for the disk.',
    registers,
    collect() {
      this.set(state?.pendingBytes() ?? 0)
    },
  })
  new Gauge({
    name: RECEIVE_REFUSING,
    help: '1 while no submission is taken, by the reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      const refusal = state?.refusal() ?? null
      for (const reason of REFUSALS) this.set({ reason }, refusal === reason ? 1 : 0)
    },
  })

  /** Answers since the counter was read last, by status. */
  const answers = new Map(STATUSES.map((status) => [status, 0]))
  function countAnswers(): void {
    for (const [status, count] of answers) {
      if (count > 0) requests.labels(String(status)).inc(count)
      answers.set(status, 0)
    }
  }
  for (const status of STATUSES) requests.labels(String(status)).inc(0)
  const byLimit = new Map(Object.keys(LIMITS).map((limit) => [limit, refused.labels(limit)]))
  for (const series of byLimit.values()) series.inc(0)
  const commitOf = batch.labels()
  const commitIn = sync.labels()
  return {
    answered(status, seconds) {
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (seconds !== null) duration.tally(seconds)
    },
    refused: (limit) => byLimit.get(limit)?.inc(),
    committed(commit) {
      bytes.inc(commit.bytes)
      commitIn.observe(commit.seconds)
      if (commit.submissions === 0) return
      submissions.inc(commit.submissions)
      commitOf.observe(commit.submissions)
    },
    watch(given) {
      state = given
    },
  }
}

/** For a receiver whose metrics nobody reads. */
export const NO_RECEIVE_METRICS: ReceiveMetrics = {
  answered: () => {},
  refused: () => {},
  committed: () => {},
  watch: () => {},
}
