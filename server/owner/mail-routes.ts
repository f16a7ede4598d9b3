import type { Route } from '../../alerts/routes/route.ts'
import type { Settings } from '../settings/schema.ts'

/** Whom mails are addressed to where nobody is named and they are kept as files: a first start shows real mails. */
const NOBODY_YET = 'on-call@localhost'

/** Everybody is told everything. */
export function mailRoutesOf({ mail, smtp }: Settings): readonly Route[] {
  const recipients = mail.to.length === 0 && smtp.url === '' ? [NOBODY_YET] : mail.to
  return recipients.length === 0 ? [] : [{ name: 'all channels, all kinds', recipients, matches: () => true }]
}

/** What stands behind the @ of Message-IDs: the domain of the sender's address. */
export function mailHostOf({ mail }: Settings): string {
  return /@([A-Za-z0-9.-]+)>?$/.exec(mail.from)?.[1] ?? 'localhost'
}
