import type { MiddlewareHandler } from 'hono'

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Answers only requests for the host names in the settings (loopback names are always among them), so that a page
 * elsewhere can't read the dashboard by pointing its own name at this address. `publicUrl` may be empty.
 */
export function hostGuard(hostNames: readonly string[], publicUrl: string): MiddlewareHandler {
  const allowed = new Set([...LOOPBACK_NAMES, ...hostNames.map((name) => name.toLowerCase())])
  if (publicUrl !== '') allowed.add(new URL(publicUrl).hostname.toLowerCase())
  return async (context, next) => {
    const host = (context.req.header('Host') ?? '').toLowerCase().replace(/:\d+$/, '')
    if (allowed.has(host)) return next()
    return context.json(
      {
        error: `host is ${JSON.stringify(host)}: allowed are ${[...allowed].join(', ')} (setting dashboard.hostNames)`,
      },
      421,
    )
  }
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
