import type { Incident } from '../../incident.ts'
import { formatClock, formatTime } from '../../sentence/format.ts'
import { nextReminderAt } from '../notification-due.ts'
import type { MailFacts } from './mail-facts.ts'
import { outsideText } from './outside-text.ts'

export function foot(facts: MailFacts, incident: Incident): string[] {
  const { notification } = facts
  const why = `You get this through the route “${notification.route}”.`
  const look =
    facts.publicUrl === null
      ? [`To see more, open the dashboard of this Tidewatch and choose incident ${incident.id}.`]
      : []
  return [`${why} ${nextMail(facts, incident)}`, ...look, 'All times are UTC.']
}

function nextMail({ notification }: MailFacts, incident: Incident): string {
  if (notification.trigger === 'merged') return 'No more mails about this one: news come in the thread of the other.'
  if (incident.state === 'resolved' || incident.state === 'withdrawn')
    return 'No more mails about it, unless it comes back.'
  if (incident.acknowledged !== null)
    return `${outsideText(incident.acknowledged.by)} has it. Next mail: when it gets much worse, or is over.`
  if (notification.isUnstable === true) return 'Next mail: when it gets much worse, or has lastingly ended.'
  const at = nextReminderAt(incident, notification.newsAt, notification.decidedAt, notification.repeatMs ?? null)
  const isToday = formatTime(at).slice(0, -7) === formatTime(notification.decidedAt).slice(0, -7)
  return `Next mail: a reminder at ${isToday ? formatClock(at) : formatTime(at)} unless it is over by then, or sooner if it gets much worse.`
}
