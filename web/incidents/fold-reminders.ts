import type { MailSummary } from '../../server/api/types.ts'

export type MailRow =
  | { readonly kind: 'mail'; readonly mail: MailSummary }
  | { readonly kind: 'reminders'; readonly mails: readonly MailSummary[]; readonly newest: string }

/** Reminders as one row, where the newest of them stands. One alone is no list, and one that failed is news. */
export function foldReminders(mails: readonly MailSummary[]): readonly MailRow[] {
  const reminders = mails.filter(({ trigger, last_error }) => trigger === 'reminder' && last_error === null)
  const newest = reminders.reduce<MailSummary | null>(
    (latest, mail) => (latest === null || mail.decided_at > latest.decided_at ? mail : latest),
    null,
  )
  if (newest === null || reminders.length < 2) return mails.map((mail) => ({ kind: 'mail', mail }))
  return mails.flatMap((mail): MailRow[] => {
    if (mail === newest) return [{ kind: 'reminders', mails: reminders, newest: newest.decided_at }]
    return reminders.includes(mail) ? [] : [{ kind: 'mail', mail }]
  })
}
