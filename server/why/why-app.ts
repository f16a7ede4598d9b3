import { Hono } from 'hono'
import { z } from 'zod'
import { parseIncident } from '../../alerts/incident-record.ts'
import { parseSilence } from '../../alerts/silence-record.ts'
import type { Database } from '../../data/counts/database.ts'
import { readNewestJudgedHour } from '../../data/counts/judgements.ts'
import { readIncidents } from '../../data/incidents/read-incidents.ts'
import { readSilences } from '../../data/incidents/silences.ts'
import type { IncidentDesk } from '../incidents/incident-app.ts'
import { askVisible, askWhy, type HindsightSources, type ReckoningSources, type Unanswerable } from './hindsight.ts'
import { visibilityAnswer } from './visibility-answer.ts'
import { whyAnswer } from './why-answer.ts'

const whyQuery = z.object({ channel: z.string(), hour: z.coerce.number() })
const visibleQuery = z.object({ channel: z.string().optional() })

/** What commands ask of hours that were judged; without a running service (`desk` null) all of it is read from the database. */
export function whyApp(
  database: Database,
  desk: Pick<IncidentDesk, 'incidents' | 'silences'> | null,
  hindsight: ReckoningSources,
): Hono {
  const sources: HindsightSources = {
    incidents: async () => desk?.incidents() ?? (await readIncidents(database)).map(parseIncident),
    silences: async () => desk?.silences() ?? (await readSilences(database)).map(parseSilence),
    judgedHour: () => readNewestJudgedHour(database),
    ...hindsight,
  }
  return new Hono()
    .get('/why', async (context) => {
      const { channel, hour } = whyQuery.parse(context.req.query())
      const asked = await askWhy(database, sources, { channel, hour })
      if (asked.kind === 'unanswerable') return context.json({ problems: [refusal(asked, channel)] }, 422)
      return context.json(whyAnswer(asked.value))
    })
    .get('/visibility', async (context) => {
      const { channel = null } = visibleQuery.parse(context.req.query())
      const asked = await askVisible(database, sources, channel)
      if (asked.kind === 'unanswerable') return context.json({ problems: [refusal(asked, channel ?? '*')] }, 422)
      return context.json(visibilityAnswer(asked.value))
    })
}

function refusal({ about, allowed }: Unanswerable, channel: string): string {
  return about === 'channel' ? `channel is ${JSON.stringify(channel)}: ${allowed}` : `the hour isn't judged: ${allowed}`
}
