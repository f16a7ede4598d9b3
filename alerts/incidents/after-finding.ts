import { type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { Finding, FindingKind, SeriesKey } from '../finding.ts'
import { groupOf, type Incident } from '../incident.ts'
import { joinedDiscarded } from '../judge/detect-discarded.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Change } from './change.ts'
import { isActive, joins, matching } from './same-cause.ts'

/** More than these in a day aren't counted: it is unstable with the third. */
const REOPENINGS_KEPT = 6

/** The finding belongs to an incident, brings one back, is its next channel, or opens one numbered `nextId`. */
export function afterFinding(incidents: readonly Incident[], finding: Finding, nextId: number): Change | null {
  const match = matching(incidents, finding)
  if (match === null) {
    const joined = incidents.find((incident) => isActive(incident) && joins(incident, finding))
    return joined === undefined ? opened(finding, nextId) : withChannel(joined, finding)
  }
  // What was just found to be over may still weigh in a window of a day; if it isn't over, the next hour says so.
  if (match.state === 'resolved' && match.resolvedAt === finding.hour + HOUR_MS) return null
  return match.state === 'resolved' ? reopened(extended(match, finding), finding) : again(match, finding)
}

function again(incident: Incident, finding: Finding): Change {
  const current = shownByHour(extended(incident, finding), finding)
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
    state: stateAfter(incident, finding),
    lastFindingHour: Math.max(incident.lastFindingHour, finding.hour),
    judgedUpTo: Math.max(incident.judgedUpTo, judgedBy(finding)),
    confidenceRatio: Math.max(incident.confidenceRatio, finding.confidenceRatio),
  }
}

/** One odd hour doesn't end a recovery; one that a detector still finds does, unless its minutes show how it came back. */
function stateAfter({ state, calmHours, fastLook }: Incident, { hour }: Finding): Incident['state'] {
  const backAt = fastLook?.backAt ?? null
  const isBackSince = backAt !== null && hour <= startOfHour(backAt)
  return state === 'recovering' && calmHours === 0 && !isBackSince ? 'open' : state
}

/** The newest hour that is judged as a whole. */
function judgedBy({ hour, seenTo }: Finding): EpochMs {
  return seenTo === undefined ? hour : hour - HOUR_MS
}

/** End of what gave it away. */
function foundAt({ hour, seenTo }: Finding): EpochMs {
  return seenTo ?? hour + HOUR_MS
}

/** What an hour as a whole shows is no matter of minutes any more. */
function shownByHour(incident: Incident, { seenTo }: Finding): Incident {
  if (incident.fastLook === undefined || seenTo !== undefined) return incident
  const { fastLook: _, ...shown } = incident
  return shown
}

function reopened(incident: Incident, finding: Finding): Change {
  // Whoever had it or closed it had what was before.
  const { closedBy: _closed, fastLook: _seen, ...before } = incident
  const { acknowledged, formerlyAcknowledged: formerly = [] } = incident
  const reopenedAt = foundAt(finding)
  const open: Incident = {
    ...before,
    ...numbersOfFinding(finding),
    state: 'open',
    resolvedAt: null,
    end: null,
    calmHours: 0,
    acknowledged: null,
    ...(acknowledged === null ? {} : { formerlyAcknowledged: [...formerly, acknowledged].slice(-REOPENINGS_KEPT) }),
    reopenings: [...(incident.reopenings ?? []), reopenedAt].slice(-REOPENINGS_KEPT),
    // Of a gap it is told since when nobody listens; that somebody did in between is in its story.
    ...(incident.group === 'gap' ? { start: finding.start, missing: 0, peakMissing: 0 } : {}),
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
      ? { ...shownByHour(incident, finding), channels: ['*'], series: {}, ...numbersOfFinding(finding) }
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
    detectedAt: foundAt(finding),
    lastFindingHour: finding.hour,
    resolvedAt: null,
    end: null,
    confidenceRatio: finding.confidenceRatio,
    judgedUpTo: judgedBy(finding),
    calmHours: 0,
    acceptedLevel: null,
    acknowledged: null,
    ...numbersOfFinding(finding),
    // Nobody knows what is missing while nobody counts.
    ...(isGap ? { missing: 0, peakMissing: 0 } : {}),
  }
  return { incident, told: { kind: 'opened', text: incidentSentence(incident) } }
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
