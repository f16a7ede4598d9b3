import { severity } from '../../incidents/severity.ts'
import { bulletinHtml } from './bulletin-html.tsx'
import { bulletinText } from './bulletin-text.ts'
import { type CatchUpFacts, catchUpContent } from './catch-up-content.ts'
import { type DigestFacts, digestContent } from './digest-content.ts'
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

/** One mail about one incident. `withPicture`: whether a picture was drawn for it. `host` names this installation in `List-Id`. */
export function composeMail(facts: MailFacts, withPicture: boolean, host: string): ComposedMail {
  const { notification, thread } = facts
  const content = mailContent(facts)
  return {
    subject: thread.length === 0 ? notification.subject : `Re: ${notification.subject}`,
    text: plainText(content),
    html: mailHtml(content, withPicture ? PICTURE_CID : null),
    headers: incidentHeaders(facts, host),
  }
}

/** Several incidents in one mail: what follows about each of them answers it. */
export function composeCatchUp(facts: CatchUpFacts, host: string): ComposedMail {
  const bulletin = catchUpContent(facts)
  const { body } = facts
  const incidents = body.notifications.map(({ incident }) => incident)
  return {
    subject: body.subject,
    text: bulletinText(bulletin),
    html: bulletinHtml(bulletin),
    headers: {
      ...listHeaders('all', host),
      'X-Tidewatch-Incident': incidents.map(({ id }) => id).join(', '),
      'X-Tidewatch-Channel': headerList(incidents.flatMap(({ channels }) => channels)),
      'X-Tidewatch-Trigger': 'catch_up',
    },
  }
}

/** The only mail that can be ended by whoever gets it: a forwarded alert must not let a stranger switch off the on-call. */
export function composeDigest(facts: DigestFacts, host: string, unsubscribe: string): ComposedMail {
  const bulletin = digestContent(facts)
  return {
    subject: facts.body.subject,
    text: bulletinText(bulletin),
    html: bulletinHtml(bulletin),
    headers: {
      ...listHeaders('digest', host),
      'List-Unsubscribe': `<mailto:${unsubscribe}?subject=unsubscribe%20from%20the%20digest>`,
      Precedence: 'bulk',
      'X-Tidewatch-Trigger': 'digest',
    },
  }
}

/** For threads and for filters. */
function incidentHeaders({ notification, thread }: MailFacts, host: string): Record<string, string> {
  const { incident } = notification
  const [only] = incident.channels
  const channel = incident.channels.length === 1 && only !== undefined && only !== '*' ? only : 'all'
  const opening = thread[0]
  return {
    ...(opening === undefined
      ? {}
      : { 'In-Reply-To': opening, References: [...new Set([opening, ...thread.slice(-5)])].join(' ') }),
    ...listHeaders(channel, host),
    'X-Tidewatch-Incident': String(incident.id),
    'X-Tidewatch-Channel': headerList(incident.channels),
    'X-Tidewatch-Kind': incident.kind,
    'X-Tidewatch-Severity': severity(incident),
    'X-Tidewatch-State': incident.state,
    'X-Tidewatch-Trigger': notification.trigger,
  }
}

/** Every mail's; the last two so that no out-of-office reply ever comes back. */
function listHeaders(name: string, host: string): Record<string, string> {
  return {
    'List-Id': `<${label(name)}.tidewatch.${host}>`,
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  }
}

const MOST_NAMED = 20

function headerList(names: readonly string[]): string {
  return [...new Set(names)].slice(0, MOST_NAMED).map(headerText).join(', ')
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
