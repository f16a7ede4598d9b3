import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Finding, FindingKind, SeriesKey } from '../finding.ts'
import {
  groupOf,
  type Incident,
  type IncidentEvent,
  type IncidentEventKind,
  type IncidentNumbers,
} from '../incident.ts'
import { joinedDiscarded } from '../judge/detect-discarded.ts'
import { RESOLVED_AFTER_HOURS, type Standing, type Verdict } from '../judge/verdict.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'

export interface AdvanceInput {
  /** All that overlap the judge's window, resolved ones too. */
  readonly incidents: readonly Incident[]
  readonly verdict: Verdict
  /** The number of the next incident to be opened. */
  readonly nextId: number
}

export interface Advance {
  /** New and changed ones, by number; the others are as they were. */
  readonly changed: readonly Incident[]
  readonly events: readonly IncidentEvent[]
  readonly nextId: number
}

/** An incident comes back after so many calm hours. */
const RECOVERING_HOURS = 2
/** What comes back within this after its end is the same incident. */
const REOPEN_WITHIN_MS = 24 * HOUR_MS
/**
 * Channels whose counts fall within this are one incident; whose submissions fail with one problem, or are discarded for one
 * cause, within that, as well.
 */
const TOGETHER_WITHIN_MS = 2 * HOUR_MS
const SAME_PROBLEM_WITHIN_MS = 48 * HOUR_MS
/** All channels are found to fall some hours after the first of them was. */
const SPREAD_WITHIN_MS = 12 * HOUR_MS

/**
 * What a verdict makes of the incidents: they are opened, joined by channels, come back, are over, begin again, or are withdrawn
 * because late counts took away what they were opened for. One open incident per channel and group, for invalid
 * submissions per problem, for discarded ones per cause. While nobody listens only gaps change.
 *
 * Judging an hour again changes nothing twice: an older hour than the newest can only add findings, or take them away.
 */
export function advanceIncidents({ incidents, verdict, nextId }: AdvanceInput): Advance {
  const { hour, findings, standings } = verdict
  const working = new Map(incidents.map((incident) => [incident.id, incident]))
  const changed = new Set<number>()
  const events: IncidentEvent[] = []
  const apply = (change: Change | null) => {
    if (change === null) return
    const { incident, told } = change
    working.set(incident.id, incident)
    changed.add(incident.id)
    if (told !== undefined) events.push({ incident: incident.id, at: hour + HOUR_MS, ...told })
  }
  const found = new Set(findings.map((finding) => matching([...working.values()], finding)?.id))
  for (const standing of standings) {
    const incident = working.get(standing.incident)
    if (incident === undefined || hour < incident.judgedUpTo) continue
    for (const change of afterStanding(incident, standing, hour)) apply(change)
  }
  for (const finding of findings) {
    const change = afterFinding([...working.values()], finding, nextId)
    if (change?.incident.id === nextId) nextId++
    apply(change)
  }
  for (const { id } of incidents) {
    const incident = working.get(id)
    if (incident !== undefined && !found.has(id)) apply(afterNothingFound(incident, verdict))
  }
  return { changed: [...changed].sort((a, b) => a - b).flatMap((id) => working.get(id) ?? []), events, nextId }
}

/** An incident as it is now, and what its story says about that, if anything. */
interface Change {
  readonly incident: Incident
  readonly told?: { readonly kind: IncidentEventKind; readonly text: string }
}

/** How the incident stands after the newest hour: its numbers, and whether it is over. */
function afterStanding(incident: Incident, standing: Standing, hour: EpochMs): readonly Change[] {
  const explanation = standing.explanation.sentence === '' ? incident.explanation : standing.explanation
  const current: Incident = {
    ...incident,
    missing: standing.missing,
    peakMissing: standing.peakMissing,
    latest: standing.numbers,
    explanation,
    judgedUpTo: hour,
    calmHours: standing.calmHours,
  }
  const isNewlyExplained = explanation.firstBuildId !== undefined && incident.explanation.firstBuildId === undefined
  const explained: Change = isNewlyExplained
    ? { incident: current, told: { kind: 'explained', text: explanation.sentence } }
    : { incident: current }
  return [explained, ...nextState(current, standing, hour)]
}

function nextState(current: Incident, standing: Standing, hour: EpochMs): readonly Change[] {
  if (standing.calmHours >= (current.group === 'gap' ? 1 : RESOLVED_AFTER_HOURS)) {
    return [resolved(current, standing, hour, standing.estimatedEnd)]
  }
  const { settledLevel } = standing
  if (settledLevel !== null) {
    return [resolved({ ...current, acceptedLevel: settledLevel }, standing, hour, settledLevel.from)]
  }
  if (current.state === 'open' && standing.calmHours >= RECOVERING_HOURS) {
    const recovering: Incident = { ...current, state: 'recovering' }
    return [{ incident: recovering, told: { kind: 'recovering', text: incidentSentence(recovering) } }]
  }
  return []
}

