import { z } from 'zod'
import { FINDING_KINDS } from '../../../alerts/finding.ts'
import { time } from './fields.ts'
import { mailSummary } from './mails.ts'

export const incidentState = z.enum(['open', 'recovering', 'resolved', 'withdrawn']).meta({ id: 'IncidentState' })

export const contribution = z
  .object({
    dimension: z.string(),
    value: z.string(),
    expected: z.number().describe('Of invalid kinds: received. Of discarded: offered.'),
    seen: z.number().describe('Of invalid kinds: invalid. Of discarded: discarded.'),
    share: z.number().describe('Of the whole deviation, 0 to 1.'),
  })
  .meta({ id: 'Contribution', description: 'A value of a dimension that carries a deviation.' })

export const discarded = z
  .object({
    submissions: z.number(),
    rate: z.number().describe('Of what was received and discarded together.'),
    typical_bytes: z.number().nullable().describe('The size in the middle of those asked for; null: not known.'),
    limit_bytes: z.number().nullable().describe('The limit that they were over; null: not known.'),
  })
  .meta({ id: 'Discarded', description: 'Submissions that were answered 202 for their size and not kept.' })

export const incident = z
  .object({
    id: z.int(),
    kind: z.enum(FINDING_KINDS),
    group: z.enum(['volume', 'surge', 'invalid', 'discarded', 'gap', 'stalled']),
    channel: z.string().describe('The only channel, else `*`.'),
    channels: z.array(z.string()),
    series: z.record(z.string(), z.string()).describe('The dimensions that it is about, besides the channel.'),
    state: incidentState,
    start: time,
    end: time.nullable(),
    detected_at: time,
    resolved_at: time.nullable(),
    missing: z.number().describe('Submissions missing (of invalid kinds: invalid) in all.'),
    peak_missing: z.number(),
    latest: z.object({
      hour: time,
      seen: z.number(),
      low: z.number(),
      mid: z.number(),
      high: z.number(),
      deficit: z.number(),
      invalid_rate: z.number(),
      discarded: discarded.optional().describe('Only of an incident about what is discarded.'),
    }),
    confidence: z.number(),
    explanation: z.object({
      sentence: z.string().describe('What most likely broke; empty where nothing is known.'),
      carriers: z.array(contribution).describe('Worst first.'),
      first_build_id: z.string().optional(),
    }),
    acknowledged: z.object({ by: z.string(), at: time }).nullable(),
    trouble: z
      .enum(['disk_filling'])
      .optional()
      .describe("Only of Tidewatch's own trouble, where it is more than an hour that could not be judged."),
    sentence: z.string().describe('In the words of the top sentence and the mail.'),
  })
  .meta({ id: 'Incident', description: 'Findings that belong together, as the backtest prints them as well.' })

export const incidentsAnswer = z.object({ incidents: z.array(incident) }).meta({ id: 'IncidentsAnswer' })

export const incidentDetailAnswer = z
  .object({
    incident,
    events: z.array(z.object({ at: time, kind: z.string(), text: z.string(), actor: z.string().nullable() })),
    mails: z.array(mailSummary),
  })
  .meta({ id: 'IncidentDetailAnswer' })
