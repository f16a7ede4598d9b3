import type { MailSummary, MailsAnswer } from '../../server/api/types.ts'

/** What became of a mail. Without a mail server it is done when its file is written: nobody was sent anything. */
export function mailState(mail: MailSummary, delivery: MailsAnswer['delivery']): string {
  return mail.state === 'sent' && delivery === 'files' ? 'kept' : mail.state
}

/** What keeps mails from those they are for, a sentence each: mails that wait, and recipients that are refused for ever. */
export function troubles(mails: readonly MailSummary[]): string[] {
  const waiting = mails.filter((mail) => mail.state === 'waiting' && mail.last_error !== null)
  const [newest] = waiting
  const sentences: string[] = []
  if (newest !== undefined) {
    const subject = waiting.length === 1 ? '1 mail waits' : `${waiting.length} mails wait`
    sentences.push(`${subject}, and ${waiting.length === 1 ? 'is' : 'are'} tried again: ${newest.last_error}.`)
  }
  const settled = mails.filter((mail) => mail.state === 'sent' || mail.state === 'refused')
  const seen = new Set<string>()
  for (const { recipient, state, last_error: error } of settled) {
    // The newest comes first, and is how it stands.
    if (!seen.has(recipient) && state === 'refused')
      sentences.push(`${recipient} is refused by the mail server: ${error}.`)
    seen.add(recipient)
  }
  return sentences
}