function resolved(incident: Incident, standing: Standing, hour: EpochMs, end: EpochMs): Change {
  const over: Incident = {
    ...incident,
    state: 'resolved',
    resolvedAt: hour + HOUR_MS,
    end: Math.max(end, incident.start),
    latest: ofWholeTime(incident, standing),
  }
  const settled = incident.acceptedLevel === null ? '' : ' What it settled at is taken for its new level.'
  return { incident: over, told: { kind: 'resolved', text: incidentSentence(over) + settled } }
}

/** A closed incident speaks of its whole time. */
function ofWholeTime({ group, latest }: Incident, { wholeRatio }: Standing): IncidentNumbers {
  if (group === 'invalid') return { ...latest, invalidRatio: wholeRatio }
  const { discarded } = latest
  return discarded === undefined ? latest : { ...latest, discarded: { ...discarded, ratio: wholeRatio } }
}

/** The finding belongs to an incident, brings one back, is its next channel, or opens one numbered `nextId`. */
function afterFinding(incidents: readonly Incident[], finding: Finding, nextId: number): Change | null {
  const match = matching(incidents, finding)
  if (match === null) {
    const joined = incidents.find((incident) => incident.state !== 'resolved' && joins(incident, finding))
    return joined === undefined ? opened(finding, nextId) : withChannel(joined, finding)
  }
  // What was just found to be over may still weigh in a window of a day; if it isn't over, the next hour says so.
  if (match.state === 'resolved' && match.resolvedAt === finding.hour + HOUR_MS) return null
  return match.state === 'resolved' ? reopened(extended(match, finding), finding) : again(match, finding)
}

function again(incident: Incident, finding: Finding): Change {
  const current = extended(incident, finding)
  const isWider = current.group !== 'invalid' && current.series !== incident.series
  if (!isWider) return { incident: current }
  const wider: Incident = { ...current, ...numbersOfFinding(finding) }
  return { incident: wider, told: { kind: 'worsened', text: incidentSentence(wider) } }
}

function extended(incident: Incident, finding: Finding): Incident {
  return {
    ...incident,
    series: seriesOfBoth(incident, finding),
    kind: graver(incident.kind, finding.kind),
    // One odd hour doesn't end a recovery; one that a detector still finds does.
    state: incident.state === 'recovering' && incident.calmHours === 0 ? 'open' : incident.state,
    lastFindingHour: Math.max(incident.lastFindingHour, finding.hour),
    judgedUpTo: Math.max(incident.judgedUpTo, finding.hour),
    confidenceRatio: Math.max(incident.confidenceRatio, finding.confidenceRatio),
  }
}

function reopened(incident: Incident, finding: Finding): Change {
  const open: Incident = {
    ...incident,
    ...numbersOfFinding(finding),
    state: 'open',
    resolvedAt: null,
    end: null,
    calmHours: 0,
  }
  return { incident: open, told: { kind: 'reopened', text: incidentSentence(open) } }
}

function numbersOfFinding(finding: Finding): Pick<Incident, 'latest' | 'missing' | 'peakMissing' | 'explanation'> {
  const { numbers, size, peakSize, explanation } = finding
  return { latest: numbers, missing: size, peakMissing: peakSize, explanation }
}

function withChannel(incident: Incident, finding: Finding): Change {
  const { latest } = incident
  const { numbers } = finding
  const discarded = [latest.discarded ?? [], numbers.discarded ?? []].flat()
  const grown: Incident =
    finding.channel === '*'
      ? { ...incident, channels: ['*'], series: {}, ...numbersOfFinding(finding) }
      : {
          ...incident,
          channels: [...incident.channels, finding.channel],
          start: Math.min(incident.start, finding.start),
          missing: incident.missing + finding.size,
          latest: {
            ...latest,
            seen: latest.seen + numbers.seen,
            low: latest.low + numbers.low,
            mid: latest.mid + numbers.mid,
            high: latest.high + numbers.high,
            ...(discarded.length === 0 ? {} : { discarded: joinedDiscarded(discarded) }),
            byChannel: [...latest.byChannel, ...numbers.byChannel],
          },
        }
  const current: Incident = { ...grown, kind: graver(incident.kind, finding.kind), lastFindingHour: finding.hour }
  return { incident: current, told: { kind: 'joined', text: incidentSentence(current) } }
}

