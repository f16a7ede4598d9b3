import { z } from 'zod'
import { FINDING_KINDS } from '../../../alerts/finding.ts'
import { INCIDENT_GROUPS, LABELS, OWN_TROUBLES } from '../../../alerts/incident.ts'
import { SEVERITIES } from '../../../alerts/incidents/severity.ts'
import { annotation } from './annotations.ts'
import { time } from './fields.ts'
import { mailSummary } from './mails.ts'

export const incidentState = z.enum(['open', 'recovering', 'resolved', 'withdrawn']).meta({ id: 'IncidentState' })

const personsWord = { by: z.string(), at: time, note: z.string() }

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
    group: z.enum(INCIDENT_GROUPS),
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
      novel_share: z
        .number()
        .optional()
        .describe('Only of a new value of an attribute: what has it since the start, of what was received, 0 to 1.'),
    }),
    confidence: z.number(),
    explanation: z.object({
      sentence: z.string().describe('What most likely broke; empty where nothing is known.'),
      carriers: z.array(contribution).describe('Worst first.'),
      first_build_id: z
        .string()
        .optional()
        .describe(
          'The first build concerned, where builds are to blame. Of builds that send nothing at all only the day is known, with which their ids begin: 20140116.',
        ),
    }),
    acknowledged: z.object({ by: z.string(), at: time }).nullable(),
    fast_look: z
      .object({ since: time, looked_to: time, back_at: time.nullable() })
      .optional()
      .describe(
        'Only while it is known from minutes and no hour as a whole has shown it: when it stopped, and comes again.',
      ),
    trouble: z
      .enum(OWN_TROUBLES)
      .optional()
      .describe("Only of Tidewatch's own trouble, where it is more than an hour that could not be judged."),
    severity: z.enum(SEVERITIES).optional().describe('From size, channels and duration; as it is now.'),
    reopened_at: z.array(time).optional().describe('When it began again after it was over; the newest few.'),
    merged_into: z.int().optional().describe('It had the cause of this incident and went on as that.'),
    absorbed: z.array(z.int()).optional().describe('Incidents that were merged into it.'),
    label: z
      .object({ value: z.enum(LABELS), ...personsWord })
      .optional()
      .describe('What people say that it was.'),
    closed_by: z.object(personsWord).optional().describe('Somebody closed it by hand.'),
    accepted: z.object(personsWord).optional().describe('Somebody says that what there is now is meant.'),
    sentence: z.string().describe('In the words of the top sentence and the mail.'),
  })
  .meta({ id: 'Incident', description: 'Findings that belong together, as the backtest prints them as well.' })

const accounting = z
  .object({
    missing: z.number().describe('Submissions that were expected and did not come.'),
    received: z.number().describe("Of the incident's channels, from its start to its end or to now."),
    invalid: z.number(),
    quarantined: z.number().describe('Kept whole because they could not be converted.'),
    recovered: z.number().describe('Of those, converted since.'),
    waiting: z.number().describe('Of those, still to be converted: nothing of them is lost.'),
    quarantined_elsewhere: z
      .number()
      .describe('Set aside where imported counts come from: only the counts of these are here.'),
    discarded: z.number().describe('Refused for their size, and not kept.'),
    duration_seconds: z.number(),
    told_after_seconds: z.number().nullable().describe('From the start until the first mail was sent; null: none was.'),
  })
  .meta({ id: 'Accounting', description: 'What an incident cost.' })

export const silence = z
  .object({
    id: z.int(),
    matcher: z.record(z.string(), z.union([z.string(), z.number()])).describe('Every part must fit.'),
    from: time,
    until: time.nullable().describe('Null: until its incident is over.'),
    reason: z.string(),
    author: z.string(),
    ended_at: time.nullable(),
    ended_by: z.string().nullable(),
    is_active: z.boolean(),
  })
  .meta({ id: 'Silence', description: 'A wish of a person that mails be held back.' })

export const silencesAnswer = z.object({ silences: z.array(silence) }).meta({ id: 'SilencesAnswer' })

export const incidentsAnswer = z.object({ incidents: z.array(incident) }).meta({ id: 'IncidentsAnswer' })

export const incidentDetailAnswer = z
  .object({
    incident,
    events: z.array(z.object({ at: time, kind: z.string(), text: z.string(), actor: z.string().nullable() })),
    mails: z.array(mailSummary),
    timeline: z
      .array(
        z.object({
          at: time,
          kind: z.string().describe('Of an event, or `mail`.'),
          text: z.string(),
          actor: z.string().nullable().describe('Who did it; null: Tidewatch.'),
          mail: z.int().optional().describe('Of a mail: its number.'),
        }),
      )
      .optional()
      .describe('Events and mails together, oldest first.'),
    accounting: accounting.optional(),
    silences: z.array(silence).optional().describe('Those that hold back its mails now.'),
    maintenance: annotation.optional().describe('The one that holds back its mails now.'),
    near: z
      .array(annotation)
      .optional()
      .describe('What is known to have happened within six hours of its start, nearest first.'),
  })
  .meta({ id: 'IncidentDetailAnswer' })
