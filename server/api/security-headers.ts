import type { MiddlewareHandler } from 'hono'

/** Pages that show one chart and nothing that acts: the only ones that may stand in somebody else's page. */
const EMBEDDED = '/embed/'

/**
 * The page may load nothing from elsewhere, be framed by nobody, and tell nobody where it was; only what is under `/embed/` may
 * be framed, by the origins that `frameAncestors` gives. A page that sends its own policy (a mail's) keeps it.
 */
export function securityHeaders(frameAncestors: () => readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const framers = context.req.path.startsWith(EMBEDDED) ? frameAncestors() : null
    if (!context.res.headers.has('Content-Security-Policy')) {
      context.header('Content-Security-Policy', policy(framers))
      // For browsers that know no frame-ancestors. It can't name others, so it goes where others are allowed.
      if (framers === null) context.header('X-Frame-Options', 'SAMEORIGIN')
      else if (framers.length === 0) context.header('X-Frame-Options', 'DENY')
    }
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Referrer-Policy', 'same-origin')
    context.header('Cross-Origin-Opener-Policy', 'same-origin')
  }
}

/** `framers` null: the dashboard itself, whose pages show mails in a frame of their own. */
function policy(framers: readonly string[] | null): string {
  const ancestors = framers === null ? "'self'" : framers.join(' ') || "'none'"
  return [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
  ].join('; ')
}
