import type { Context } from 'hono'
import { z } from 'zod'
import { type EpochMs, isoDate } from '../../data/domain/time.ts'
import type { ErrorAnswer } from './types.ts'

/** A request that asks for what isn't allowed or isn't there; the sentence goes to the client. */
export class RequestError extends Error {
  readonly status: 400 | 404

  constructor(status: 400 | 404, message: string) {
    super(message)
    this.status = status
  }
}

/** Reads the query string by `schema`; throws RequestError naming each parameter that isn't as it should be. */
export function parseQuery<T>(context: Context, schema: z.ZodType<T>): T {
  const query = context.req.query()
  const parsed = schema.safeParse(query)
  if (parsed.success) return parsed.data
  const complaints = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '')
    const value = query[name]
    if (name !== '') return `${name} is ${value === undefined ? 'missing' : JSON.stringify(value)}: ${issue.message}`
    return issue.message
  })
  throw new RequestError(400, complaints.join('; '))
}

export function errorAnswer(context: Context, error: RequestError): Response {
  return context.json({ error: error.message } satisfies ErrorAnswer, error.status)
}

const EARLIEST = Date.UTC(2000, 0, 1)
const LATEST = Date.UTC(2200, 0, 1)
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,3})?)?)?Z)?$/

/** A UTC time as the API takes it: `2014-01-16T14:00:00Z`, or `2014-01-16` for its first moment. */
export const timeParameter = z.string().transform((text, context): EpochMs => {
  const whole = /T\d\dZ$/.test(text) ? text.replace('Z', ':00Z') : text
  const time = ISO_TIME.test(text) ? Date.parse(whole) : Number.NaN
  // 30 February is read as 2 March: no date that anybody means.
  if (time >= EARLIEST && time <= LATEST && isoDate(time) === text.slice(0, 10)) return time
  context.addIssue({
    code: 'custom',
    message: 'use a UTC time such as 2014-01-16T14:00:00Z or a date such as 2014-01-16, between 2000 and 2200',
  })
  return z.NEVER
})

/** Names of channels, reasons and builds come from clients: any text, but not without end. */
export const nameParameter = z.string().min(1, 'use a name').max(200, 'use at most 200 characters')
