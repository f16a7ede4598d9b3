import { Hono } from 'hono'
import type { ApiContext } from '../api-context.ts'
import type { QuarantineAnswer } from '../types.ts'

/** `GET /quarantine`. */
export function quarantineRoute(api: Pick<ApiContext, 'quarantine'>): Hono {
  return new Hono().get('/quarantine', async (context) =>
    context.json((await api.quarantine()) satisfies QuarantineAnswer),
  )
}
