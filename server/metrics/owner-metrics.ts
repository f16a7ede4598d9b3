import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { FINDING_KINDS } from '../../alerts/finding.ts'
import { groupOf } from '../../alerts/incident.ts'
import type { PipelineAnswer } from '../api/types.ts'

/** What is asked whenever the owner's metrics are read. */
export interface OwnerState {
  pipeline(): Promise<PipelineAnswer>
  /** Groups of the open incidents, one for each of them. */
  openIncidents(): readonly string[]
}

/** The owner's counters. */
export interface OwnerMetrics {
  /** A segment's counts are in. */
  merged(duplicates: number): void
  /** `hours` were judged in one round. */
  judged(hours: number, seconds: number): void
  /** From here on the gauges ask `state`. */
  watch(state: OwnerState): void
}

/** Each has its series from the beginning. */
const INCIDENT_GROUPS = [...new Set(FINDING_KINDS.map(groupOf))]

const JUDGE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

interface PipelineGauge {
  readonly name: string
  readonly help: string
  /** Null: not known. */
  readonly read: (pipeline: PipelineAnswer) => number | null
}

const PIPELINE_GAUGES: readonly PipelineGauge[] = [
  {
    name: 'tidewatch_watermark_age_seconds',
    help: 'Age of the receipt time up to which everything is counted.',
    read: ({ now, watermark }) => (Date.parse(now) - Date.parse(watermark)) / 1000,
  },
  {
    name: 'tidewatch_spool_backlog_segments',
    help: 'Closed segments that are not counted yet.',
    read: ({ backlog }) => backlog.segments,
  },
  {
    name: 'tidewatch_spool_backlog_bytes',
    help: 'Bytes of the closed segments that are not counted yet.',
    read: ({ backlog }) => backlog.bytes,
  },
  {
    name: 'tidewatch_spool_backlog_age_seconds',
    help: 'Age of the oldest closed segment that is not counted yet; 0: none waits.',
    read: ({ backlog }) => backlog.oldest_seconds,
  },
  {
    name: 'tidewatch_spool_imports_segments',
    help: 'Segments of logs that are being brought in and not counted yet.',
    read: ({ imports }) => imports.segments,
  },
  {
    name: 'tidewatch_spool_imports_bytes',
    help: 'Bytes of the segments of logs that are being brought in and not counted yet.',
    read: ({ imports }) => imports.bytes,
  },
  {
    name: 'tidewatch_outbox_waiting_mails',
    help: 'Mails that are decided and not sent yet.',
    read: ({ outbox }) => outbox.waiting,
  },
  {
    name: 'tidewatch_disk_free_bytes',
    help: 'Free space on the disk of the state directory.',
    read: ({ disk }) => disk?.free_bytes ?? null,
  },
  {
    name: 'tidewatch_disk_min_free_bytes',
    help: 'With less free than this, submissions are refused.',
    read: ({ disk }) => disk?.min_free_bytes ?? null,
  },
  {
    name: 'tidewatch_disk_until_full_seconds',
    help: 'Time until submissions will be refused for want of space; +Inf: the disk is not filling.',
    read: ({ disk }) => {
      if (disk === null) return null
      return disk.hours_until_full === null ? Number.POSITIVE_INFINITY : disk.hours_until_full * 3600
    },
  },
]

/** Registers the owner's metrics. docs/metrics.md says what is normal for each. */
export function createOwnerMetrics(registry: Registry, version: string): OwnerMetrics {
  const registers = [registry]
  let state: OwnerState | null = null
  new Gauge({
    name: 'tidewatch_build_info',
    help: 'Always 1; the version is its label.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  const merged = new Counter({
    name: 'tidewatch_merged_segments_total',
    help: 'Segments whose counts are in.',
    registers,
  })
  const duplicates = new Counter({
    name: 'tidewatch_duplicates_total',
    help: 'Submissions found to be copies of earlier ones.',
    registers,
  })
  const judgedHours = new Counter({
    name: 'tidewatch_judged_hours_total',
    help: 'Hours judged, those judged again among them.',
    registers,
  })
  const judging = new Histogram({
    name: 'tidewatch_judge_duration_seconds',
    help: 'One round of judging: usually one hour, some dozens after a pause.',
    buckets: JUDGE_SECONDS,
    registers,
  })
  new Gauge({
    name: 'tidewatch_incidents_open',
    help: 'Incidents that are open or recovering, by group.',
    labelNames: ['group'],
    registers,
    collect() {
      const open = state?.openIncidents() ?? []
      for (const group of INCIDENT_GROUPS) this.set({ group }, open.filter((one) => one === group).length)
    },
  })

  let asked: Promise<PipelineAnswer> | null = null
  /** All gauges are read at one time: they share one question. */
  const ask = async (): Promise<PipelineAnswer | null> => {
    if (state === null) return null
    asked ??= state.pipeline().finally(() => {
      asked = null
    })
    return asked
  }
  for (const { name, help, read } of PIPELINE_GAUGES) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const pipeline = await ask()
        const value = pipeline === null ? null : read(pipeline)
        if (value === null) this.remove()
        else this.set(value)
      },
    })
  }
  return {
    merged(count) {
      merged.inc()
      duplicates.inc(count)
    },
    judged(hours, seconds) {
      judgedHours.inc(hours)
      judging.observe(seconds)
    },
    watch(given) {
      state = given
    },
  }
}
