import type { Database } from '../../data/counts/database.ts'
import type { MergeResult } from '../../data/counts/merge.ts'
import { readSeries } from '../../data/counts/queries/read-series.ts'
import { type EpochMs, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import type { ChangedHours } from '../api/http/changed-hours.ts'
import type { StreamHub } from '../api/stream-hub.ts'
import type { PipelineAnswer, StreamEvent } from '../api/types.ts'
import { ChangedCounts, type Pipeline } from './pipeline.ts'
import { startWorkLoop } from './work-loop.ts'

const PIPELINE_EVERY_MS = 5000

export interface LiveEventsOptions {
  readonly hub: StreamHub
  readonly changed: ChangedHours
  readonly database: Database
  readonly now: () => EpochMs
  readonly pipeline: Pick<Pipeline, 'freshness'>
  readonly state: () => Promise<PipelineAnswer>
  readonly onError: (error: unknown) => void
}

/** Tells pages what has changed, and the API which of its answers are no longer true. */
export interface LiveEvents {
  merged(result: MergeResult): void
  /** After each round of merging, whether anything was merged or not. */
  roundMerged(): Promise<void>
  /** `hours` ascending. What comes after them was forecast anew. */
  judged(hours: readonly EpochMs[]): void
  incidentsChanged(ids: readonly number[]): void
  mailsChanged(): void
  /** Anything may have changed. */
  allChanged(): void
  stop(): Promise<void>
}

export function startLiveEvents(options: LiveEventsOptions): LiveEvents {
  const { hub, changed, database, now, pipeline, state, onError } = options
  const merged = new ChangedCounts()
  const loop = startWorkLoop(
    async () => {
      if (hub.listenerCount > 0) hub.tell({ event: 'pipeline', pipeline: await state() })
    },
    { everyMs: PIPELINE_EVERY_MS, onError },
  )
  return {
    merged(result) {
      merged.add(result)
      changed.hoursChanged(result.hours)
    },
    async roundMerged() {
      const counts = merged.take()
      if (counts !== null) {
        const newest = hub.listenerCount === 0 ? [] : await newestCounts(database, counts, now())
        hub.publish({ event: 'counts', ...counts, counts: newest })
      }
      hub.tell({ event: 'freshness', freshness: pipeline.freshness() })
    },
    judged(hours) {
      const newest = hours.at(-1)
      if (newest === undefined) return
      changed.hoursChanged(hours)
      changed.changedFrom(newest)
      hub.publish({ event: 'judged', hour: isoSeconds(newest) })
    },
    incidentsChanged(ids) {
      if (ids.length === 0) return
      // Before it is told: whoever hears of it asks at once.
      changed.standingChanged()
      hub.publish({ event: 'incidents', ids })
    },
    mailsChanged: () => hub.publish({ event: 'mails' }),
    allChanged() {
      changed.allChanged()
      hub.publish({ event: 'reload' })
    },
    stop: () => loop.stop(),
  }
}

/** Of the newest hour that changed, and the channels that did. */
async function newestCounts(
  database: Database,
  { channels, hours }: { readonly channels: readonly string[]; readonly hours: readonly string[] },
  now: EpochMs,
): Promise<Extract<StreamEvent, { readonly event: 'counts' }>['counts']> {
  const hour = hours.at(-1)
  if (hour === undefined) return []
  const from = Date.parse(hour)
  const rows = await readSeries(database, { from, to: from + HOUR_MS, step: 'hour', by: 'channel', now })
  return rows
    .filter(({ key }) => channels.includes(key))
    .map(({ key, received, invalid }) => ({ hour, channel: key, received, invalid }))
}
