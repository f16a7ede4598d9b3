import type { DiscardedNumbers, FastLook, Incident, PersonsWord } from '../../alerts/incident.ts'
import { severity } from '../../alerts/incidents/severity.ts'
import { incidentSentence } from '../../alerts/sentence/incident-sentence.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import { discardedAnswer } from './overview/discarded-answer.ts'
import type { DiscardedAnswer, IncidentAnswer } from './types.ts'

/** The incident as the API answers and the backtest prints it. */
export function incidentAnswer(incident: Incident): IncidentAnswer {
  const [onlyChannel] = incident.channels
  const { latest, explanation } = incident
  const firstBuild = explanation.firstBuildId ?? explanation.firstSilentBuild
  return {
    id: incident.id,
    kind: incident.kind,
    group: incident.group,
    channel: incident.channels.length === 1 && onlyChannel !== undefined ? onlyChannel : '*',
    channels: incident.channels,
    series: definedEntries(incident.series),
    state: incident.state,
    start: isoSeconds(incident.start),
    end: incident.end === null ? null : isoSeconds(incident.end),
    detected_at: isoSeconds(incident.detectedAt),
    resolved_at: incident.resolvedAt === null ? null : isoSeconds(incident.resolvedAt),
    missing: Math.round(incident.missing),
    peak_missing: Math.round(incident.peakMissing),
    latest: {
      hour: isoSeconds(latest.hour),
      seen: Math.round(latest.seen),
      low: Math.round(latest.low),
      mid: Math.round(latest.mid),
      high: Math.round(latest.high),
      deficit: latest.deficitRatio,
      invalid_rate: latest.invalidRatio,
      ...(latest.novelRatio === undefined ? {} : { novel_share: latest.novelRatio }),
      ...(latest.discarded === undefined ? {} : { discarded: discardedOf(latest.discarded) }),
    },
    confidence: incident.confidenceRatio,
    explanation: {
      sentence: explanation.sentence,
      carriers: explanation.carriers.map((carrier) => ({
        dimension: carrier.dimension,
        value: carrier.value,
        expected: Math.round(carrier.expected),
        seen: Math.round(carrier.seen),
        share: carrier.shareRatio,
      })),
      ...(firstBuild === undefined ? {} : { first_build_id: firstBuild }),
    },
    acknowledged:
      incident.acknowledged === null
        ? null
        : { by: incident.acknowledged.by, at: isoSeconds(incident.acknowledged.at) },
    ...(incident.fastLook === undefined ? {} : { fast_look: fastLookAnswer(incident.fastLook) }),
    ...(incident.trouble === undefined ? {} : { trouble: incident.trouble.kind }),
    severity: severity(incident),
    ...peoplesWords(incident),
    ...(incident.reopenings === undefined ? {} : { reopened_at: incident.reopenings.map(isoSeconds) }),
    ...(incident.mergedInto === undefined ? {} : { merged_into: incident.mergedInto }),
    ...(incident.absorbed === undefined ? {} : { absorbed: incident.absorbed }),
    sentence: incidentSentence(incident),
  }
}

function fastLookAnswer({ since, lookedTo, backAt }: FastLook) {
  return {
    since: isoSeconds(since),
    looked_to: isoSeconds(lookedTo),
    back_at: backAt === null ? null : isoSeconds(backAt),
  }
}

function peoplesWords({
  label,
  closedBy,
  accepted,
}: Incident): Pick<IncidentAnswer, 'label' | 'closed_by' | 'accepted'> {
  return {
    ...(label === undefined ? {} : { label: { value: label.value, ...wordAnswer(label) } }),
    ...(closedBy === undefined ? {} : { closed_by: wordAnswer(closedBy) }),
    ...(accepted === undefined ? {} : { accepted: wordAnswer(accepted) }),
  }
}

function wordAnswer({ by, at, note }: PersonsWord) {
  return { by, at: isoSeconds(at), note }
}

function discardedOf(numbers: DiscardedNumbers): DiscardedAnswer {
  return discardedAnswer(numbers.ratio * numbers.offered, numbers.ratio, numbers)
}

function definedEntries(series: Incident['series']): Record<string, string> {
  const entries = Object.entries(series).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
