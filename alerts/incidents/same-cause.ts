import { HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { Finding, SeriesKey } from '../finding.ts'
import { groupOf, type Incident } from '../incident.ts'

/** What comes back within this after its end is the same incident. */
const REOPEN_WITHIN_MS = 24 * HOUR_MS
/**
 * Channels whose counts fall within this are one incident; whose submissions fail with one problem, or are discarded for one
 * cause, within that, as well.
 */
const TOGETHER_WITHIN_MS = 2 * HOUR_MS
const SAME_PROBLEM_WITHIN_MS = 48 * HOUR_MS
/** All channels are found to fall some hours after the first of them was. */
export const SPREAD_WITHIN_MS = 12 * HOUR_MS
/** What begins so long after an open incident and is about something else has a cause of its own. */
const OTHER_CAUSE_AFTER_MS = 12 * HOUR_MS

/** What it fell to must have been there for a day before it can fall further. */
const FURTHER_AFTER_MS = 48 * HOUR_MS

export function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

/** The incident that `finding` is about: an open one, else the last that ended within a day; null: none, or a second cause. */
export function matching(incidents: readonly Incident[], finding: Finding): Incident | null {
  const group = groupOf(finding.kind)
  const own = incidents.filter(
    (incident) =>
      incident.group === group &&
      incident.state !== 'withdrawn' &&
      incident.mergedInto === undefined &&
      (group === 'gap' ? incident.start : startOfHour(incident.start)) <= finding.hour &&
      (incident.channels.includes(finding.channel) || incident.channels.includes('*')) &&
      isSameProblem(incident.series, finding.series) &&
      !isOtherCause(incident, finding),
  )
  const active = own.find(isActive)
  if (active !== undefined) return active
  const recent = own.filter(
    ({ acceptedLevel, end, lastFindingHour, resolvedAt }) =>
      resolvedAt === finding.hour + HOUR_MS ||
      (acceptedLevel === null && end !== null && finding.start - Math.max(end, lastFindingHour) <= REOPEN_WITHIN_MS),
  )
  return recent.at(-1) ?? null
}

/**
 * A second trouble on a channel that has one: another reason falls, or all of them where one had, or new builds lack what the incident
 * doesn't lay to builds, half a day or more after it began; or the channel falls again by as much as is told, two days after.
 * What falls together has one cause.
 */
function isOtherCause(incident: Incident, finding: Finding): boolean {
  const { kind, channel, series, start } = finding
  if (groupOf(kind) !== 'volume' || incident.channels.includes('*') || channel === '*') return false
  if (start - incident.start < OTHER_CAUSE_AFTER_MS) return false
  const isOtherReason =
    series.reason !== undefined && incident.series.reason !== undefined && series.reason !== incident.series.reason
  const isOfAll = incident.series.reason !== undefined && finding.isAlike === true
  if (isOfAll || (finding.isFurther === true && start - incident.start >= FURTHER_AFTER_MS)) return true
  return isOtherReason || (series.buildId !== undefined && blamedBuild(incident) === undefined)
}

/** The first build that an incident is laid to, if it is laid to builds. */
export function blamedBuild({ series, explanation }: Incident): string | undefined {
  return series.buildId ?? explanation.firstBuildId
}

/** Two problems are two incidents; all problems together, or one build's, are part of either. So are two causes, and two values. */
function isSameProblem(a: SeriesKey, b: SeriesKey): boolean {
  if (a.cause !== b.cause || a.attribute !== b.attribute || a.value !== b.value) return false
  return a.problem === undefined || b.problem === undefined || a.problem === b.problem
}

/** In its first hour a problem may show in one build, or in all problems together, sooner than by itself. */
function worstProblem({ explanation }: Finding): string | undefined {
  const [worst] = explanation.carriers
  return worst?.dimension === 'problem' && worst.shareRatio >= MOST_OF_IT ? worst.value : undefined
}

const MOST_OF_IT = 0.5

/** Whether a finding on another channel has the same cause as the incident, by all that can be known. */
export function joins(incident: Incident, finding: Finding): boolean {
  if (incident.group !== groupOf(finding.kind) || incident.group === 'gap' || incident.state === 'withdrawn')
    return false
  const apartMs = Math.abs(incident.start - finding.start)
  if (incident.group === 'invalid') {
    const problem = finding.series.problem ?? worstProblem(finding)
    return problem !== undefined && problem === incident.series.problem && apartMs <= SAME_PROBLEM_WITHIN_MS
  }
  if (incident.group === 'discarded') {
    return finding.series.cause === incident.series.cause && apartMs <= SAME_PROBLEM_WITHIN_MS
  }
  if (incident.group === 'novelty') {
    const { attribute, value } = finding.series
    const isSame = attribute === incident.series.attribute && value === incident.series.value
    return isSame && apartMs <= SAME_PROBLEM_WITHIN_MS
  }
  if (finding.channel === '*') return apartMs <= SPREAD_WITHIN_MS
  return apartMs <= TOGETHER_WITHIN_MS && finding.series.reason === incident.series.reason
}
