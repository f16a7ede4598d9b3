import { z } from 'zod'
import type { AnnotationChange, AnnotationResult } from '../../../alerts/calendar/annotate.ts'
import { EVENT_KINDS, isAbout } from '../../../alerts/calendar/annotation.ts'
import { annotationAnswer, answeredEvents } from '../../incidents/annotation-answer.ts'
import type { ApiContext } from '../api-context.ts'
import { actionOperation, NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { nameParameter, RequestError, timeParameter, wholeNumberParameter } from '../request.ts'
import {
  annotationChange,
  annotation as annotationSchema,
  annotationsAnswer,
  newAnnotation,
  person,
} from '../schemas/annotations.ts'
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
  const annotations = answeredEvents(api.annotations, api.calendar())
    .filter(
      (event) =>
        (asked.kind === undefined || event.kind === asked.kind) &&
        isAbout(event, channel) &&
        event.from < to &&
        (event.to ?? event.from + 1) > from,
    )
    .sort((a, b) => a.from - b.from)
    .slice(-limit)
    .map(({ answer }) => answer)
  return { annotations }
}
