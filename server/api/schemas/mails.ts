import { z } from 'zod'
import { time } from './fields.ts'

export const mailSummary = z
  .object({
    id: z.int(),
    incident: z.int().nullable(),
    trigger: z.string(),
    subject: z.string(),
    recipient: z.string(),
    decided_at: time,
    state: z.string(),
    sent_at: time.nullable(),
    last_error: z.string().nullable(),
  })
  .meta({ id: 'MailSummary' })

export const mailsAnswer = z
  .object({
    mails: z.array(mailSummary).describe('Newest first.'),
    delivery: z
      .enum(['smtp', 'files'])
      .describe('Where mails go: to an SMTP server, or kept as files because none is set.'),
  })
  .meta({ id: 'MailsAnswer' })
