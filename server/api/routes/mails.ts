import { Hono } from 'hono'
import type { ApiContext } from '../api-context.ts'
import { RequestError } from '../request.ts'
import type { MailsAnswer } from '../types.ts'

/** A mail is shown as a mail program would: its own styles and pictures, no scripts, nothing from elsewhere. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; frame-ancestors 'self'"

/** `GET /mails` (newest first), `GET /mails/:id/html`, `GET /mails/:id/eml`. */
export function mailRoutes(api: ApiContext): Hono {
  return new Hono()
    .get('/mails', async (context) =>
      context.json({ mails: await api.mails.list(), delivery: api.mails.delivery() } satisfies MailsAnswer),
    )
    .get('/mails/:id/html', async (context) => {
      const id = context.req.param('id')
      const html = (await api.mails.html(mailNumber(id))) ?? noSuchMail(id)
      return context.html(html, 200, { 'Content-Security-Policy': MAIL_POLICY })
    })
    .get('/mails/:id/eml', async (context) => {
      const id = context.req.param('id')
      const eml = (await api.mails.eml(mailNumber(id))) ?? noSuchMail(id)
      return context.body(new Uint8Array(eml), 200, {
        'Content-Type': 'message/rfc822',
        'Content-Disposition': `attachment; filename="mail-${mailNumber(id)}.eml"`,
      })
    })
}

function mailNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : noSuchMail(id)
}

function noSuchMail(id: string): never {
  throw new RequestError(404, `no mail "${id}": GET /api/v1/mails lists them`)
}
