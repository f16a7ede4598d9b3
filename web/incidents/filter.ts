import type { IncidentAnswer } from '../../server/api/types.ts'
import type { IncidentFilter } from '../view/incidents-view.ts'
import { incidentLine } from '../words/incident.ts'

/** Whether `incident` is one of those that `filter` asks for. */
export function isWanted(incident: IncidentAnswer, filter: IncidentFilter): boolean {
  const { state, kind, channel, severity, label, text } = filter
  return (
    (state === null || incident.state === state) &&
    (kind === null || incident.kind === kind) &&
    (channel === null || incident.channels.includes(channel) || incident.channels.includes('*')) &&
    (severity === null || incident.severity === severity) &&
    (label === null || (incident.label?.value ?? 'unlabelled') === label) &&
    hasWords(incident, text)
  )
}

/** Every word of `text` occurs somewhere in what is known of it: its number, channels, sentences, carriers, label. */
function hasWords(incident: IncidentAnswer, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const said = [
    String(incident.id),
    incident.kind,
    ...incident.channels,
    ...Object.values(incident.series),
    incident.sentence,
    incidentLine(incident),
    ...incident.explanation.carriers.map(({ value }) => value),
    incident.label?.note ?? '',
    incident.acknowledged?.by ?? '',
  ]
    .join('\n')
    .toLowerCase()
  return words.every((word) => said.includes(word))
}

/** What occurs, each once, for a list to choose from. */
export function occurring(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort((a, b) => a.localeCompare(b))
}
