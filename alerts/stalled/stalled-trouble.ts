import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Behind, Incident, IncidentEvent, IncidentEventKind, Stage } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'
import { formatDuration, formatTime } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { lagOf, type ProgressSample, stalledLag } from './progress.ts'

/** What is known of the flow by the clock. */
export interface ProgressWatch {
  /** From `withSample`. */
  readonly samples: readonly ProgressSample[]
  /** What is behind by more is told. */
  readonly tellAfterMs: number
  /** Where the oldest submission that isn't counted stands, and how many segments wait; judging is known from the samples. */
  readonly waiting: WaitingSegments
}

export interface WaitingSegments {
  readonly stage: Exclude<Stage, 'judging'>
  readonly segments: number
  /** Name of the oldest; null: none waits. */
  readonly oldest: string | null
}

interface StalledChange {
  readonly incident: Incident
  /** Absent where only its numbers changed. */
  readonly event?: IncidentEvent
}

/** It is over when it is behind by no more than this part of what is told. */
const OVER_AT = 0.5
/** What comes back within this is the same incident. */
const REOPENED_WITHIN_MS = 24 * HOUR_MS
/** An open incident's numbers are written again after this, and when it stands somewhere else. */
const UPDATED_AFTER_MS = HOUR_MS

/** Whether it is about a flow that is behind. */
export function isBehind({ trouble }: Incident): boolean {
  return trouble?.kind === 'behind'
}

/**
 * What a look at the flow makes of `last`, the newest incident of it being behind, if there was any: it is opened or opened
 * again, its numbers are put right, or it is over. Null: nothing changes. `nextId` is the number of the next incident.
 */
export function advanceStalled(last: Incident | null, watch: ProgressWatch, nextId: number): StalledChange | null {
  const now = watch.samples.at(-1)?.at
  const lag = lagOf(watch.samples)
  if (now === undefined || lag === null) return null
  if (last?.state === 'open') {
    if (lag.lagMs <= OVER_AT * watch.tellAfterMs) return resolved(last, now)
    const current = behind(last, watch, { ...lag, now })
    return isWorthWriting(last, current) ? { incident: current } : null
  }
  const stalled = stalledLag(watch.samples, watch.tellAfterMs)
  if (stalled === null) return null
  const isBack = last !== null && last.resolvedAt !== null && now - last.resolvedAt <= REOPENED_WITHIN_MS
  const open: Incident = isBack
    ? { ...last, state: 'open', start: stalled.reachedAt, resolvedAt: null, end: null }
    : makeOwnTrouble(nextId, { start: stalled.reachedAt, now, sentence: '' })
  return told(isBack ? 'reopened' : 'opened', behind(open, watch, { ...stalled, now }), now)
}

interface KnownLag {
  readonly what: 'counting' | 'judging'
  readonly reachedAt: EpochMs
  readonly lagMs: number
  readonly now: EpochMs
}

function behind(incident: Incident, { waiting }: ProgressWatch, { what, reachedAt, lagMs, now }: KnownLag): Incident {
  const stage = what === 'judging' ? 'judging' : waiting.stage
  const trouble: Behind = { kind: 'behind', at: now, stage, reachedAt }
  const sentence = explanation(stage, waiting, reachedAt, lagMs)
  return { ...incident, trouble, explanation: { sentence, carriers: [] } }
}

/** Who has to go on, and what that means. */
function explanation(stage: Stage, waiting: WaitingSegments, reachedAt: EpochMs, lagMs: number): string {
  const lag = formatDuration(lagMs)
  if (stage === 'judging') {
    return `Counting goes on, but no hour from ${formatTime(reachedAt)} on is judged: nobody is told of what happened since.`
  }
  const { segments, oldest } = waiting
  const queue = segments === 1 ? 'one segment waits' : `${segments} segments wait`
  const which = oldest === null ? '' : ` (the oldest is ${oldest})`
  const meaning = 'Nothing is lost, and nobody is told of any channel before it goes on.'
  return `${WHO_STANDS[stage]}: ${queue}${which}, for ${lag} now. ${meaning}`
}

const WHO_STANDS: Readonly<Record<Exclude<Stage, 'judging'>, string>> = {
  receiving: 'A receiver holds on to what it received',
  converting: 'The converter does not go on',
  merging: 'What is converted is not counted',
}

function isWorthWriting(before: Incident, { trouble }: Incident): boolean {
  if (before.trouble?.kind !== 'behind' || trouble?.kind !== 'behind') return true
  return before.trouble.stage !== trouble.stage || trouble.at - before.trouble.at >= UPDATED_AFTER_MS
}

function resolved(open: Incident, now: EpochMs): StalledChange {
  return told('resolved', { ...open, state: 'resolved', resolvedAt: now, end: now }, now)
}

function told(kind: IncidentEventKind, incident: Incident, at: EpochMs): StalledChange {
  return { incident, event: { incident: incident.id, at, kind, text: incidentSentence(incident) } }
}
