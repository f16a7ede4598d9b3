import { z } from 'zod'
import { incidentStory } from '../../incidents/incident-story.ts'
import { silenceAnswer } from '../../incidents/silence-answer.ts'
import type { ApiContext } from '../api-context.ts'
import type { CsvTable } from '../http/csv-table.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { incidentAnswer } from '../incident-answer.ts'
import { nameParameter, RequestError, timeParameter, wholeNumberParameter } from '../request.ts'
import { incidentDetailAnswer, incidentsAnswer, silencesAnswer } from '../schemas/incident.ts'
import type { IncidentDetailAnswer, IncidentsAnswer } from '../types.ts'

const STATES = ['open', 'recovering', 'resolved', 'withdrawn'] as const

const query = z.strictObject({
  state: z
    .enum(STATES, `use one of ${STATES.join(', ')}`)
    .optional()
    .describe('Only those in this state.'),
  channel: nameParameter.optional().describe('Only those about this channel, or about all together.'),
  from: timeParameter.optional().describe('Only those that ended after it, or go on.'),
  to: timeParameter.optional().describe('Only those that began before it.'),
  limit: wholeNumberParameter(1, 10_000).optional().describe('So many of the newest; without it all.'),
})

/** What happened, and one of it with its story. */
export function incidentOperations(api: ApiContext): readonly Operation[] {
  return [
    valueOperation({
      path: '/incidents',
      id: 'listIncidents',
      group: 'Incidents',
      summary: 'Incidents, newest first.',
      problems: ['invalid-parameter'],
      parameters: NO_PARAMETERS,
      query,
      answer: incidentsAnswer,
      load: (asked) => chosenIncidents(api, asked),
      csv: incidentTable,
    }),
    valueOperation({
      path: '/incidents/{id}',
      id: 'getIncident',
      group: 'Incidents',
      summary: 'One incident, with what happened and what was told.',
      problems: ['invalid-parameter', 'not-found'],
      parameters: z.strictObject({ id: z.string().meta({ examples: ['1'] }) }),
      query: NO_PARAMETERS,
      answer: incidentDetailAnswer,
      load: ({ id }) => incidentDetail(api, id),
    }),
    valueOperation({
      path: '/silences',
      id: 'listSilences',
      group: 'Incidents',
      summary: 'What people hold back, and held back, newest first.',
      problems: [],
      parameters: NO_PARAMETERS,
      query: NO_PARAMETERS,
      answer: silencesAnswer,
      load: async () => ({
        silences: api
          .silences()
          .toReversed()
          .map((silence) => silenceAnswer(silence, api.now())),
      }),
    }),
  ]
}

function chosenIncidents(api: ApiContext, asked: z.output<typeof query>): IncidentsAnswer {
  const { state, channel, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit } = asked
  const chosen = api
    .incidents()
    .filter(
      (incident) =>
        (state === undefined || incident.state === state) &&
        (channel === undefined || incident.channels.includes(channel) || incident.channels.includes('*')) &&
        incident.start < to &&
        (incident.end ?? Number.POSITIVE_INFINITY) > from,
    )
    .toReversed()
  return { incidents: (limit === undefined ? chosen : chosen.slice(0, limit)).map(incidentAnswer) }
}

function incidentTable({ incidents }: IncidentsAnswer): CsvTable {
  return {
    columns: ['id', 'state', 'kind', 'channel', 'start', 'end', 'detected_at', 'resolved_at', 'missing', 'sentence'],
    rows: incidents.map((incident) => [
      incident.id,
      incident.state,
      incident.kind,
      incident.channels.join(' '),
      incident.start,
      incident.end,
      incident.detected_at,
      incident.resolved_at,
      incident.missing,
      incident.sentence,
    ]),
  }
}

async function incidentDetail(api: ApiContext, id: string): Promise<IncidentDetailAnswer> {
  const incident = api.incidents().find((candidate) => String(candidate.id) === id)
  if (incident === undefined) {
    const newest = api.incidents().at(-1)?.id
    throw new RequestError(
      'not-found',
      `no incident "${id}": ${newest === undefined ? 'there is none yet' : `the newest is ${newest}`}`,
    )
  }
  return { incident: incidentAnswer(incident), ...(await incidentStory(api, incident)) }
}
