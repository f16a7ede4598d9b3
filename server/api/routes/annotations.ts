import { z } from 'zod'
import { type AnnotationChange, type AnnotationResult, MOST_TEXT } from '../../../alerts/calendar/annotate.ts'
import { ANNOTATION_KINDS, type Annotation, EVENT_KINDS, isAbout } from '../../../alerts/calendar/annotation.ts'
import type { CalendarEvent } from '../../../alerts/calendar/calendar.ts'
import { isoSeconds } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { actionOperation, NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { nameParameter, RequestError, timeParameter, wholeNumberParameter } from '../request.ts'
import { annotation as annotationSchema, annotationsAnswer } from '../schemas/annotations.ts'
import type { AnnotationAnswer, AnnotationsAnswer } from '../types.ts'

const query = z.strictObject({
  channel: nameParameter.optional().describe('Only those about this channel, or about all.'),
  from: timeParameter.optional().describe('Only those that end after it.'),
  to: timeParameter.optional().describe('Only those that begin before it.'),
  kind: z
    .enum(EVENT_KINDS, `use one of ${EVENT_KINDS.join(', ')}`)
    .optional()
    .describe('Only those of this kind.'),
  limit: wholeNumberParameter(1, 10_000).optional().describe('So many of the newest; without it 1000.'),
})

const MOST_ANSWERED = 1000

const person = z.string('use a name').trim().min(1, 'use a name').max(200, 'use at most 200 characters')
const texts = `use a text of 1 to ${MOST_TEXT} characters`
const link = z
  .string('use an address')
  .max(2000, 'use at most 2000 characters')
  .regex(/^https?:\/\/[^\s]+$/, 'use an address that begins with http:// or https://')

const kind = z.enum(ANNOTATION_KINDS, `use one of ${ANNOTATION_KINDS.join(', ')}`)
const text = z.string(texts).trim().min(1, texts).max(MOST_TEXT, texts)
const channels = z.array(nameParameter, 'use a list of channels').max(50, 'use at most 50 channels')

const newAnnotation = z
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

const annotationChange = z
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

const numbered = z.strictObject({ id: z.string().meta({ examples: ['1'] }) })

/** What people, tools and the calendar say that happened. */
export function annotationOperations(api: ApiContext): readonly Operation[] {
  return [
    valueOperation({
      path: '/annotations',
      id: 'listAnnotations',
      group: 'Annotations',
      summary: 'What people, release tooling and the calendar file say that happened, or will.',
      problems: ['invalid-parameter'],
      parameters: NO_PARAMETERS,
      query,
      answer: annotationsAnswer,
      load: (asked) => chosen(api, asked),
      csv: ({ annotations }) => ({
        columns: ['id', 'source', 'kind', 'from', 'to', 'channels', 'text', 'author'],
        rows: annotations.map((own) => [
          own.id,
          own.source,
          own.kind,
          own.from,
          own.to,
          own.channels.join(' '),
          own.text,
          own.author,
        ]),
      }),
    }),
    actionOperation({
      path: '/annotations',
      method: 'post',
      id: 'addAnnotation',
      group: 'Annotations',
      summary: 'Marks something that happened or will: a release, an experiment, an outage elsewhere, a maintenance.',
      problems: ['invalid-parameter', 'conflict'],
      parameters: NO_PARAMETERS,
      query: NO_PARAMETERS,
      body: newAnnotation,
      answer: annotationSchema,
      async act(_, { build_id: buildId, link: page, from = api.now(), ...rest }) {
        return answerOf(
          await api.annotations.add({
            ...rest,
            from,
            ...(buildId === undefined ? {} : { buildId }),
            ...(page === undefined ? {} : { link: page }),
          }),
        )
      },
    }),
    actionOperation({
      path: '/annotations/{id}',
      method: 'patch',
      id: 'changeAnnotation',
      group: 'Annotations',
      summary: 'Changes parts of one.',
      problems: ['invalid-parameter', 'not-found', 'conflict'],
      parameters: numbered,
      query: NO_PARAMETERS,
      body: annotationChange,
      answer: annotationSchema,
      async act({ id }, { author, ...given }) {
        return answerOf(await api.annotations.change(Number(id), changeOf(given), author), id)
      },
    }),
    actionOperation({
      path: '/annotations/{id}',
      method: 'delete',
      id: 'removeAnnotation',
      group: 'Annotations',
      summary: 'Takes one away, and answers what it was.',
      problems: ['invalid-parameter', 'not-found', 'conflict'],
      parameters: numbered,
      query: z.strictObject({ author: person.describe('Who removes it.') }),
      body: NO_PARAMETERS,
      answer: annotationSchema,
      async act({ id, author }) {
        return answerOf(await api.annotations.remove(Number(id), author), id)
      },
    }),
  ]
}

function changeOf({
  kind: newKind,
  text: newText,
  channels: about,
  from,
  to,
  build_id: buildId,
  link: page,
}: Omit<z.output<typeof annotationChange>, 'author'>): AnnotationChange {
  return {
    ...(newKind === undefined ? {} : { kind: newKind }),
    ...(newText === undefined ? {} : { text: newText }),
    ...(about === undefined ? {} : { channels: about }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(buildId === undefined ? {} : { buildId }),
    ...(page === undefined ? {} : { link: page }),
  }
}

function answerOf(result: AnnotationResult | null, id = ''): AnnotationAnswer {
  if (result === null) throw new RequestError('not-found', `no annotation "${id}": /annotations lists those there are`)
  if (result.kind === 'unchanged') throw new RequestError('conflict', result.says)
  return annotationAnswer(result.annotation)
}

function chosen(api: ApiContext, asked: z.output<typeof query>): AnnotationsAnswer {
  const { channel = '*', from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit = MOST_ANSWERED } = asked
  const all = [
    ...api.calendar().map((event) => ({ event, answer: calendarAnswer(event) })),
    ...api.annotations.list().map((event) => ({ event, answer: annotationAnswer(event) })),
  ]
  const annotations = all
    .filter(
      ({ event }) =>
        (asked.kind === undefined || event.kind === asked.kind) &&
        isAbout(event, channel) &&
        event.from < to &&
        (event.to ?? event.from + 1) > from,
    )
    .sort((a, b) => a.event.from - b.event.from)
    .slice(-limit)
    .map(({ answer }) => answer)
  return { annotations }
}

/** As the API and the command line say it. */
export function annotationAnswer(annotation: Annotation): AnnotationAnswer {
  const { id, author, createdAt, changed } = annotation
  return {
    ...eventAnswer(annotation),
    id,
    source: 'people',
    author,
    created_at: isoSeconds(createdAt),
    changed_at: changed === null ? null : isoSeconds(changed.at),
  }
}

function calendarAnswer(event: CalendarEvent): AnnotationAnswer {
  return { ...eventAnswer(event), id: null, source: 'calendar', author: '', created_at: null, changed_at: null }
}

function eventAnswer({ kind: ofKind, text: said, channels: about, from, to, buildId, link: page }: EventParts) {
  return {
    kind: ofKind,
    text: said,
    channels: [...about],
    from: isoSeconds(from),
    to: to === null ? null : isoSeconds(to),
    ...(buildId === undefined ? {} : { build_id: buildId }),
    ...(page === undefined ? {} : { link: page }),
  }
}

type EventParts = Pick<CalendarEvent, 'kind' | 'text' | 'channels' | 'from' | 'to'> & {
  readonly buildId?: string | undefined
  readonly link?: string | undefined
}
