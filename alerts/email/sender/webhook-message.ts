import { isoSeconds } from '../../../data/domain/time.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import type { Incident } from '../../incident.ts'
import type { WebhookMessage } from '../../webhook/webhook-delivery.ts'
import type { MailBody } from '../mail-body.ts'
import type { MadeMail } from './make-mail.ts'

/**
 * What a mail says, for programs: `{version, id, trigger, decided_at, subject, text, incidents: […]}`. `text` at the top is what Slack and
 * its like show as it stands. `describe` gives an incident the shape that the API answers.
 */
export function webhookMessage(
  mail: OutboxRow,
  { body, composed }: MadeMail,
  describe: (incident: Incident) => unknown,
): WebhookMessage {
  const message = {
    version: 1,
    id: mail.messageId,
    trigger: mail.trigger,
    decided_at: isoSeconds(mail.decidedAt),
    subject: composed.subject,
    text: composed.text,
    incidents: incidentsOf(body).map(describe),
  }
  return { id: mail.messageId, body: JSON.stringify(message) }
}

function incidentsOf(body: MailBody): readonly Incident[] {
  switch (body.kind) {
    case 'incident':
      return [body.notification.incident]
    case 'catch_up':
      return body.notifications.map(({ incident }) => incident)
    case 'digest':
      return body.open
  }
}
