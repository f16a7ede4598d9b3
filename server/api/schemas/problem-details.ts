import { z } from 'zod'

/** RFC 9457, with the parameters that are to blame as an extension. */
export const problemDetails = z
  .object({
    type: z.string().meta({ format: 'uri-reference' }).describe('Which kind of problem; the address explains it.'),
    title: z.string().describe('The kind, in words.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What is wrong with this request: the thing, its value, and what is allowed.'),
    instance: z.string().meta({ format: 'uri-reference' }).describe('What was asked for.'),
    errors: z
      .array(
        z.object({
          parameter: z.string(),
          value: z.string().nullable().describe('As it was given; null: it is missing.'),
          allowed: z.string(),
        }),
      )
      .optional()
      .describe('Each parameter that is to blame.'),
  })
  .meta({ id: 'ProblemDetails', description: 'Every error of the API (RFC 9457, application/problem+json).' })
