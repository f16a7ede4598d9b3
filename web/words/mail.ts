import type { MailSummary, MailsAnswer } from '../../server/api/types.ts'

/** What became of a mail. Without a mail server it is done when its file is written: nobody was sent anything. */
export function mailState(mail: MailSummary, delivery: MailsAnswer['delivery']): string {
  return mail.state === 'sent' && delivery === 'files' ? 'kept' : mail.state
}
