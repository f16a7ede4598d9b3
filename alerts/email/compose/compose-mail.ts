import { severity } from '../notification-due.ts'
import { mailContent } from './mail-content.ts'
import type { MailFacts } from './mail-facts.ts'
import { mailHtml } from './mail-html.tsx'
import { plainText } from './plain-text.ts'

export interface ComposedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Names are ours, values ASCII without line breaks. Message-ID, From, To and Date are the envelope's business. */
  readonly headers: Readonly<Record<string, string>>
}

/** By this name the HTML refers to its picture. */
export const PICTURE_CID = 'tide'

/** One mail. `withPicture`: whether a picture was drawn for it. `host` names this installation in `List-Id`. */
export function composeMail(facts: MailFacts, withPicture: boolean, host: string): ComposedMail {
  const { notification, thread } = facts
  const content = mailContent(facts)
  return {
    subject: thread.length === 0 ? notification.subject : `Re: ${notification.subject}`,
    text: plainText(content),
    html: mailHtml(content, withPicture ? PICTURE_CID : null),
    headers: headers(facts, host),
  }
}

/** For threads, for filters, and so that no out-of-office reply ever comes back. */
function headers({ notification, thread }: MailFacts, host: string): Record<string, string> {
  const { incident } = notification
  const [only] = incident.channels
  const channel = incident.channels.length === 1 && only !== undefined && only !== '*' ? only : 'all'
  const opening = thread[0]
  return {
    ...(opening === undefined
      ? {}
      : { 'In-Reply-To': opening, References: [...new Set([opening, ...thread.slice(-5)])].join(' ') }),
    'List-Id': `<${label(channel)}.tidewatch.${host}>`,
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Tidewatch-Incident': String(incident.id),
    'X-Tidewatch-Channel': incident.channels.map(headerText).join(', '),
    'X-Tidewatch-Kind': incident.kind,
    'X-Tidewatch-Severity': severity(incident),
    'X-Tidewatch-State': incident.state,
    'X-Tidewatch-Trigger': notification.trigger,
  }
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)
}

/** As part of a domain name. */
function label(channel: string): string {
  return (
    channel
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'channel'
  )
}
