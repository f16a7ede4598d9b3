import { Hono } from 'hono'
import { z } from 'zod'
import type { AnnotationResult } from '../../alerts/calendar/annotate.ts'
import { parseAnnotation } from '../../alerts/calendar/annotation.ts'
import type { AnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import type { CalendarEvent } from '../../alerts/calendar/calendar.ts'
import { readAnnotations } from '../../data/annotations/annotations.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { newAnnotation } from '../api/schemas/annotations.ts'
import { annotationAnswer, answeredEvents } from './annotation-answer.ts'

/** What a running owner knows of what happened, and lets commands add to. */
export interface AnnotationDesk {
  readonly annotations: AnnotationBook
  calendar(): readonly CalendarEvent[]
}

const author = z.string().trim().min(1).max(200)

/** What commands ask about annotations. Only the running owner changes them; without one (`desk` null) they are read from the database. */
export function annotationApp(database: Database, desk: AnnotationDesk | null, now: () => EpochMs): Hono {
  return new Hono()
    .get('/annotations', async (context) => {
      if (desk !== null) {
        const known = answeredEvents(desk.annotations, desk.calendar())
        return context.json(known.toSorted((a, b) => a.from - b.from).map(({ answer }) => answer))
      }
      const kept = (await readAnnotations(database)).map(parseAnnotation).filter(({ removed }) => removed === null)
      return context.json(kept.sort((a, b) => a.from - b.from).map(annotationAnswer))
    })
    .post('/annotations', async (context) => {
      if (desk === null) return context.json({ problems: [NO_SERVICE] }, 409)
      const parsed = newAnnotation.safeParse(await context.req.json())
      if (!parsed.success) {
        return context.json(
          { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) },
          422,
        )
      }
      const { build_id: buildId, link, from = now(), ...rest } = parsed.data
      const wanted = { ...rest, from, ...(buildId && { buildId }), ...(link && { link }) }
      return answered(await desk.annotations.add(wanted))
    })
    .post('/annotations/:id/remove', async (context) => {
      if (desk === null) return context.json({ problems: [NO_SERVICE] }, 409)
      const { id } = context.req.param()
      const asked = z.object({ author }).parse(await context.req.json())
      const result = await desk.annotations.remove(Number(id), asked.author)
      return result === null ? context.json({ problems: [`There is no annotation ${id}.`] }, 404) : answered(result)
    })
}

function answered(result: AnnotationResult): Response {
  if (result.kind === 'unchanged') return Response.json({ problems: [result.says] }, { status: 422 })
  return Response.json(annotationAnswer(result.annotation))
}

const NO_SERVICE =
  'No service runs on this state directory: annotations are changed by the running one. Start it first.'
