import type { MiddlewareHandler } from 'hono'
import { problemAnswer } from './http/problem-answer.ts'
import { RequestError } from './request.ts'

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Answers only requests for this machine's own names and those that `hostNames` gives, so that a page elsewhere can't read
 * the dashboard by pointing its own name at this address.
 */
export function hostGuard(hostNames: () => readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('Host') ?? '').toLowerCase().replace(/:\d+$/, '')
    if (LOOPBACK_NAMES.includes(host) || hostNames().some((name) => name.toLowerCase() === host)) return next()
    const allowed = "use one of this machine, publicUrl's, or one of dashboard.hostNames"
    return problemAnswer(context, new RequestError('wrong-host', `host is ${JSON.stringify(host)}: ${allowed}`))
  }
}

/** The host name in `publicUrl`; none where it is empty. */
export function hostNameOf(publicUrl: string): readonly string[] {
  return publicUrl === '' ? [] : [new URL(publicUrl).hostname]
}
