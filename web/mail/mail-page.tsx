import type { MailSummary, MailsAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import type { PageProps } from '../shell/page-props.ts'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { underBase } from '../view/base-path.ts'
import { linkTo } from '../view/navigation.ts'
import { mailState, troubles } from '../words/mail.ts'
import { moment } from '../words/time.ts'
import './mail.css'

/** What was told, to whom and when; beside it the mail itself. `id` null: the newest, where there is room for both. */
export function MailPage({ view: { id } }: PageProps<'mail'>) {
  const answer = useAnswer<MailsAnswer>('/api/v1/mails', 'mails')
  const { mails = [], delivery = 'smtp' } = answer.data ?? {}
  const chosen = id === null ? mails[0] : mails.find((mail) => mail.id === id)
  return (
    <div class={`mail ${id === null ? 'mail-list-only' : ''}`}>
      {answer.data === null ? (
        <ComingHeading page="Mail" hasFailed={answer.error !== null} />
      ) : (
        <h1 class="sentences sentence">{headline(answer.data)}</h1>
      )}
      {troubles(mails).map((trouble) => (
        <p key={trouble} class="sentences second">
          {trouble}
        </p>
      ))}
      <Trouble what="the mails" answer={answer} />
      <Waiting what="the mails" answer={answer} />
      <div class="mail-columns">
        <ol class="mails">
          {mails.map((mail) => (
            <li key={mail.id} class={mail.id === chosen?.id ? 'is-chosen' : ''}>
              <a
                class="mail-subject"
                {...linkTo({ page: 'mail', id: mail.id })}
                aria-current={mail.id === chosen?.id ? 'true' : undefined}
              >
                {mail.subject}
              </a>
              <span class="second">
                {mail.trigger}, to {mail.recipient}
              </span>
              <span class={mail.last_error === null ? 'third' : 'watch'}>
                {mail.last_error ?? stateWord(mail, delivery)}
              </span>
              <time class="third" dateTime={mail.decided_at}>
                {moment(Date.parse(mail.decided_at))}
              </time>
            </li>
          ))}
        </ol>
        {chosen !== undefined && <OneMail mail={chosen} />}
        {chosen === undefined && id !== null && answer.data !== null && <p class="block">There is no mail {id}.</p>}
      </div>
    </div>
  )
}

function OneMail({ mail }: { readonly mail: MailSummary }) {
  const address = underBase(`/api/v1/mails/${mail.id}`)
  return (
    <section class="one-mail">
      <h2 class="section-head">
        {mail.subject}
        <span class="label one-mail-links">
          {mail.incident !== null && (
            <a {...linkTo({ page: 'incident', id: mail.incident })}>Incident {mail.incident}</a>
          )}{' '}
          <a href={`${address}/eml`} download={`tidewatch-${mail.id}.eml`}>
            The mail as .eml
          </a>
        </span>
      </h2>
      {/* A mail is a document from elsewhere: without scripts, forms or links into this page. */}
      <iframe key={mail.id} title={mail.subject} src={`${address}/html`} sandbox="" />
    </section>
  )
}

function headline({ mails, delivery }: MailsAnswer): string {
  if (mails.length === 0) return 'No mail was due yet.'
  return delivery === 'smtp' ? 'What was mailed.' : 'Mails are kept here: no mail server is set.'
}

function stateWord(mail: MailSummary, delivery: MailsAnswer['delivery']): string {
  const word = mailState(mail, delivery)
  return mail.sent_at === null ? word : `${word} ${moment(Date.parse(mail.sent_at))}`
}
