import { z } from 'zod'
import { EVENT_KINDS } from '../../../alerts/calendar/annotation.ts'
import { time } from './fields.ts'

export const annotation = z
  .object({
    id: z.int().nullable().describe('Null: it stands in the calendar file and can be changed there only.'),
    source: z.enum(['people', 'calendar']),
    kind: z
      .enum(EVENT_KINDS)
      .describe(
        '`outage_elsewhere`: of somebody else. `maintenance`: nothing is mailed meanwhile. `holiday`: calendar only.',
      ),
    text: z.string().describe('As somebody wrote it: one line.'),
    channels: z.array(z.string()).describe('Which it is about; empty: all.'),
    from: time,
    to: time.nullable().describe('Excluded; null: it is a moment.'),
    build_id: z.string().optional().describe('Of a release.'),
    link: z.string().optional().describe('A page with more of it: http or https.'),
    author: z.string().describe('Who said so; empty: the calendar file.'),
    created_at: time.nullable(),
    changed_at: time.nullable(),
  })
  .meta({
    id: 'Annotation',
    description: 'Something that happened, or will, as people, release tooling or the calendar file say it.',
  })

export const annotationsAnswer = z
  .object({ annotations: z.array(annotation).describe('By their beginning, oldest first.') })
  .meta({ id: 'AnnotationsAnswer' })
