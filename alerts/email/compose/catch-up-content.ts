import type { EpochMs } from '../../../data/domain/time.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import type { CatchUp } from '../mail-body.ts'
import type { Notification } from '../notification.ts'
import type { Bulletin, BulletinRow } from './bulletin.ts'
import { buttons } from './buttons.ts'
import type { ActionLinks } from './mail-facts.ts'
import { lateNotice } from './notices.ts'
import { shownIncident } from './outside-text.ts'
import { stateLine } from './state-line.ts'
import { plain } from './words.ts'

export interface CatchUpFacts {
  readonly body: CatchUp
  /** As in `body.notifications`, in their order. */
  readonly entries: readonly { readonly notification: Notification; readonly links: ActionLinks | null }[]
  readonly publicUrl: string | null
  readonly lateSince: EpochMs | null
  readonly now: EpochMs
}

/** Several incidents, the gravest first, each in a sentence with its links. */
export function catchUpContent({ body, entries, publicUrl, lateSince, now }: CatchUpFacts): Bulletin {
  const count = body.notifications.length
  const why =
    body.why === 'limit'
      ? 'You would have got more mails within an hour than mail.maxPerHour allows, so these are in one.'
      : 'They were held back (quiet hours, downtime, or a change of routes). What is over meanwhile is left out.'
  const rows = entries.map(({ notification, links }) => row(notification, links, publicUrl))
  return {
    head: {
      title: body.subject,
      preheader: rows.map(({ what }) => what.map(({ text }) => text).join('')).join(' '),
      notices: lateNotice(lateSince, now),
      state: { mark: rows[0]?.mark ?? '◇', text: `${count} incidents`, isWrong: rows[0]?.isWrong ?? false },
      about: '',
      headline: plain(headline(rows)),
      cause: plain(why),
    },
    sections: [{ title: 'The gravest first', rows }],
    weeks: [],
    buttons: publicUrl === null ? [] : [{ text: 'Open all incidents', url: `${publicUrl}/incidents`, isMain: true }],
    foot: [
      'What follows about each of them comes in answer to this mail.',
      ...(publicUrl === null ? ['To see more, open the dashboard of this Tidewatch.'] : []),
      'All times are UTC.',
    ],
  }
}

function row(notification: Notification, links: ActionLinks | null, publicUrl: string | null): BulletinRow {
  const incident = shownIncident(notification.incident)
  const { mark, text, isWrong } = stateLine(incident, { notification, isNotice: false })
  return {
    mark,
    isWrong,
    name: `${text} (incident ${incident.id})`,
    what: plain(`${incidentSentence(incident)} ${incident.explanation.sentence}`.trim()),
    links: buttons(incident, { publicUrl, links, notification }),
  }
}

function headline(rows: readonly BulletinRow[]): string {
  const wrong = rows.filter(({ isWrong }) => isWrong).length
  if (wrong === rows.length) return `${rows.length} incidents need a look.`
  return wrong === 0 ? `${rows.length} incidents, none of them of clients.` : `${wrong} of ${rows.length} need a look.`
}
