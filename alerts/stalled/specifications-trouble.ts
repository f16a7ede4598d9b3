import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent, IncidentEventKind, SpecificationsMissing } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'
import { formatCount, formatPercent } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'

/** Of what was received in the hour before `now`. */
export interface WaitingForSpecifications {
  readonly now: EpochMs
  /** What is kept, and not converted, because nobody could say which histograms its revision has. */
  readonly waiting: number
  readonly received: number
}

/** Told where so many wait, and so large a part of all: a revision of a developer's own is nobody's trouble. */
const LEAST_WAITING = 20
const LEAST_RATIO = 0.01
/** It is over when it is less than this part of that. */
const OVER_AT = 0.3
const REOPENED_WITHIN_MS = 24 * HOUR_MS
const UPDATED_AFTER_MS = HOUR_MS

/** Whether it is about histogram specifications that nobody has. */
export function isMissingSpecifications({ trouble }: Incident): boolean {
  return trouble?.kind === 'specifications_missing'
}

/**
 * What the last hour makes of `last`, the newest incident of missing specifications, if there was any. Null: nothing changes.
 * `nextId` is the number of the next incident.
 */
export function advanceSpecifications(
  last: Incident | null,
  found: WaitingForSpecifications,
  nextId: number,
): { readonly incident: Incident; readonly event?: IncidentEvent } | null {
  const { now } = found
  if (last?.state === 'open') {
    if (!isMuch(found, OVER_AT)) return told('resolved', { ...last, state: 'resolved', resolvedAt: now, end: now }, now)
    const isOld = now - (last.trouble?.at ?? 0) >= UPDATED_AFTER_MS
    return isOld ? { incident: withNumbers(last, found) } : null
  }
  if (!isMuch(found, 1)) return null
  const isBack = last !== null && last.resolvedAt !== null && now - last.resolvedAt <= REOPENED_WITHIN_MS
  const open: Incident = isBack
    ? { ...last, state: 'open', resolvedAt: null, end: null }
    : makeOwnTrouble(nextId, { start: now, now, sentence: '' })
  return told(isBack ? 'reopened' : 'opened', withNumbers(open, found), now)
}

function isMuch({ waiting, received }: WaitingForSpecifications, part: number): boolean {
  return waiting >= part * LEAST_WAITING && waiting >= part * LEAST_RATIO * received
}

function withNumbers(incident: Incident, { now, waiting, received }: WaitingForSpecifications): Incident {
  const trouble: SpecificationsMissing = { kind: 'specifications_missing', at: now, waiting, received }
  const share = `${formatCount(waiting)} of ${formatCount(received)} (${formatPercent(waiting / Math.max(1, received))})`
  const sentence =
    `${share} received in the last hour can't be converted yet: no folder has the histogram specification of their ` +
    'revision, and the server that is asked for it is absent, slow or in trouble. They wait in quarantine, are counted, ' +
    'and convert by themselves when it comes.'
  return { ...incident, trouble, explanation: { sentence, carriers: [] } }
}

function told(kind: IncidentEventKind, incident: Incident, at: EpochMs) {
  return { incident, event: { incident: incident.id, at, kind, text: incidentSentence(incident) } }
}
