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

/** The page may load nothing from elsewhere, be framed by nobody, and tell nobody where it was. */
export function securityHeaders(): MiddlewareHandler {
  const policy = [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ')
  return async (context, next) => {
    await next()
    if (!context.res.headers.has('Content-Security-Policy')) context.header('Content-Security-Policy', policy)
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Referrer-Policy', 'same-origin')
    context.header('Cross-Origin-Opener-Policy', 'same-origin')
  }
}
