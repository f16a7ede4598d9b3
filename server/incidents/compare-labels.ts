import { z } from 'zod'
import { groupOf, type Incident, LABELS, type Label } from '../../alerts/incident.ts'
import { incident as incidentSchema } from '../api/schemas/incident.ts'
import type { IncidentAnswer } from '../api/types.ts'

/** What `tidewatch incidents export` writes. */
export const exportedIncidents = z.object({ incidents: z.array(incidentSchema) })

/** Of what people gave one label: how many incidents there were, and how many a judgement told. */
export interface LabelScore {
  readonly label: Label
  readonly labelled: number
  readonly told: number
  /** Numbers, in the export, of those that were not told. */
  readonly untold: readonly number[]
}

/**
 * Holds a judgement of the same time against what people said of its incidents: real ones should be told, false alarms should not.
 * Told is what has an incident of the same group on one of the channels, at a time in common. Merged ones count as what they
 * became; labels that nobody gave aren't there.
 */
export function compareLabels(exported: readonly IncidentAnswer[], judged: readonly Incident[]): readonly LabelScore[] {
  return LABELS.flatMap((label) => {
    const labelled = exported.filter((each) => each.label?.value === label && each.merged_into === undefined)
    if (labelled.length === 0) return []
    const untold = labelled.filter((each) => !judged.some((incident) => isSame(each, incident))).map(({ id }) => id)
    return [{ label, labelled: labelled.length, told: labelled.length - untold.length, untold }]
  })
}

function isSame(exported: IncidentAnswer, judged: Incident): boolean {
  const from = Date.parse(exported.start)
  const to = exported.end === null ? Number.POSITIVE_INFINITY : Date.parse(exported.end)
  const isTogether = judged.start <= to && (judged.end ?? Number.POSITIVE_INFINITY) >= from
  const channels = [...exported.channels, ...judged.channels]
  const shareChannel = channels.includes('*') || judged.channels.some((channel) => exported.channels.includes(channel))
  return isTogether && shareChannel && groupOf(exported.kind) === judged.group && judged.state !== 'withdrawn'
}
