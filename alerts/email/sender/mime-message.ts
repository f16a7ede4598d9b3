import MailComposer from 'nodemailer/lib/mail-composer'
import type { EpochMs } from '../../../data/domain/time.ts'
import { type ComposedMail, PICTURE_CID } from '../compose/compose-mail.ts'

export interface Addressing {
  readonly from: string
  readonly to: string
  /** With angle brackets. */
  readonly messageId: string
  readonly date: EpochMs
}

export interface MimeMessage {
  readonly bytes: Buffer
  /** Bare addresses, as the mail server is told them. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
}

/** The mail as it travels. The same mail gives the same bytes. */
export async function mimeMessage(
  mail: ComposedMail,
  picture: Uint8Array | null,
  { from, to, messageId, date }: Addressing,
): Promise<MimeMessage> {
  const composed = new MailComposer({
    from,
    to,
    subject: mail.subject,
    messageId,
    date: new Date(date),
    text: mail.text,
    html: mail.html,
    headers: { ...mail.headers },
    // As SMTP wants them: the kept file is what was sent, byte for byte.
    newline: 'windows',
    // Random by default: a second attempt would be another mail.
    baseBoundary: messageId.replace(/[^a-zA-Z0-9]/g, ''),
    // What came from outside must never make us read a file or ask a server.
    disableFileAccess: true,
    disableUrlAccess: true,
    attachments:
      picture === null
        ? []
        : [{ filename: 'tide.png', content: Buffer.from(picture), contentType: 'image/png', cid: PICTURE_CID }],
  }).compile()
  const envelope = composed.getEnvelope()
  return {
    bytes: await composed.build(),
    envelope: { from: envelope.from === false ? '' : envelope.from, to: envelope.to },
  }
}

/** `Tidewatch <tidewatch@example.org>` → `tidewatch@example.org` */
export function bareAddress(mailbox: string): string {
  return /<([^<>]+)>/.exec(mailbox)?.[1] ?? mailbox.trim()
}
