import type { EpochMs } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'

/**
 * `archive`: every file of the archive was read whole. `reconciliation`: what is kept was counted. What one of them finds, the other
 * doesn't end: it looks at something else.
 */
export type ArchiveCheck = 'archive' | 'reconciliation'

/** Trouble of our own that ends with the next check of its kind, not with the next hour. */
export function isArchiveTrouble({ group, series }: Incident): boolean {
  return group === 'stalled' && (series.attribute === 'archive' || series.attribute === 'reconciliation')
}

/** Whether it is what this check found. */
export function isFoundBy(check: ArchiveCheck): (incident: Incident) => boolean {
  return (incident) => isArchiveTrouble(incident) && incident.series.attribute === check
}

/** What a check says: `sentence` is what differs from the counts; null: nothing does. */
export interface CheckedArchive {
  readonly check: ArchiveCheck
  readonly sentence: string | null
}

/**
 * What a check of the archive makes of `last`, the newest incident that it found. Null: nothing changes. `nextId` is the number of
 * the next incident.
 */
export function advanceArchiveTrouble(
  last: Incident | null,
  { check, sentence }: CheckedArchive,
  { now, nextId }: { readonly now: EpochMs; readonly nextId: number },
): { readonly incident: Incident; readonly event?: IncidentEvent } | null {
  const open = last?.state === 'open' ? last : null
  if (sentence === null) {
    if (open === null) return null
    const text = 'The archive holds what was counted.'
    const resolved: Incident = { ...open, state: 'resolved', resolvedAt: now, end: now }
    return { incident: resolved, event: { incident: open.id, at: now, kind: 'resolved', text } }
  }
  if (open !== null) return { incident: { ...open, explanation: { ...open.explanation, sentence } } }
  const incident = { ...makeOwnTrouble(nextId, { start: now, now, sentence }), series: { attribute: check } }
  return { incident, event: { incident: nextId, at: now, kind: 'opened', text: sentence } }
}
