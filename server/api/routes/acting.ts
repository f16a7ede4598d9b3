import { z } from 'zod'
import { LABELS } from '../../../alerts/incident.ts'
import type { IncidentAction } from '../../../alerts/incidents/act.ts'
import { SilenceMatcherSchema } from '../../../alerts/silence.ts'
import { silenceAnswer } from '../../incidents/silence-answer.ts'
import type { ApiContext } from '../api-context.ts'
import { actionOperation, NO_PARAMETERS, type Operation } from '../http/operation.ts'
import { incidentAnswer } from '../incident-answer.ts'
import { RequestError, timeParameter } from '../request.ts'
import { incident as incidentSchema, silence as silenceSchema } from '../schemas/incident.ts'

const MOST_NOTE = 2000

const by = z
  .string('use a name')
  .trim()
  .min(1, 'use a name')
  .max(200, 'use at most 200 characters')
  .describe('In whose name.')
const note = z
  .string('use a text')
  .max(MOST_NOTE, `use at most ${MOST_NOTE} characters`)
  .transform((text) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim())
  .describe('A word to the others.')

const KINDS = ['acknowledge', 'resolve', 'label', 'accept_level', 'take_back_level'] as const

const action = z
  .strictObject({
    kind: z
      .enum(KINDS, `use one of ${KINDS.join(', ')}`)
      .describe(
        'accept_level: what comes now is meant, and is what is expected from now on; take_back_level: it was not, after all.',
      ),
    label: z
      .enum(LABELS, `use one of ${LABELS.join(', ')}`)
      .optional()
      .describe('Of label: what it was.'),
    by,
    note: note.default(''),
  })
  .meta({ id: 'IncidentAction' })

const newSilence = z
  .strictObject({
    matcher: SilenceMatcherSchema.describe('Every part that is given must fit.'),
    until: timeParameter.nullable().describe('Null: until the incident that it names is over.'),
    reason: note.default(''),
    author: by,
  })
  .meta({ id: 'NewSilence' })

const endOfSilence = z.strictObject({ by }).meta({ id: 'EndOfSilence' })

const numbered = z.strictObject({ id: z.string().meta({ examples: ['1'] }) })

/** What people do with incidents, and what they hold back. */
export function actingOperations(api: ApiContext): readonly Operation[] {
  return [
    actionOperation({
      path: '/incidents/{id}/actions',
      method: 'post',
      id: 'actOnIncident',
      group: 'Incidents',
      summary: 'Acknowledges, closes or labels an incident, or takes its level for the new normal.',
      problems: ['invalid-parameter', 'not-found', 'conflict'],
      parameters: numbered,
      query: NO_PARAMETERS,
      body: action,
      answer: incidentSchema,
      async act({ id }, asked) {
        const result = await api.desk.act(Number(id), actionOf(asked))
        if (result === null)
          throw new RequestError('not-found', `no incident "${id}": /incidents lists those there are`)
        if (result.kind === 'unchanged') throw new RequestError('conflict', result.says)
        return incidentAnswer(result.incident)
      },
    }),
    actionOperation({
      path: '/silences',
      method: 'post',
      id: 'addSilence',
      group: 'Incidents',
      summary: 'Holds back mails about what fits.',
      problems: ['invalid-parameter', 'conflict'],
      parameters: NO_PARAMETERS,
      query: NO_PARAMETERS,
      body: newSilence,
      answer: silenceSchema,
      async act(_, wanted) {
        const result = await api.desk.silence(wanted)
        if (result.kind === 'unchanged') throw new RequestError('conflict', result.says)
        return silenceAnswer(result.silence, api.now())
      },
    }),
    actionOperation({
      path: '/silences/{id}/end',
      method: 'post',
      id: 'endSilence',
      group: 'Incidents',
      summary: 'Ends a silence before its time.',
      problems: ['invalid-parameter', 'not-found', 'conflict'],
      parameters: numbered,
      query: NO_PARAMETERS,
      body: endOfSilence,
      answer: silenceSchema,
      async act({ id }, asked) {
        const result = await api.desk.endSilence(Number(id), asked.by)
        if (result === null) throw new RequestError('not-found', `no silence "${id}": /silences lists those there are`)
        if (result.kind === 'unchanged') throw new RequestError('conflict', result.says)
        return silenceAnswer(result.silence, api.now())
      },
    }),
  ]
}

function actionOf({ kind, label, by: person, note: text }: z.output<typeof action>): IncidentAction {
  if (kind !== 'label') {
    if (label !== undefined) {
      throw new RequestError('invalid-parameter', `label is "${label}": give it with the kind "label" only`, [
        { parameter: 'label', value: label, allowed: 'give it with the kind "label" only' },
      ])
    }
    return { kind, by: person, note: text }
  }
  if (label === undefined) {
    const allowed = `use one of ${LABELS.join(', ')}`
    throw new RequestError('invalid-parameter', `label is missing: ${allowed}`, [
      { parameter: 'label', value: null, allowed },
    ])
  }
  return { kind, label, by: person, note: text }
}
