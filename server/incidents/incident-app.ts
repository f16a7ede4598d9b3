import { Hono } from 'hono'
import { z } from 'zod'
import { LABELS } from '../../alerts/incident.ts'
import { parseIncident } from '../../alerts/incident-record.ts'
import type { JudgeShell } from '../../alerts/shell/judge-shell.ts'
import { SilenceMatcherSchema } from '../../alerts/silence.ts'
import { parseSilence } from '../../alerts/silence-record.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { readIncidents } from '../../data/incidents/read-incidents.ts'
import { readSilences } from '../../data/incidents/silences.ts'
import { incidentAnswer } from '../api/incident-answer.ts'
import { silenceAnswer } from './silence-answer.ts'

/** What a running owner can do with incidents and silences, and lets commands do. */
export type IncidentDesk = Pick<JudgeShell, 'incidents' | 'silences' | 'act' | 'silence' | 'endSilence'>

const by = z.string().trim().min(1).max(200)
const note = z.string().max(2000)
const newSilence = z.object({
  matcher: SilenceMatcherSchema,
  until: z.number().nullable(),
  reason: note,
  author: by,
})
const action = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['acknowledge', 'resolve', 'accept_level', 'take_back_level']), by, note }),
  z.object({ kind: z.literal('label'), label: z.enum(LABELS), by, note }),
])

/**
 * What commands ask about incidents and silences. Only the running owner changes them, since it decides from what it has in
 * memory; without one (`desk` null) they are read from the database.
 */
export function incidentApp(database: Database, desk: IncidentDesk | null, now: () => EpochMs): Hono {
  return new Hono()
    .get('/silences', async (context) => {
      const silences = desk?.silences() ?? (await readSilences(database)).map(parseSilence)
      return context.json(silences.map((silence) => silenceAnswer(silence, now())))
    })
    .post('/silences', async (context) => {
      if (desk === null) return context.json({ problems: [NO_SERVICE] }, 409)
      const result = await desk.silence(newSilence.parse(await context.req.json()))
      if (result.kind === 'unchanged') return context.json({ problems: [result.says] }, 422)
      return context.json(silenceAnswer(result.silence, now()))
    })
    .post('/silences/:id/end', async (context) => {
      if (desk === null) return context.json({ problems: [NO_SERVICE] }, 409)
      const { id } = context.req.param()
      const asked = z.object({ by }).parse(await context.req.json())
      const result = await desk.endSilence(Number(id), asked.by)
      if (result === null) return context.json({ problems: [`There is no silence ${id}.`] }, 404)
      if (result.kind === 'unchanged') return context.json({ problems: [result.says] }, 422)
      return context.json(silenceAnswer(result.silence, now()))
    })
    .get('/incidents', async (context) => {
      const incidents = desk?.incidents() ?? (await readIncidents(database)).map(parseIncident)
      return context.json({ incidents: incidents.map(incidentAnswer) })
    })
    .post('/incidents/:id', async (context) => {
      if (desk === null) return context.json({ problems: [NO_SERVICE] }, 409)
      const { id } = context.req.param()
      const result = await desk.act(Number(id), action.parse(await context.req.json()))
      if (result === null) return context.json({ problems: [`There is no incident ${id}.`] }, 404)
      if (result.kind === 'unchanged') return context.json({ problems: [result.says] }, 422)
      return context.json(incidentAnswer(result.incident))
    })
}

const NO_SERVICE =
  'No service runs on this state directory: incidents and silences are changed by the running one. Start it first.'
