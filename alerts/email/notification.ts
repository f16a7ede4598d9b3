import { z } from 'zod'
import { IncidentSchema } from '../incident-record.ts'

export const TRIGGERS = [
  'opened',
  'reopened',
  'worsened',
  'widened',
  'explained',
  'reminder',
  'acknowledged',
  'unstable',
  'silence_ended',
  'maintenance_ended',
  'resolved',
  'withdrawn',
  'merged',
] as const
/**
 * Why a mail is due. `widened`: a channel more; `explained`: the cause became known; `unstable`: it began again for the third
 * time in a day, and from here on only worse and its lasting end are told; `silence_ended`, `maintenance_ended`: nothing holds it back any
 * more and it goes on; `merged`: it goes on as an older incident, whose thread this one becomes for whoever had none.
 */
export type Trigger = (typeof TRIGGERS)[number]

/**
 * What is told about an incident at one moment: everything that a mail needs which can't be read from the counts, so
 * that a mail tells the same whenever it gets through. Kept as JSON in the outbox.
 */
export const NotificationSchema = z.object({
  trigger: z.enum(TRIGGERS),
  /** Of the incident's notifications, from 1; collapsed and refused ones count too. */
  sequence: z.number(),
  decidedAt: z.number(),
  /** Of the opening, without `Re: `. */
  subject: z.string(),
  /** The incident as it stood then. */
  incident: IncidentSchema,
  /** When something new was last told; reminders are counted from here. */
  newsAt: z.number(),
  /** The largest `magnitude` told of this series since the incident was opened or re-opened. */
  worstRatio: z.number(),
  /** `magnitude` as the notification before told it; null for the first, and where it told of another series. */
  previousRatio: z.number().nullable(),
  /** Channels that other incidents were open on. */
  troubledChannels: z.array(z.string()),
  /** By which route this recipient gets it. */
  route: z.string(),
  /** Only its worsening and its lasting end are told from here on. */
  isUnstable: z.boolean().optional(),
  /** The route's interval between reminders; absent: as by default. */
  repeatMs: z.number().optional(),
  /** Of a `merged` one: the incident as which it goes on, as it stood then. */
  survivor: IncidentSchema.optional(),
})
export type Notification = z.infer<typeof NotificationSchema>

/** Throws where the body isn't a notification: only another version of Tidewatch can have written it. */
export function parseNotification(body: string): Notification {
  const parsed = NotificationSchema.safeParse(JSON.parse(body))
  if (parsed.success) return parsed.data
  throw new Error(`a notification in the outbox can't be read: ${z.prettifyError(parsed.error)}`)
}
