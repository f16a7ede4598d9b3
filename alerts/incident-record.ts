import { z } from 'zod'
import { DISCARD_CAUSES } from '../data/domain/discard.ts'
import type { IncidentEventRow } from '../data/incidents/incident-events.ts'
import type { IncidentRow } from '../data/incidents/save-incidents.ts'
import { type Explanation, FINDING_KINDS } from './finding.ts'
import { INCIDENT_GROUPS, type Incident, type IncidentEvent, LABELS, STAGES } from './incident.ts'

const ExplanationSchema: z.ZodType<Explanation> = z.object({
  sentence: z.string(),
  carriers: z.array(
    z.object({
      dimension: z.enum(['reason', 'build', 'app_version', 'app_name', 'problem', 'attribute', 'channel']),
      value: z.string(),
      expected: z.number(),
      seen: z.number(),
      shareRatio: z.number(),
    }),
  ),
  firstBuildId: z.string().optional(),
  firstSilentBuild: z.string().optional(),
})

const discarded = z.object({
  cause: z.enum(DISCARD_CAUSES),
  offered: z.number(),
  ratio: z.number(),
  typicalBytes: z.number(),
  limitBytes: z.number(),
})

const channelNumbers = {
  seen: z.number(),
  low: z.number(),
  mid: z.number(),
  high: z.number(),
  invalidRatio: z.number(),
  discarded: discarded.optional(),
}

const personsWord = { by: z.string(), at: z.number(), note: z.string() }

const AcknowledgementSchema = z.object({ by: z.string(), at: z.number(), note: z.string().optional() })

/** An incident as the database keeps it, in `incidents.body` and within each notification. */
export const IncidentSchema: z.ZodType<Incident> = z.object({
  id: z.number(),
  group: z.enum(INCIDENT_GROUPS),
  kind: z.enum(FINDING_KINDS),
  channels: z.array(z.string()),
  series: z.object({
    reason: z.string().optional(),
    buildId: z.string().optional(),
    problem: z.string().optional(),
    cause: z.enum(DISCARD_CAUSES).optional(),
    attribute: z.string().optional(),
    value: z.string().optional(),
  }),
  state: z.enum(['open', 'recovering', 'resolved', 'withdrawn']),
  start: z.number(),
  detectedAt: z.number(),
  lastFindingHour: z.number(),
  resolvedAt: z.number().nullable(),
  end: z.number().nullable(),
  missing: z.number(),
  peakMissing: z.number(),
  latest: z.object({
    hour: z.number(),
    ...channelNumbers,
    deficitRatio: z.number(),
    novelRatio: z.number().optional(),
    byChannel: z.array(z.object({ channel: z.string(), ...channelNumbers })),
  }),
  explanation: ExplanationSchema,
  confidenceRatio: z.number(),
  judgedUpTo: z.number(),
  calmHours: z.number(),
  acceptedLevel: z
    .object({
      from: z.number(),
      ratios: z.array(z.object({ channel: z.string(), series: z.string(), ratio: z.number() })),
    })
    .nullable(),
  acknowledged: AcknowledgementSchema.nullable(),
  formerlyAcknowledged: z.array(AcknowledgementSchema).optional(),
  fastLook: z
    .object({ since: z.number(), toldAt: z.number(), lookedTo: z.number(), backAt: z.number().nullable() })
    .optional(),
  trouble: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('disk_filling'),
        at: z.number(),
        fullAt: z.number().nullable(),
        freeBytes: z.number(),
        minFreeBytes: z.number(),
      }),
      z.object({ kind: z.literal('behind'), at: z.number(), stage: z.enum(STAGES), reachedAt: z.number() }),
      z.object({
        kind: z.literal('specifications_missing'),
        at: z.number(),
        waiting: z.number(),
        received: z.number(),
      }),
    ])
    .optional(),
  reopenings: z.array(z.number()).optional(),
  mergedInto: z.number().optional(),
  absorbed: z.array(z.number()).optional(),
  label: z.object({ value: z.enum(LABELS), ...personsWord }).optional(),
  closedBy: z.object(personsWord).optional(),
  accepted: z.object(personsWord).optional(),
})

export function incidentRow(incident: Incident): IncidentRow {
  return {
    id: incident.id,
    state: incident.state,
    kind: incident.kind,
    startedAt: incident.start,
    detectedAt: incident.detectedAt,
    resolvedAt: incident.resolvedAt,
    body: JSON.stringify(incident),
  }
}

/** Throws where the body isn't an incident: only another version of Tidewatch can have written it. */
export function parseIncident(row: Pick<IncidentRow, 'id' | 'body'>): Incident {
  const parsed = IncidentSchema.safeParse(JSON.parse(row.body))
  if (parsed.success) return parsed.data
  throw new Error(`incident ${row.id} can't be read from the database: ${z.prettifyError(parsed.error)}`)
}

export function incidentEventRow(event: IncidentEvent): IncidentEventRow {
  return {
    incident: event.incident,
    happenedAt: event.at,
    kind: event.kind,
    text: event.text,
    actor: event.actor ?? null,
  }
}
