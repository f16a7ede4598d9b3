import type { DiskForecast } from '../../alerts/disk/disk-forecast.ts'
import type { Database } from '../../data/counts/database.ts'
import { type HeardReceiver, readHeardReceivers } from '../../data/counts/queries/read-receivers.ts'
import { DAY_MS, isoSeconds, WEEK_MS } from '../../data/domain/time.ts'
import { readOutboxState } from '../../data/outbox/read-outbox-state.ts'
import { readRefusals } from '../../data/outbox/read-refusals.ts'
import type { BacklogMeter } from '../../data/spool/backlog.ts'
import type { Freshness, PipelineAnswer } from '../api/types.ts'
import { CONVERT_WORKERS, CONVERT_WORKERS_BUSY } from '../metrics/convert-metrics.ts'
import { RECEIVE_REFUSING } from '../metrics/receive-metrics.ts'
import type { ServiceMetrics } from '../metrics/service-metrics.ts'

export interface PipelineSources {
  readonly database: Pick<Database, 'read'>
  readonly backlog: Pick<BacklogMeter, 'measure'>
  freshness(): Freshness
  forecast(): DiskForecast | null
  /** What the processes of this service say of themselves. */
  readonly reports: Pick<ServiceMetrics, 'reported'>
}

/** Receivers that were heard of within this are told of. */
const HEARD_WITHIN_MS = DAY_MS

/** Where everything stands between the receivers and the mails. */
export async function pipelineAnswer(sources: PipelineSources): Promise<PipelineAnswer> {
  const freshness = sources.freshness()
  const [heard, backlog, outbox, refusals] = await Promise.all([
    readHeardReceivers(sources.database, Date.parse(freshness.now) - HEARD_WITHIN_MS),
    sources.backlog.measure(),
    readOutboxState(sources.database),
    readRefusals(sources.database, { since: Date.parse(freshness.now) - WEEK_MS }),
  ])
  return {
    now: freshness.now,
    watermark: freshness.counted_up_to,
    judged_up_to: freshness.judged_up_to,
    receivers: receivers(heard, freshness.receivers, sources.reports),
    backlog: {
      segments: freshness.waiting_segments,
      bytes: backlog.live.bytes,
      oldest_seconds: freshness.oldest_waiting_seconds,
    },
    imports: { segments: backlog.import.segments, bytes: backlog.import.bytes },
    workers: workers(sources.reports),
    outbox: {
      waiting: outbox.waiting,
      oldest: outbox.oldestDecidedAt === null ? null : isoSeconds(outbox.oldestDecidedAt),
      last_error: outbox.lastError,
      refused: refusals.map(({ recipient, error }) => ({ recipient, error })),
    },
    disk: disk(sources.forecast(), freshness.hours_until_full),
  }
}

function receivers(
  heard: readonly HeardReceiver[],
  writing: readonly string[],
  reports: PipelineSources['reports'],
): PipelineAnswer['receivers'] {
  const lastHeard = new Map(heard.map(({ receiver, lastHeard: at }) => [receiver, at]))
  const refusals = reports.reported(RECEIVE_REFUSING)
  const reporting = new Set(refusals.map(({ labels }) => String(labels.receiver)))
  const refusalOf = new Map(
    refusals.flatMap(({ labels, value }) => (value > 0 ? [[String(labels.receiver), String(labels.reason)]] : [])),
  )
  const names = [...new Set([...lastHeard.keys(), ...writing, ...reporting])].sort()
  return names.map((name) => {
    const at = lastHeard.get(name)
    return {
      name,
      last_heartbeat: at === undefined ? null : isoSeconds(at),
      refusing: reporting.has(name) ? refusalOf.has(name) : null,
      refusal: refusalOf.get(name) ?? null,
    }
  })
}

function workers(reports: PipelineSources['reports']): PipelineAnswer['workers'] {
  const [total] = reports.reported(CONVERT_WORKERS)
  const [busy] = reports.reported(CONVERT_WORKERS_BUSY)
  return total === undefined || busy === undefined ? null : { total: total.value, busy: busy.value }
}

function disk(forecast: DiskForecast | null, hoursUntilFull: number | null): PipelineAnswer['disk'] {
  if (forecast === null) return null
  const { freeBytes, minFreeBytes } = forecast
  return { free_bytes: freeBytes, min_free_bytes: minFreeBytes, hours_until_full: hoursUntilFull }
}
