import { type EpochMs, HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { LEAST_YOUNG, YOUNG_HOURS } from '../judge/builds.ts'
import { formatCount, formatPercent, formatRange } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Adoption } from './adoption.ts'
import { OVERDUE_HOURS } from './appearance.ts'
import { blames } from './blamed.ts'

/** What is known of a build when somebody asks whether it may go on. */
export interface GateFacts {
  readonly channel: string
  readonly buildId: string
  /** Null: it wasn't seen yet. */
  readonly seen: { readonly firstSeen: EpochMs; readonly received: number } | null
  /** Of all channels and ages. */
  readonly incidents: readonly Incident[]
  readonly now: EpochMs
  /** End of the newest judged hour; null: none was. */
  readonly judgedUpTo: EpochMs | null
  /** Null when the judge has learnt enough to speak about the channel. */
  readonly learning: { readonly days: number; readonly of: number } | null
  /** Starts of the hours since the build was first seen that were listened to throughout and are counted. */
  readonly completeHours: number
  /** Beside earlier builds; null: too few of them are known, or too little of it. */
  readonly adoption: Adoption | null
  /** Of a build that wasn't seen yet: when it should have been, and the complete hours since; null: nobody can tell. */
  readonly overdue: { readonly since: EpochMs; readonly completeHours: number } | null
}

export interface GateReason {
  readonly code:
    | 'blamed'
    | 'not_reporting'
    | 'reports_badly'
    | 'channel_in_trouble'
    | 'not_seen'
    | 'too_young'
    | 'too_few'
    | 'learning'
    | 'not_judged'
    | 'not_listened'
    | 'no_trouble'
    | 'adopted'
    | 'not_compared'
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
 * Whether a build reports as it should: it fails where an open incident blames it, where far fewer use it than used earlier builds at
 * the same age, or where it sends what can't be read. As long as too little was seen of it, it waits.
 */
export function gateVerdict(facts: GateFacts): GateVerdict {
  const active = facts.incidents.filter(({ state }) => state === 'open' || state === 'recovering')
  const here = active.filter(({ channels }) => channels.includes(facts.channel) || channels.includes('*'))
  const faults = [
    ...here.filter((incident) => blames(incident, facts.buildId)).map((incident) => incidentReason('blamed', incident)),
    ...adoptionFaults(facts),
  ]
  if (faults.length > 0) return { verdict: 'fail', reasons: faults, knownAt: null }
  const doubts = doubtsOf(facts, here)
  if (doubts.length > 0) return { verdict: 'wait', reasons: doubts, knownAt: knownAt(facts, doubts) }
  const text = `${facts.buildId} was judged for ${YOUNG_HOURS} hours on ${facts.channel}, and nothing is wrong with it.`
  return { verdict: 'pass', reasons: [plain('no_trouble', text), adoptionWords(facts)], knownAt: null }
}

function plain(code: GateReason['code'], text: string): GateReason {
  return { code, text, incident: null }
}

/** What is wrong with the build in comparison with earlier ones. */
function adoptionFaults({ channel, buildId, seen, adoption, overdue }: GateFacts): readonly GateReason[] {
  if (seen === null && overdue !== null && overdue.completeHours >= OVERDUE_HOURS) {
    const due = isoSeconds(overdue.since)
    const text = `${buildId} should have been seen on ${channel} by ${due}, as nine of ten earlier builds were so long after the time in their ids; nothing worth the name came in ${overdue.completeHours} complete hours since.`
    return [plain('not_reporting', text)]
  }
  if (adoption?.trouble === 'not_reporting') {
    return [plain('not_reporting', `Too few use ${buildId}, or it doesn't report: ${comparison(adoption)}.`)]
  }
  if (adoption?.trouble === 'reports_badly') {
    const rate = formatPercent(adoption.invalid / adoption.received, 1)
    const usual = formatPercent(adoption.usualInvalidRatio.high, 1)
    const text = `${rate} of what ${buildId} sent in its first ${adoption.hours} hours is invalid; of nine of ten earlier builds at most ${usual} was.`
    return [plain('reports_badly', text)]
  }
  return []
}

function adoptionWords({ buildId, adoption }: GateFacts): GateReason {
  if (adoption === null)
    return plain('not_compared', `Too few earlier builds are known to say how ${buildId} is taken up.`)
  return plain('adopted', `It is taken up as earlier builds were: ${comparison(adoption)}.`)
}

function comparison({ builds, hours, received, expected }: Adoption): string {
  const range = formatRange(expected.low, expected.high)
  return `${formatCount(received)} submissions in its first ${hours} hours, where ${range} are usual (nine of ten of ${builds} earlier builds)`
}

/** An hour is judged within so long after its end, else the judge is behind. */
const JUDGED_WITHIN_MS = HOUR_MS

function doubtsOf(facts: GateFacts, here: readonly Incident[]): GateReason[] {
  const { channel, buildId, seen, learning, judgedUpTo, completeHours } = facts
  const troubles = here.filter(isTrouble).map((incident) => incidentReason('channel_in_trouble', incident))
  const general = [
    ...troubles,
    ...(learning === null
      ? []
      : [plain('learning', `${channel} is still being learnt: ${learning.days} of ${learning.of} days.`)]),
  ]
  if (seen === null)
    return [plain('not_seen', `No submissions worth the name came from ${buildId} on ${channel} yet.`), ...general]
  const oldEnoughAt = oldEnough(seen.firstSeen)
  if (judgedUpTo === null) return [plain('not_judged', 'No hour was judged yet.'), ...general]
  const isUnjudged = judgedUpTo < oldEnoughAt
  // A judge that goes through months needs a while: then the build isn't young, and its age changes nothing.
  const isBehind = isUnjudged && facts.now >= oldEnoughAt + JUDGED_WITHIN_MS
  const since = `since ${isoSeconds(seen.firstSeen)}`
  return [
    ...general,
    ...(isBehind
      ? [
          plain(
            'not_judged',
            `${buildId} is seen ${since}, and its first ${YOUNG_HOURS} hours are not judged yet: the judge is at ${isoSeconds(judgedUpTo)}.`,
          ),
        ]
      : []),
    ...(isUnjudged && !isBehind
      ? [plain('too_young', `${buildId} is seen ${since}: ${YOUNG_HOURS} hours of it have to be judged.`)]
      : []),
    ...(seen.received < LEAST_YOUNG
      ? [plain('too_few', `${seen.received} submissions came ${since}: of fewer than ${LEAST_YOUNG} nothing is said.`)]
      : []),
    ...(!isUnjudged && completeHours < YOUNG_HOURS
      ? [
          plain(
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
