import { z } from 'zod'
import { DAY_MS } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { nameParameter, timeParameter } from '../request.ts'
import { submissionsAnswer as answer } from '../schemas/submissions.ts'
import { submissionsAnswer } from '../submissions-answer.ts'

const range = {
  from: timeParameter.optional().describe('Received then or later.'),
  to: timeParameter.optional().describe('Received before.'),
}

/** Where submissions are: one document's, wherever it is; or those of the last day (or the range) that were sent with a debug tag. */
export function submissionOperations({ findSubmissions, now }: ApiContext): readonly Operation[] {
  return [
    valueOperation({
      path: '/submissions/{id}',
      id: 'getSubmission',
      group: 'Problems',
      summary: 'Every copy of a document: when it came, what became of it, and where it lies.',
      about:
        'None where it was never received. With a range it is found sooner: an id does not say when its document came.',
      problems: ['invalid-parameter'],
      parameters: z.strictObject({ id: nameParameter.describe('The document id.') }),
      query: z.strictObject(range),
      answer,
      async load({ id, from = null, to = null }) {
        const sought = { by: 'document', documentId: id.toLowerCase(), since: from, until: to } as const
        return submissionsAnswer(await findSubmissions(sought))
      },
    }),
    valueOperation({
      path: '/submissions',
      id: 'findSubmissions',
      group: 'Problems',
      summary: 'Submissions that were sent with a tag of their own (`X-Debug-ID`).',
      about: 'Those of the last 24 hours where no range is given.',
      problems: ['invalid-parameter'],
      parameters: NO_PARAMETERS,
      query: z.strictObject({ ...range, debug_id: nameParameter.describe('The tag.') }),
      answer,
      async load({ debug_id: debugId, from = now() - DAY_MS, to = null }) {
        return submissionsAnswer(await findSubmissions({ by: 'debug_id', debugId, since: from, until: to }))
      },
    }),
  ]
}
