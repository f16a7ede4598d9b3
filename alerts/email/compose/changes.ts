import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import { EVENT_WORDS } from '../../calendar/event-words.ts'
import type { Incident } from '../../incident.ts'
import { formatClock, formatDuration, formatTime } from '../../sentence/format.ts'
import type { MailContent } from './mail-content.ts'
import type { Change, MailFacts } from './mail-facts.ts'
import { outsideText } from './outside-text.ts'
import { emphasised, plain, type Words } from './words.ts'

export function changes(facts: MailFacts, incident: Incident): MailContent['changes'] {
  if (incident.group === 'gap' || incident.group === 'stalled') return []
  const known = facts.changes.map((change) => changeLine(change, incident))
  const rest = {
    when: known.length === 0 ? '' : 'otherwise',
    what: plain(facts.isWholeCounted ? 'Nothing known: receivers counted every minute' : 'Nothing known'),
  }
  return [...known, rest]
}

function changeLine(change: Change, incident: Incident): { when: string; what: Words } {
  if (change.kind === 'coverage') {
    const minutes = Math.round(change.coverageRatio * 60)
    return { when: weekdayTime(change.hour), what: plain(`Only ${minutes} of 60 minutes were counted`) }
  }
  if (change.kind === 'event') return eventLine(change.event, incident)
  const build = outsideText(change.buildId)
  const isBlamed = change.buildId === incident.explanation.firstBuildId
  const channel =
    incident.channels.length > 1 || incident.channels.includes('*') ? ` on ${outsideText(change.channel)}` : ''
  return {
    when: weekdayTime(change.firstSeen),
    what: emphasised(
      `Build ${build} first seen${channel}, ${distance(change.firstSeen, incident.start)}`,
      isBlamed ? [build] : [],
    ),
  }
}

/** `Release: Firefox 29, 2 h before the start`; of what went on at the start that it did. */
function eventLine({ kind, text, from, to }: KnownEvent, { start }: Incident): { when: string; what: Words } {
  const isGoingOn = to !== null && from <= start && start < to
  const when = isGoingOn ? 'going on at the start' : distance(start < from ? from : (to ?? from), start)
  return { when: weekdayTime(from), what: plain(`${EVENT_WORDS[kind]}: ${outsideText(text)}, ${when}`) }
}

function distance(time: EpochMs, start: EpochMs): string {
  if (Math.abs(time - start) < HOUR_MS) return 'in the hour of the start'
  return `${formatDuration(Math.abs(time - start))} ${time < start ? 'before' : 'after'} the start`
}

function weekdayTime(time: EpochMs): string {
  return `${formatTime(time).slice(0, 3)} ${formatClock(time)}`
}
