import { z } from 'zod'
import { isTimeZone } from '../../alerts/calendar/local-day.ts'
import { FINDING_KINDS } from '../../alerts/finding.ts'
import { SEVERITIES } from '../../alerts/incidents/severity.ts'

/** The mailbox of one person or list, bare or with a name: `on-call@example.org`, `Tidewatch <tide@example.org>`. */
export const MAILBOX = /^(?:[^<>@,]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/

/** A webhook as a recipient: `webhook:pager`. */
export const WEBHOOK_RECIPIENT = /^webhook:(?<name>[a-z0-9-]+)$/

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/

const clock = z.string('a time of day such as 22:00').regex(CLOCK, 'a time of day such as 22:00')
const names = z.array(z.string('a name').min(1, 'a name'), 'a list of names')

/** One of `mail.routes`. Each error is the end of "use …". */
export const mailRouteSetting = z.strictObject(
  {
    name: z.string('a name').min(1, 'a name').optional(),
    /** Absent: any. So with kinds. */
    channels: names.optional(),
    kinds: z.array(z.enum(FINDING_KINDS, `one of ${FINDING_KINDS.join(', ')}`), 'a list of kinds').optional(),
    /** What is less grave isn't brought. */
    severity: z.enum(SEVERITIES, `one of ${SEVERITIES.join(', ')}`).default('low'),
    to: z
      .array(
        z
          .string('a mail address, or webhook:NAME')
          .refine((text) => MAILBOX.test(text) || WEBHOOK_RECIPIENT.test(text), 'a mail address, or webhook:NAME'),
        'a list of mail addresses',
      )
      .min(1, 'a list of at least one mail address'),
    quietHours: z
      .strictObject(
        {
          from: clock,
          to: clock,
          timeZone: z.string('a time zone').refine(isTimeZone, 'a time zone such as Europe/Berlin').default('UTC'),
        },
        'such as {"from": "22:00", "to": "07:00", "timeZone": "Europe/Berlin"}',
      )
      .optional(),
    repeatHours: z.number('hours from 1').min(1, 'hours from 1').optional(),
  },
  'such as {"channels": ["nightly"], "severity": "medium", "to": ["nightly@example.org"]}',
)

export type MailRouteSetting = z.output<typeof mailRouteSetting>

export function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

export const CLOCK_OR_NOTHING = /^(?:([01]\d|2[0-3]):[0-5]\d)?$/
