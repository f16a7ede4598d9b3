import type { ApiContext } from '../api-context.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { freshness, pipelineAnswer, quarantineAnswer } from '../schemas/pipeline.ts'

const plain = {
  group: 'Operation',
  problems: ['invalid-parameter'],
  parameters: NO_PARAMETERS,
  query: NO_PARAMETERS,
} as const

/** How the service itself does. */
export function serviceOperations(
  api: Pick<ApiContext, 'freshness' | 'pipeline' | 'quarantine'>,
): readonly Operation[] {
  return [
    valueOperation({
      ...plain,
      path: '/freshness',
      id: 'getFreshness',
      summary: 'Up to when everything is counted, who receives, and what waits.',
      answer: freshness,
      load: () => api.freshness(),
    }),
    valueOperation({
      ...plain,
      path: '/pipeline',
      id: 'getPipeline',
      summary: 'Where everything stands: receivers, backlog, watermark, workers, outbox, disk.',
      answer: pipelineAnswer,
      load: () => api.pipeline(),
    }),
    valueOperation({
      ...plain,
      path: '/quarantine',
      id: 'getQuarantine',
      summary: 'What could not be converted, by problem, and how much of it would convert today.',
      about: 'Tried every night.',
      answer: quarantineAnswer,
      load: () => api.quarantine(),
    }),
  ]
}
