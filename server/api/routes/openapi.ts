import { z } from 'zod'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { openApiDocument } from '../openapi/document.ts'

/** `operations` with the one that describes all of them, itself included. */
export function withDescription(operations: readonly Operation[]): readonly Operation[] {
  const all: Operation[] = [...operations]
  const description = valueOperation({
    path: '/openapi.json',
    id: 'getOpenApi',
    group: 'About',
    summary: 'This description, as OpenAPI 3.1.',
    problems: ['invalid-parameter'],
    parameters: NO_PARAMETERS,
    query: NO_PARAMETERS,
    answer: z.looseObject({ openapi: z.literal('3.1.0') }),
    keep: () => ({ stamp: '', isFinished: true }),
    load: () => ({ ...openApiDocument(all) }),
  })
  all.push(description)
  return all
}
