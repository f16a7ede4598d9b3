import { Hono } from 'hono'
import { z } from 'zod'
import { DAY_MS } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { nameParameter, parseQuery, timeParameter } from '../request.ts'
import { submissionsAnswer } from '../submissions-answer.ts'

const range = { from: timeParameter.optional(), to: timeParameter.optional() }
const byDocument = z.strictObject(range)
const byTag = z.strictObject({ ...range, debug_id: nameParameter })

/** Where submissions are: one document's, wherever it is; or those of the last day (or the range) that were sent with a debug tag. */
export function submissionRoutes({ findSubmissions, now }: ApiContext): Hono {
  return new Hono()
    .get('/submissions/:id', async (context) => {
      const { from = null, to = null } = parseQuery(context, byDocument)
      const documentId = context.req.param('id').toLowerCase()
      return context.json(
        submissionsAnswer(await findSubmissions({ by: 'document', documentId, since: from, until: to })),
      )
    })
    .get('/submissions', async (context) => {
      const { from = now() - DAY_MS, to = null, debug_id: debugId } = parseQuery(context, byTag)
      return context.json(submissionsAnswer(await findSubmissions({ by: 'debug_id', debugId, since: from, until: to })))
    })
}
