import type { Database } from '../../../data/counts/database.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import { parseRevision, type RevisionRules } from '../../../data/histograms/revision.ts'
import type { SpecificationStore } from '../../../data/histograms/specification-store.ts'
import type { ReadableArchive } from '../../../data/quarantine/readable-archive.ts'
import { readWaitingRevisions, WAITS_FOR_SPECIFICATION } from '../../../data/quarantine/waiting-revisions.ts'
import type { Reprocessing } from '../../reprocess/reprocessing.ts'
import { everyMinutes } from '../period.ts'
import type { Task } from '../task.ts'

export interface WaitingTaskOptions {
  readonly db: Database
  readonly archive: ReadableArchive
  readonly reprocessing: Reprocessing
  /** Read at each run: the sources of specifications, and which revisions are known. */
  readonly sources: () => { readonly store: Pick<SpecificationStore, 'find' | 'stop'>; readonly rules: RevisionRules }
  readonly now: () => EpochMs
  readonly onConverted: (converted: { readonly revisions: readonly string[]; readonly submissions: number }) => void
}

/** How long what waits for a specification is tried again by itself. */
const TRIED_FOR_MS = 48 * HOUR_MS
/** Revisions asked for in one run; the next run goes on with others. */
const ASKED_AT_ONCE = 30
const FIRST_PAUSE_MS = 5 * MINUTE_MS
const LONGEST_PAUSE_MS = 2 * HOUR_MS

/**
 * Asks again for the specifications that submissions in the quarantine wait for, each ever later, and converts those
 * submissions once there is one.
 */
export function createWaitingTask(options: WaitingTaskOptions): Task {
  const pauses = new Map<string, { readonly until: EpochMs; readonly nextMs: number }>()
  return {
    name: 'waiting-specifications',
    schedule: everyMinutes(5),
    dependsOn: [],
    backfill: false,
    async run(_period, signal) {
      const now = options.now()
      const since = now - TRIED_FOR_MS
      const waiting = await readWaitingRevisions(options.db, options.archive, since)
      for (const revision of pauses.keys()) if (!waiting.includes(revision)) pauses.delete(revision)
      const due = waiting.filter((revision) => (pauses.get(revision)?.until ?? 0) <= now).slice(0, ASKED_AT_ONCE)
      for (const revision of due) {
        const pauseMs = pauses.get(revision)?.nextMs ?? FIRST_PAUSE_MS
        pauses.set(revision, { until: now + pauseMs, nextMs: Math.min(LONGEST_PAUSE_MS, 2 * pauseMs) })
      }
      const found = await findSpecifications(due, options, signal)
      if (found.length === 0) return
      const choice = { problems: WAITS_FOR_SPECIFICATION, since, until: null, channel: null, values: found }
      const tally = await options.reprocessing.run({
        choice,
        keeps: ['quarantine'],
        isDryRun: false,
        signal,
        onProgress: () => undefined,
      })
      const submissions = [...tally.values()].reduce((sum, { converted }) => sum + converted, 0)
      if (submissions > 0) options.onConverted({ revisions: found, submissions })
    },
  }
}

/** Those of the revisions whose specification can be had now; whoever converts finds it in the cache. */
async function findSpecifications(
  revisions: readonly string[],
  { sources }: WaitingTaskOptions,
  signal: AbortSignal,
): Promise<string[]> {
  if (revisions.length === 0) return []
  const { store, rules } = sources()
  const found: string[] = []
  try {
    for (const address of revisions) {
      signal.throwIfAborted()
      const revision = parseRevision(address, rules)
      if (revision === null) continue
      const answer = await store.find(revision)
      if (answer.kind === 'found') found.push(address)
    }
  } finally {
    store.stop()
  }
  return found
}
