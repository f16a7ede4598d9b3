import { z } from 'zod'
import { groupOf, type Incident, LABELS, type Label } from '../../alerts/incident.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { incident as incidentSchema } from '../api/schemas/incident.ts'
import type { IncidentAnswer } from '../api/types.ts'

/** Trouble of which somebody knows what it was. */
export type Labelled = Pick<IncidentAnswer, 'id' | 'kind' | 'channels' | 'start' | 'end' | 'merged_into'> & {
  readonly label?: { readonly value: Label } | undefined
}

/** What `tidewatch incidents export` writes. */
export const exportedIncidents = z.object({ incidents: z.array(incidentSchema) })

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'use a time such as 2014-02-01T14:00:00Z')

/** What is known to have happened, as `tidewatch simulate story` or a person writes it: all of it real, numbered as it stands there. */
export const knownTroubles = z
  .array(
    z.object({
      kind: incidentSchema.shape.kind,
      channels: z.array(z.string()).min(1),
      start: time,
      end: time.nullish(),
      /** When nothing of it was seen any more, later than its cause was gone. */
      recoveredAt: time.nullish(),
    }),
  )
  .transform((troubles): readonly Labelled[] =>
    troubles.map(({ end, recoveredAt, ...trouble }, index) => ({
      ...trouble,
      id: index + 1,
      end: recoveredAt ?? end ?? null,
      label: { value: 'real' },
    })),
  )

/** Of what people gave one label: how many incidents there were, and how many a judgement told. */
export interface LabelScore {
  readonly label: Label
  readonly labelled: number
  readonly told: number
  /** Numbers, in the export, of those that were not told. */
  readonly untold: readonly number[]
  /** Of those told: hours from the start that the export says to the end of the hour that gave it away, ascending. */
  readonly delayHours: readonly number[]
}

/**
 * Holds a judgement of the same time against what people said of its incidents: real ones should be told, false alarms should not.
 * Told is what has an incident of the same group on one of the channels, at a time in common. Merged ones count as what they
 * became; labels that nobody gave aren't there.
 */
export function compareLabels(exported: readonly Labelled[], judged: readonly Incident[]): readonly LabelScore[] {
  return LABELS.flatMap((label) => {
    const labelled = exported.filter((each) => each.label?.value === label && each.merged_into === undefined)
    if (labelled.length === 0) return []
    const toldBy = labelled.map((each) => judged.find((incident) => isSame(each, incident)))
    const untold = labelled.filter((_, index) => toldBy[index] === undefined).map(({ id }) => id)
    const delayHours = labelled.flatMap((each, index) => {
      const told = toldBy[index]
      return told === undefined ? [] : [(told.detectedAt - Date.parse(each.start)) / HOUR_MS]
    })
    const told = labelled.length - untold.length
    return [{ label, labelled: labelled.length, told, untold, delayHours: delayHours.sort((a, b) => a - b) }]
  })
}

/** Of what a judgement told: that which people gave no name, whatever it is. */
export function unlabelledOf(exported: readonly Labelled[], judged: readonly Incident[]): readonly Incident[] {
  const labelled = exported.filter(({ label }) => label !== undefined)
  return judged.filter((incident) => incident.state !== 'withdrawn' && !labelled.some((each) => isSame(each, incident)))
}

function isSame(exported: Labelled, judged: Incident): boolean {
  const from = Date.parse(exported.start)
  const to = exported.end === null ? Number.POSITIVE_INFINITY : Date.parse(exported.end)
  const isTogether = judged.start <= to && (judged.end ?? Number.POSITIVE_INFINITY) >= from
  const channels = [...exported.channels, ...judged.channels]
  const shareChannel = channels.includes('*') || judged.channels.some((channel) => exported.channels.includes(channel))
  return isTogether && shareChannel && groupOf(exported.kind) === judged.group && judged.state !== 'withdrawn'
}
