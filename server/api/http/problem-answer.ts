import type { Context } from 'hono'
import { DatabaseError } from '../../../data/counts/database-error.ts'
import { RequestError } from '../request.ts'
import type { ProblemDetails } from '../types.ts'
import { PROBLEM_KINDS } from './problem-kinds.ts'

/** Where the kinds of problems are explained; relative, so it holds under whatever name people reach this server. */
const EXPLAINED_AT = '/api'
const RETRY_AFTER_SECONDS = 2

/** The error as the client is told it; null: it is a fault of ours, which nobody outside should read. */
export function toRequestError(error: unknown): RequestError | null {
  if (error instanceof RequestError) return error
  if (!(error instanceof DatabaseError)) return null
  if (error.kind === 'timeout') {
    return new RequestError(
      'too-slow',
      'the counts took too long to answer: ask for a shorter range, longer steps, or one channel',
    )
  }
  if (error.kind === 'closed') return new RequestError('busy', 'the service is stopping: ask again in a moment')
  return null
}

/** RFC 9457: `application/problem+json`. */
export function problemAnswer(context: Context, { kind, message, complaints }: RequestError): Response {
  const { status, title } = PROBLEM_KINDS[kind]
  const details: ProblemDetails = {
    type: `${EXPLAINED_AT}#${kind}`,
    title,
    status,
    detail: message,
    // As it stands in the address: decoded it may be no address at all.
    instance: new URL(context.req.url).pathname,
    ...(complaints.length === 0 ? {} : { errors: complaints }),
  }
  if (status === 503) context.header('Retry-After', String(RETRY_AFTER_SECONDS))
  return context.body(JSON.stringify(details), status, { 'Content-Type': 'application/problem+json' })
}
