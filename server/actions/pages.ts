import { html, raw } from 'hono/html'
import { shownIncident } from '../../alerts/email/compose/outside-text.ts'
import type { Incident, Label } from '../../alerts/incident.ts'
import type { LinkAction, LinkRefusal } from '../../alerts/links/action-link.ts'
import { formatTime } from '../../alerts/sentence/format.ts'
import { incidentSentence } from '../../alerts/sentence/incident-sentence.ts'
import type { Done } from './done.ts'
import { STYLE } from './style.ts'

type Html = ReturnType<typeof html>

/** Pages of links in mails: whole without scripts, fonts or pictures, on a phone as well as on a screen. */

const LABEL_WORDS: Readonly<Record<Label, string>> = {
  real: 'real trouble',
  false_alarm: 'a false alarm',
  expected: 'expected',
}

interface Ask {
  readonly question: string
  readonly explanation: string
  readonly button: string
}

const ASKS: Readonly<Record<LinkAction, Ask>> = {
  acknowledge: {
    question: 'Do you take it?',
    explanation:
      'Everybody who was told of it hears once that you have it. Reminders stop; news and its end are mailed all the same.',
    button: 'Acknowledge',
  },
  silence: {
    question: 'Hold its mails back?',
    explanation: 'For everybody. It goes on being recorded and shown, and its end is mailed to whoever was told of it.',
    button: 'Silence',
  },
  real: {
    question: 'Was it real trouble?',
    explanation: 'Your answer is kept with the incident, for whoever looks at how well Tidewatch judges.',
    button: 'It was real',
  },
  false_alarm: {
    question: 'Was it a false alarm?',
    explanation: 'Your answer is kept with the incident, for whoever looks at how well Tidewatch judges.',
    button: 'It was a false alarm',
  },
  expected: {
    question: 'Was it expected?',
    explanation: 'So it was, and it was meant to be. Your answer is kept with the incident.',
    button: 'It was expected',
  },
}

/** What the link will do, for what and in whose name; nothing has been done yet. */
export function askPage(incident: Incident, action: LinkAction, recipient: string): Html {
  const { question, explanation, button } = ASKS[action]
  return page(
    question,
    html`${about(incident)}
      <h1>${question}</h1>
      <p class="second">${explanation}</p>
      <form method="post">
        ${action === 'silence' ? lengths() : ''}
        <label for="note">A word to the others, if you like</label>
        <input id="note" name="note" maxlength="500" autocomplete="off" />
        <button type="submit">${button}</button>
        <p class="third">In the name of ${recipient}, to whom the mail was sent.</p>
      </form>`,
  )
}

function lengths(): Html {
  return html`<fieldset>
    <legend>For how long</legend>
    <label><input type="radio" name="until" value="over" checked /> until it is over</label>
    <label><input type="radio" name="until" value="4" /> 4 hours</label>
    <label><input type="radio" name="until" value="24" /> a day</label>
    <label><input type="radio" name="until" value="168" /> a week</label>
  </fieldset>`
}

/** What was done, by this link or by somebody before; a sentence, or what the incident says of it. */
export function donePage(incident: Incident, done: Done | string): Html {
  const sentence = typeof done === 'string' ? done : doneSentence(done)
  return page(
    'Done',
    html`${about(incident)}
      <h1>${sentence}</h1>
      <p class="second">There is nothing left to do here: pressing the link again changes nothing.</p>`,
  )
}

function doneSentence(done: Done): string {
  const when = `${formatTime(done.at)} UTC`
  switch (done.kind) {
    case 'acknowledged':
      return done.hasBegunAgain
        ? `${done.by} had it, since ${when}. It has begun again: a later mail has a link to take it.`
        : `${done.by} has it, since ${when}.`
    case 'silenced': {
      const end = done.until === null ? 'until it is over' : `until ${formatTime(done.until)} UTC`
      if (done.hasEnded)
        return `Silenced by ${done.by} on ${when}; that ended${done.until === null ? '' : ` ${formatTime(done.until)} UTC`}.`
      return `Silenced ${end}, by ${done.by} on ${when}.`
    }
    case 'labelled':
      return `${done.by} called it ${LABEL_WORDS[done.label]} on ${when}.`
  }
}

/** What was merged isn't over for whoever reads the page. */
export function overPage(incident: Incident): Html {
  const { mergedInto } = incident
  if (mergedInto !== undefined) {
    const survivor = html`<a href="${WAY_TO_BASE}incident/${mergedInto}">incident ${mergedInto}</a>`
    return page(
      'It goes on',
      html`${about(incident)}
        <h1>It goes on as ${survivor}.</h1>
        <p class="second">Both have one cause. The mails about ${survivor} have links of its own. Nothing was done.</p>`,
    )
  }
  return page(
    'It is over',
    html`${about(incident)}
      <h1>It is over, so there is nothing to do.</h1>`,
  )
}

const REFUSALS: Readonly<Record<LinkRefusal | 'gone' | 'foreign', readonly [what: string, help: string]>> = {
  forged: [
    'This link is not one of ours.',
    'Perhaps a mail program broke it in two: copy all of it from the mail. Nothing was done.',
  ],
  expired: [
    'This link has expired.',
    'Links in mails act for seven days. A later mail of the same thread has new ones. Nothing was done.',
  ],
  revoked: [
    'This link has been taken back.',
    'Somebody ended the links of earlier mails. Those in later mails work. Nothing was done.',
  ],
  elsewhere: [
    'This link is for something else.',
    'It was made for another incident or another action than its address says. Press it in the mail itself. Nothing was done.',
  ],
  gone: ['That incident is not known here.', 'The counts were perhaps made anew since. Nothing was done.'],
  foreign: [
    'Another site asked for this.',
    'Open the link from the mail and press the button there. Nothing was done.',
  ],
}

export function refusedPage(why: keyof typeof REFUSALS): Html {
  const [what, help] = REFUSALS[why]
  return page(what, html`<h1>${what}</h1><p class="second">${help}</p>`)
}

/** The incident in its own words; names that clients chose are made fit to be shown first. */
function about(incident: Incident): Html {
  const shown = shownIncident(incident)
  return html`<p class="about"><a href="${WAY_TO_BASE}incident/${shown.id}">Incident ${shown.id}</a></p>
    <p class="fact">${incidentSentence(shown)} ${shown.explanation.sentence}</p>`
}

/** From `/act/13/acknowledge/<token>`, wherever a proxy has put that. */
const WAY_TO_BASE = '../../../'

function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Tidewatch</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <svg width="25" height="20" viewBox="0 0 25 20" aria-hidden="true">
            <circle cx="12.5" cy="10" r="7.2" fill="none" stroke="currentColor" stroke-width="1.7" />
            <path d="M0 10h25" stroke="currentColor" stroke-width="1.7" />
          </svg>
          Tidewatch
        </header>
        <main>${body}</main>
      </body>
    </html>`
}
