import type { EpochMs } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'

/** What its incidents are about, among all trouble of our own: it ends with the next verification, not with the next hour. */
const SERIES = { attribute: 'archive' } as const

export function isArchiveTrouble({ group, series }: Incident): boolean {
  return group === 'stalled' && series.attribute === SERIES.attribute
}

/**
 * What a verification of the archive makes of `last`, the newest incident of this kind. `sentence`: what differs from the
 * counts; null: nothing does. Null: nothing changes. `nextId` is the number of the next incident.
 */
export function advanceArchiveTrouble(
  last: Incident | null,
  { sentence, now }: { readonly sentence: string | null; readonly now: EpochMs },
  nextId: number,
): { readonly incident: Incident; readonly event?: IncidentEvent } | null {
  const open = last?.state === 'open' ? last : null
  if (sentence === null) {
    if (open === null) return null
    const text = 'The archive holds what was counted.'
    const resolved: Incident = { ...open, state: 'resolved', resolvedAt: now, end: now }
    return { incident: resolved, event: { incident: open.id, at: now, kind: 'resolved', text } }
  }
  if (open !== null) return { incident: { ...open, explanation: { ...open.explanation, sentence } } }
  const incident = { ...makeOwnTrouble(nextId, { start: now, now, sentence }), series: SERIES }
  return { incident, event: { incident: nextId, at: now, kind: 'opened', text: sentence } }
}
