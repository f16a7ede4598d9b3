import { type Incident, isDiskFull, type OwnTrouble } from '../../incident.ts'
import { magnitude } from '../../incidents/magnitude.ts'
import { discardedShare } from '../../sentence/discarded-words.ts'
import { formatPercent } from '../../sentence/format.ts'
import type { Trigger } from '../notification.ts'
import type { MailFacts } from './mail-facts.ts'
import { outsideText } from './outside-text.ts'

/** A smaller change since the last mail is no news. */
const WORTH_SAYING_RATIO = 0.03

/** State in a shape and some words. */
export interface StateLine {
  readonly mark: string
  readonly text: string
  readonly isWrong: boolean
}

export function stateLine(
  incident: Incident,
  { notification, isNotice }: Pick<MailFacts, 'notification' | 'isNotice'>,
): StateLine {
  const { trigger, previousRatio, survivor } = notification
  if (isNotice) return { mark: '◇', text: 'Not everybody was told', isWrong: false }
  if (trigger === 'resolved') return { mark: '△', text: closedText(incident), isWrong: false }
  if (trigger === 'withdrawn') return { mark: '△', text: 'Withdrawn: late counts arrived', isWrong: false }
  if (trigger === 'merged') {
    const other = survivor === undefined ? 'another incident' : `incident ${survivor.id}`
    return { mark: '△', text: `Closed: part of ${other}, which goes on`, isWrong: false }
  }
  const { mark, word, isWrong } = condition(incident)
  const isToldBefore = previousRatio !== null && TELLS_MOVEMENT.has(trigger)
  const hasMoved = isToldBefore && Math.abs(magnitude(incident) - previousRatio) >= WORTH_SAYING_RATIO
  const was = hasMoved ? ` (was ${formatPercent(previousRatio)})` : ''
  const { acknowledged } = incident
  if (trigger === 'acknowledged' && acknowledged !== null) {
    return { mark, text: `${outsideText(acknowledged.by)} has it: ${word}`, isWrong }
  }
  return { mark, text: `${TRIGGER_WORDS[trigger]} ${word}${was}`, isWrong }
}

const TELLS_MOVEMENT: ReadonlySet<Trigger> = new Set(['worsened', 'reminder', 'silence_ended', 'maintenance_ended'])

function closedText({ accepted, acceptedLevel, closedBy }: Incident): string {
  if (closedBy !== undefined) return `Closed by ${outsideText(closedBy.by)}`
  if (acceptedLevel === null) return 'Closed'
  return accepted === undefined
    ? 'Closed: taken for the new level'
    : `Closed: the new level, as ${outsideText(accepted.by)} says`
}

const TRIGGER_WORDS: Readonly<Record<Exclude<Trigger, 'resolved' | 'withdrawn' | 'merged'>, string>> = {
  opened: 'New:',
  reopened: 'Again:',
  worsened: 'Worse:',
  widened: 'More channels:',
  explained: 'Cause found:',
  reminder: 'Still',
  acknowledged: 'Acknowledged:',
  unstable: 'Unstable:',
  silence_ended: 'Silence ended, still',
  maintenance_ended: 'Maintenance over, still',
}

export function condition(incident: Incident): {
  readonly mark: string
  readonly word: string
  readonly isWrong: boolean
} {
  switch (incident.group) {
    case 'gap':
      return { mark: '///', word: 'nothing counted', isWrong: false }
    case 'stalled':
      return { mark: '◇', word: ownTroubleWord(incident.trouble), isWrong: false }
    case 'invalid':
      return { mark: '✕', word: `${formatPercent(magnitude(incident))} invalid`, isWrong: true }
    case 'discarded':
      return { mark: '✕', word: `${discardedShare({ ratio: magnitude(incident) })} discarded`, isWrong: true }
    case 'novelty':
      return { mark: '◇', word: 'a new value', isWrong: false }
    case 'surge':
      return { mark: '▲', word: 'too high', isWrong: true }
    case 'volume':
      return { mark: '▼', word: lowWord(incident), isWrong: true }
  }
}

function ownTroubleWord(trouble: OwnTrouble | undefined): string {
  switch (trouble?.kind) {
    case undefined:
    case 'behind':
      return 'behind'
    case 'disk_filling':
      return isDiskFull(trouble) ? 'the disk is full' : 'the disk fills up'
    case 'specifications_missing':
      return 'specifications are missing'
    default:
      return trouble satisfies never
  }
}

function lowWord({ latest, series }: Incident): string {
  if (latest.seen > 0) return 'too low'
  return Object.keys(series).length === 0 ? 'silent' : 'missing'
}
