import { z } from 'zod'
import { IncidentSchema } from '../incident-record.ts'
import { SilenceSchema } from '../silence.ts'
import { type Notification, NotificationSchema } from './notification.ts'

/**
 * Several incidents in one mail instead of a flood: `late` after quiet hours, downtime or a change of routes; `limit` where the
 * recipient would get more mails than an hour may bring. The threads of the incidents that it is the first to tell of begin with it.
 */
const CatchUpSchema = z.object({
  kind: z.literal('catch_up'),
  why: z.enum(['late', 'limit']),
  decidedAt: z.number(),
  subject: z.string(),
  /** What would have been a mail of its own, the gravest first; at least two. */
  notifications: z.array(NotificationSchema).min(2),
})
export type CatchUp = z.infer<typeof CatchUpSchema>

/** The daily mail, which also proves that mails arrive. Counts are read when it is made, up to `until`. */
const DigestSchema = z.object({
  kind: z.literal('digest'),
  decidedAt: z.number(),
  subject: z.string(),
  /** The stretch that it tells of: since the last digest, a day as a rule. */
  since: z.number(),
  until: z.number(),
  /** Open or recovering now, the gravest first. */
  open: z.array(IncidentSchema),
  /** Over since `since`, told or not. */
  over: z.array(IncidentSchema),
  /** Active now. */
  silences: z.array(SilenceSchema),
  /** Channels whose tide isn't known yet. */
  learning: z.array(z.object({ channel: z.string(), coveredDays: z.number(), neededDays: z.number() })),
})
export type Digest = z.infer<typeof DigestSchema>

/** What a row of the outbox holds: an incident's notification, or a mail of another kind. */
export type MailBody = ({ readonly kind: 'incident' } & { readonly notification: Notification }) | CatchUp | Digest

const BodySchema = z.union([CatchUpSchema, DigestSchema, NotificationSchema])

/** Throws where it isn't one: only another version of Tidewatch can have written it. */
export function parseMailBody(body: string): MailBody {
  const parsed = BodySchema.safeParse(JSON.parse(body))
  if (!parsed.success) throw new Error(`a mail in the outbox can't be read: ${z.prettifyError(parsed.error)}`)
  return 'kind' in parsed.data ? parsed.data : { kind: 'incident', notification: parsed.data }
}
