import { Hono } from 'hono'
import { isoSeconds } from '../../../data/domain/time.ts'
import { readIncidentEvents } from '../../../data/incidents/incident-events.ts'
import type { ApiContext } from '../api-context.ts'
import { incidentAnswer } from '../incident-answer.ts'
import { RequestError } from '../request.ts'
import type { IncidentDetailAnswer, IncidentsAnswer } from '../types.ts'

/** `GET /incidents` (newest first) and `GET /incidents/:id`. */
export function incidentRoutes(api: ApiContext): Hono {
  return new Hono()
    .get('/incidents', (context) =>
      context.json({ incidents: api.incidents().toReversed().map(incidentAnswer) } satisfies IncidentsAnswer),
    )
    .get('/incidents/:id', async (context) => context.json(await detail(api, context.req.param('id'))))
}

async function detail(api: ApiContext, id: string): Promise<IncidentDetailAnswer> {
  const incident = api.incidents().find((candidate) => String(candidate.id) === id)
  if (incident === undefined) {
    const newest = api.incidents().at(-1)?.id
    throw new RequestError(
      404,
      `no incident "${id}": ${newest === undefined ? 'there is none yet' : `the newest is ${newest}`}`,
    )
  }
  const [events, mails] = await Promise.all([
    readIncidentEvents(api.database, incident.id),
    api.mails.list(incident.id),
  ])
  return {
    incident: incidentAnswer(incident),
    events: events.map((event) => ({
      at: isoSeconds(event.happenedAt),
      kind: event.kind,
      text: event.text,
      actor: event.actor,
    })),
    mails,
  }
}
