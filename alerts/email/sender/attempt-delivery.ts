import type { EpochMs } from '../../../data/domain/time.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { markSending } from '../../../data/outbox/settle-mails.ts'
import { deliverByWebhook } from '../../webhook/webhook-delivery.ts'
import { webhookName } from '../../webhook/webhook-recipient.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import type { DeliveryOutcome, HandOver } from './delivery-outcome.ts'
import { keepMail } from './kept-mail.ts'
import type { MailSenderOptions, MailSettings } from './mail-sender.ts'
import { makeMail } from './make-mail.ts'
import { bareAddress, mimeMessage } from './mime-message.ts'
import { deliverBySmtp } from './smtp-delivery.ts'
import { webhookMessage } from './webhook-message.ts'

/** Makes one mail, keeps it, and hands it over. Resolves always: whatever goes wrong, the mail isn't told yet. */
export async function attemptDelivery(
  options: MailSenderOptions,
  mail: OutboxRow,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<DeliveryOutcome> {
  try {
    await options.database.inTransaction((transaction) => markSending(transaction, mail.id))
    return await deliver(options, mail, now, pace)
  } catch (error) {
    // A full disk, say, or a database that was busy for too long.
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error), isServerWide: false }
  }
}

async function deliver(
  options: MailSenderOptions,
  mail: OutboxRow,
  now: EpochMs,
  pace: 'live' | 'replay',
): Promise<DeliveryOutcome> {
  const settings = options.settings()
  const made = await makeMail(
    {
      database: options.database,
      host: options.host,
      from: bareAddress(settings.from),
      publicUrl: settings.publicUrl,
      linkKeys: await options.linkKeys(),
      known: options.known?.() ?? [],
      draw: (spec) => drawOrTell(options, mail, spec),
    },
    mail,
    now,
    pace,
  )
  const name = webhookName(mail.recipient)
  const message = await mimeMessage(made.composed, made.picture, {
    from: settings.from,
    // What a webhook is told is kept as a mail to nobody: that is how people read it.
    to: name === null ? mail.recipient : `${name}@webhook.invalid`,
    messageId: mail.messageId,
    date: mail.decidedAt,
  })
  await keepMail(options.folder, mail.messageId, message.bytes)
  const { subject } = made.composed
  const outcome =
    name === null
      ? await deliverMail(message, settings)
      : await deliverToWebhook(name, webhookMessage(mail, made, options.describe), settings, now)
  return outcome.kind === 'sent' ? { kind: 'sent', subject } : outcome
}

async function deliverMail(message: Parameters<typeof deliverBySmtp>[0], { smtp }: MailSettings): Promise<HandOver> {
  return smtp === null ? { kind: 'sent' } : deliverBySmtp(message, smtp)
}

async function deliverToWebhook(
  name: string,
  message: Parameters<typeof deliverByWebhook>[0],
  { webhooks }: MailSettings,
  now: EpochMs,
): Promise<HandOver> {
  const webhook = Object.hasOwn(webhooks, name) ? webhooks[name] : undefined
  if (webhook !== undefined) return deliverByWebhook(message, webhook, now)
  // Routes can't name one that isn't there: it was taken out, and what waits for it would be trouble for ever.
  return { kind: 'refused', error: `the settings name no webhook "${name}" any more` }
}

/** A mail without its picture is better than none. */
async function drawOrTell(
  { pictures, onProblem }: MailSenderOptions,
  { messageId, recipient }: OutboxRow,
  spec: PictureSpec,
): Promise<Uint8Array | null> {
  try {
    return await pictures.draw(spec)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProblem({ kind: 'no_picture', messageId, recipient, error: reason })
    return null
  }
}
