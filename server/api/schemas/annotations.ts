import { z } from 'zod'
import { MOST_TEXT } from '../../../alerts/calendar/annotate.ts'
import { ANNOTATION_KINDS, EVENT_KINDS } from '../../../alerts/calendar/annotation.ts'
import { nameParameter, timeParameter } from '../request.ts'
import { time } from './fields.ts'

export const annotation = z
  .object({
    id: z.int().nullable().describe('Null: it stands in the calendar file and can be changed there only.'),
    source: z.enum(['people', 'calendar']),
    kind: z
      .enum(EVENT_KINDS)
      .describe(
        '`outage_elsewhere`: of somebody else. `maintenance`: nothing is mailed meanwhile. `holiday`: calendar only. `settings`: one of the service changed, marked by itself.',
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

/** Who says or does something. */
export const person = z.string('use a name').trim().min(1, 'use a name').max(200, 'use at most 200 characters')
const texts = `use a text of 1 to ${MOST_TEXT} characters`
const link = z
  .string('use an address')
  .max(2000, 'use at most 2000 characters')
  .regex(/^https?:\/\/[^\s]+$/, 'use an address that begins with http:// or https://')

const kind = z.enum(ANNOTATION_KINDS, `use one of ${ANNOTATION_KINDS.join(', ')}`)
const text = z.string(texts).trim().min(1, texts).max(MOST_TEXT, texts)
const channels = z.array(nameParameter, 'use a list of channels').max(50, 'use at most 50 channels')

export const newAnnotation = z
  .strictObject({
    kind,
    text: text.describe('What happened, in a line.'),
    channels: channels.default([]).describe('Which it is about; empty: all.'),
    from: timeParameter.optional().describe('Without it now.'),
    to: timeParameter.nullable().default(null).describe('Excluded; null: it is a moment.'),
    build_id: nameParameter.optional(),
    link: link.optional(),
    author: person.describe('Who says so: a person, or a tool.'),
  })
  .meta({ id: 'NewAnnotation' })

export const annotationChange = z
  .strictObject({
    kind: kind.optional(),
    text: text.optional(),
    channels: channels.optional(),
    from: timeParameter.optional(),
    to: timeParameter.nullable().optional(),
    build_id: nameParameter.optional(),
    link: link.optional(),
    author: person.describe('Who changes it.'),
  })
  .meta({ id: 'AnnotationChange', description: 'What is given replaces what was there.' })