function opened(finding: Finding, id: number): Change {
  const isGap = finding.kind === 'gap'
  const incident: Incident = {
    id,
    group: groupOf(finding.kind),
    kind: finding.kind,
    channels: [finding.channel],
    series: finding.series,
    state: 'open',
    start: finding.start,
    detectedAt: finding.hour + HOUR_MS,
    lastFindingHour: finding.hour,
    resolvedAt: null,
    end: null,
    confidenceRatio: finding.confidenceRatio,
    judgedUpTo: finding.hour,
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
    ...numbersOfFinding(finding),
    // Nobody knows what is missing while nobody counts.
    ...(isGap ? { missing: 0, peakMissing: 0 } : {}),
  }
  return { incident, told: { kind: 'opened', text: incidentSentence(incident) } }
}

/**
 * Late counts may take away the finding that opened an incident: then it was detected an hour later, and where no judged hour is
 * left that shows it, it is withdrawn.
 */
function afterNothingFound(incident: Incident, { hour, isKnown }: Verdict): Change | null {
  const isActive = incident.state === 'open' || incident.state === 'recovering'
  const isKnownToIt = isKnown || incident.group === 'gap'
  if (!isActive || !isKnownToIt || incident.detectedAt !== hour + HOUR_MS) return null
  if (hour < incident.judgedUpTo) return { incident: { ...incident, detectedAt: incident.detectedAt + HOUR_MS } }
  const withdrawn: Incident = { ...incident, state: 'withdrawn', resolvedAt: hour + HOUR_MS, end: incident.start }
  return { incident: withdrawn, told: { kind: 'withdrawn', text: incidentSentence(withdrawn) } }
}

/** The incident that `finding` is about: an open one, else the last that ended within a day. */
function matching(incidents: readonly Incident[], finding: Finding): Incident | null {
  const group = groupOf(finding.kind)
  const own = incidents.filter(
    (incident) =>
      incident.group === group &&
      incident.state !== 'withdrawn' &&
      incident.start <= finding.hour &&
      (incident.channels.includes(finding.channel) || incident.channels.includes('*')) &&
      isSameProblem(incident.series, finding.series),
  )
  const active = own.find((incident) => incident.state !== 'resolved')
  if (active !== undefined) return active
  if (group === 'gap') return null
  const recent = own.filter(
    ({ acceptedLevel, end, lastFindingHour, resolvedAt }) =>
      resolvedAt === finding.hour + HOUR_MS ||
      (acceptedLevel === null && end !== null && finding.start - Math.max(end, lastFindingHour) <= REOPEN_WITHIN_MS),
  )
  return recent.at(-1) ?? null
}

/** Two problems are two incidents; all problems together, or one build's, are part of either. So are two causes. */
function isSameProblem(a: SeriesKey, b: SeriesKey): boolean {
  if (a.cause !== b.cause) return false
  return a.problem === undefined || b.problem === undefined || a.problem === b.problem
}

/** Whether a finding on another channel has the same cause as the incident, by all that can be known. */
function joins(incident: Incident, finding: Finding): boolean {
  if (incident.group !== groupOf(finding.kind) || incident.group === 'gap' || incident.state === 'withdrawn')
    return false
  const apartMs = Math.abs(incident.start - finding.start)
  if (incident.group === 'invalid') {
    const { problem } = finding.series
    return problem !== undefined && problem === incident.series.problem && apartMs <= SAME_PROBLEM_WITHIN_MS
  }
  if (incident.group === 'discarded') {
    return finding.series.cause === incident.series.cause && apartMs <= SAME_PROBLEM_WITHIN_MS
  }
  if (finding.channel === '*') return apartMs <= SPREAD_WITHIN_MS
  return apartMs <= TOGETHER_WITHIN_MS && finding.series.reason === incident.series.reason
}

const GRAVITY: readonly FindingKind[] = ['outage', 'drop', 'decline']

function graver(a: FindingKind, b: FindingKind): FindingKind {
  const [first, second] = [GRAVITY.indexOf(a), GRAVITY.indexOf(b)]
  return first === -1 || second === -1 ? a : first <= second ? a : b
}

/** Volume: the widest that was found, as it is the worst. Invalid: the problem, as it is the cause. */
function seriesOfBoth(incident: Incident, finding: Finding): SeriesKey {
  if (!incident.channels.includes(finding.channel)) return incident.series
  const { problem } = finding.series
  if (incident.group === 'invalid') {
    return problem === undefined || problem === incident.series.problem ? incident.series : finding.series
  }
  return Object.keys(finding.series).length < Object.keys(incident.series).length ? finding.series : incident.series
}
