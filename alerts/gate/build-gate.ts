import { type EpochMs, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { LEAST_YOUNG, YOUNG_HOURS } from '../judge/builds.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'

/** What is known of a build when somebody asks whether it may go on. */
export interface GateFacts {
  readonly channel: string
  readonly buildId: string
  /** Null: it wasn't seen yet. */
  readonly seen: { readonly firstSeen: EpochMs; readonly received: number } | null
  /** Of all channels and ages. */
  readonly incidents: readonly Incident[]
  /** End of the newest judged hour; null: none was. */
  readonly judgedUpTo: EpochMs | null
  /** Null when the judge has learnt enough to speak about the channel. */
  readonly learning: { readonly days: number; readonly of: number } | null
  /** Starts of the hours since the build was first seen that were listened to throughout and are counted. */
  readonly completeHours: number
}

export interface GateReason {
  readonly code:
    | 'blamed'
    | 'channel_in_trouble'
    | 'not_seen'
    | 'too_young'
    | 'too_few'
    | 'learning'
    | 'not_judged'
    | 'not_listened'
    | 'no_trouble'
  readonly text: string
  readonly incident: number | null
}

export interface GateVerdict {
  readonly verdict: 'pass' | 'fail' | 'wait'
  /** At least one; all that hold. */
  readonly reasons: readonly GateReason[]
  /** When time alone can end a `wait`; null: something else has to happen, or it is no `wait`. */
  readonly knownAt: EpochMs | null
}

/**
 * Whether a build reports as it should, as far as the judge can tell: it has no opinion of its own, but says what the judge's
 * incidents say, and when the judge has seen too little to say anything.
 */
export function gateVerdict(facts: GateFacts): GateVerdict {
  const active = facts.incidents.filter(({ state }) => state === 'open' || state === 'recovering')
  const here = active.filter(({ channels }) => channels.includes(facts.channel) || channels.includes('*'))
  const blaming = here.filter((incident) => blames(incident, facts.buildId))
  if (blaming.length > 0) {
    return { verdict: 'fail', reasons: blaming.map((incident) => incidentReason('blamed', incident)), knownAt: null }
  }
  const doubts = doubtsOf(facts, here)
  if (doubts.length > 0) return { verdict: 'wait', reasons: doubts, knownAt: knownAt(facts, doubts) }
  const text = `${facts.buildId} was judged for ${YOUNG_HOURS} hours on ${facts.channel}, and nothing is wrong with it.`
  return { verdict: 'pass', reasons: [{ code: 'no_trouble', text, incident: null }], knownAt: null }
}

/** An incident that begins with a build is about later builds as well: build ids are times. */
function blames({ series, explanation }: Incident, buildId: string): boolean {
  const { firstBuildId, carriers } = explanation
  return (
    series.buildId === buildId ||
    carriers.some(({ dimension, value }) => dimension === 'build' && value === buildId) ||
    (firstBuildId !== undefined && firstBuildId <= buildId)
  )
}

function doubtsOf(facts: GateFacts, here: readonly Incident[]): GateReason[] {
  const { channel, buildId, seen, learning, judgedUpTo, completeHours } = facts
  const doubt = (code: GateReason['code'], text: string): GateReason => ({ code, text, incident: null })
  const troubles = here.filter(isTrouble).map((incident) => incidentReason('channel_in_trouble', incident))
  const general = [
    ...troubles,
    ...(learning === null
      ? []
      : [doubt('learning', `${channel} is still being learnt: ${learning.days} of ${learning.of} days.`)]),
  ]
  if (seen === null)
    return [doubt('not_seen', `No submissions worth the name came from ${buildId} on ${channel} yet.`), ...general]
  const oldEnoughAt = oldEnough(seen.firstSeen)
  if (judgedUpTo === null) return [doubt('not_judged', 'No hour was judged yet.'), ...general]
  const isYoung = judgedUpTo < oldEnoughAt
  const since = `since ${isoSeconds(seen.firstSeen)}`
  return [
    ...general,
    ...(isYoung
      ? [doubt('too_young', `${buildId} is seen ${since}: ${YOUNG_HOURS} hours of it have to be judged.`)]
      : []),
    ...(seen.received < LEAST_YOUNG
      ? [doubt('too_few', `${seen.received} submissions came ${since}: of fewer than ${LEAST_YOUNG} nothing is said.`)]
      : []),
    ...(!isYoung && completeHours < YOUNG_HOURS
      ? [
          doubt(
            'not_listened',
            `Only ${completeHours} hours ${since} were listened to throughout: ${YOUNG_HOURS} are needed.`,
          ),
        ]
      : []),
  ]
}

/** Gaps and Tidewatch's own trouble are told by hours that aren't complete, or aren't judged. */
function isTrouble({ group }: Incident): boolean {
  return group === 'volume' || group === 'invalid'
}

function incidentReason(code: GateReason['code'], incident: Incident): GateReason {
  return { code, text: incidentSentence(incident), incident: incident.id }
}

function oldEnough(firstSeen: EpochMs): EpochMs {
  return firstSeen + YOUNG_HOURS * HOUR_MS
}

function knownAt({ seen }: GateFacts, doubts: readonly GateReason[]): EpochMs | null {
  return seen !== null && doubts.every(({ code }) => code === 'too_young') ? oldEnough(seen.firstSeen) : null
}
