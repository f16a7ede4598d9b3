import type { MailSummary, MailsAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import { mailState } from '../words/mail.ts'
import { counted } from '../words/number.ts'
import { moment } from '../words/time.ts'
import { foldReminders } from './fold-reminders.ts'

/** Who was told what of an incident, and when; reminders, all alike, behind one row. */
export function IncidentMails({ mails }: { readonly mails: readonly MailSummary[] }) {
  const zone = useZone()
  // Whether mails leave the machine at all is said there; until it is known nothing is claimed to be sent.
  const delivery = useAnswer<MailsAnswer>(mails.length === 0 ? null : '/api/v1/mails', 'mails').data?.delivery
  return (
    <section>
      <h2 class="section-head">Mail</h2>
      {mails.length === 0 && <p class="second events">No mail was due.</p>}
      <ol class="events">
        {foldReminders(mails).map((row) =>
          row.kind === 'mail' ? (
            <Row key={row.mail.id} mail={row.mail} delivery={delivery} />
          ) : (
            <li key="reminders" class="events-folded">
              <details>
                <summary>
                  {counted(row.mails.length, 'reminder')}, last {moment(Date.parse(row.newest), zone)}
                </summary>
                <ol class="events">
                  {row.mails.map((mail) => (
                    <Row key={mail.id} mail={mail} delivery={delivery} />
                  ))}
                </ol>
              </details>
            </li>
          ),
        )}
      </ol>
    </section>
  )
}

interface RowProps {
  readonly mail: MailSummary
  readonly delivery: MailsAnswer['delivery'] | undefined
}

function Row({ mail, delivery }: RowProps) {
  const zone = useZone()
  const state = mail.last_error ?? (delivery === undefined ? null : mailState(mail, delivery))
  return (
    <li>
      <time class="third" dateTime={mail.decided_at}>
        {moment(Date.parse(mail.decided_at), zone)}
      </time>
      <span>
        <a {...linkTo({ page: 'mail', id: mail.id })}>
          {mail.trigger} to {mail.recipient}
        </a>
        {state !== null && <span class="second">, {state}</span>}
      </span>
    </li>
  )
}
