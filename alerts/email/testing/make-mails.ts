import type { NewMail } from '../../../data/outbox/outbox-row.ts'
import type { Incident } from '../../incident.ts'
import { magnitude } from '../../incidents/magnitude.ts'
import { mailSubject } from '../../sentence/mail-subject.ts'
import { shortHash } from '../decide-mails.ts'
import type { Notification } from '../notification.ts'

/** What was decided about `incident`: one mail to each recipient, with the trigger that its state calls for. */
export function makeMails(
  incident: Incident,
  {
    now,
    recipients,
    sequence = 1,
    ...changes
  }: Partial<Notification> & { readonly now: number; readonly recipients: readonly string[] },
): NewMail[] {
  const notification: Notification = {
    trigger: incident.state === 'open' ? (sequence === 1 ? 'opened' : 'worsened') : 'resolved',
    sequence,
    decidedAt: now,
    subject: mailSubject(incident),
    incident,
    newsAt: now,
    worstRatio: magnitude(incident),
    previousRatio: null,
    troubledChannels: [],
    route: 'all incidents',
    ...changes,
  }
  return recipients.map((recipient) => ({
    incident: incident.id,
    incidents: [incident.id],
    sequence,
    trigger: notification.trigger,
    recipient,
    subject: notification.subject,
    decidedAt: now,
    messageId: `<incident-${incident.id}.${sequence}.${shortHash(recipient)}@example.org>`,
    body: JSON.stringify(notification),
  }))
}
