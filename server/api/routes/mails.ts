import { z } from 'zod'
import type { ApiContext } from '../api-context.ts'
import { NO_PARAMETERS, type Operation, responseOperation, valueOperation } from '../http/operation.ts'
import { RequestError } from '../request.ts'
import { mailsAnswer } from '../schemas/mails.ts'

/** A mail is shown as a mail program would: its own styles and pictures, no scripts, nothing from elsewhere. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; frame-ancestors 'self'"

const oneMail = {
  group: 'Mails',
  problems: ['invalid-parameter', 'not-found'],
  parameters: z.strictObject({ id: z.string().meta({ examples: ['1'] }) }),
  query: NO_PARAMETERS,
} as const

/** The mails that were decided, and each as it was sent. */
export function mailOperations({ mails }: Pick<ApiContext, 'mails'>): readonly Operation[] {
  return [
    valueOperation({
      path: '/mails',
      id: 'listMails',
      group: 'Mails',
      summary: 'Mails, newest first.',
      problems: ['invalid-parameter'],
      parameters: NO_PARAMETERS,
      query: NO_PARAMETERS,
      answer: mailsAnswer,
      load: async () => ({ mails: await mails.list(), delivery: mails.delivery() }),
    }),
    responseOperation({
      ...oneMail,
      path: '/mails/{id}/html',
      id: 'getMailPage',
      summary: 'A mail as a page of its own.',
      contents: { 'text/html': { about: 'Pictures are within; it runs nothing and loads nothing.' } },
      async respond(context, { id }) {
        const html = (await mails.html(mailNumber(id))) ?? noSuchMail(id)
        return context.html(html, 200, { 'Content-Security-Policy': MAIL_POLICY })
      },
    }),
    responseOperation({
      ...oneMail,
      path: '/mails/{id}/eml',
      id: 'getMailSource',
      summary: 'A mail as it was sent.',
      contents: { 'message/rfc822': {} },
      async respond(context, { id }) {
        const eml = (await mails.eml(mailNumber(id))) ?? noSuchMail(id)
        return context.body(new Uint8Array(eml), 200, {
          'Content-Type': 'message/rfc822',
          'Content-Disposition': `attachment; filename="mail-${mailNumber(id)}.eml"`,
        })
      },
    }),
  ]
}

function mailNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : noSuchMail(id)
}

function noSuchMail(id: string): never {
  throw new RequestError('not-found', `no mail "${id}": GET /api/v1/mails lists them`)
}
