import { Hono } from 'hono'
import type { ApiContext } from '../api-context.ts'
import type { PipelineAnswer } from '../types.ts'

/** `GET /pipeline`. */
export function pipelineRoute(api: Pick<ApiContext, 'pipeline'>): Hono {
  return new Hono().get('/pipeline', async (context) => context.json((await api.pipeline()) satisfies PipelineAnswer))
}
