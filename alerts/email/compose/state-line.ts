import { type Incident, isDiskFull, type OwnTrouble } from '../../incident.ts'
import { discardedShare } from '../../sentence/discarded-words.ts'
import { formatPercent } from '../../sentence/format.ts'
import type { Trigger } from '../notification.ts'
import { magnitude } from '../notification-due.ts'
import type { MailContent } from './mail-content.ts'

/** A smaller change since the last mail is no news. */
const WORTH_SAYING_RATIO = 0.03

export function stateLine(incident: Incident, trigger: Trigger, previousRatio: number | null): MailContent['state'] {
  if (trigger === 'resolved') {
    const text = incident.acceptedLevel === null ? 'Closed' : 'Closed: taken for the new level'
    return { mark: '△', text, isWrong: false }
  }
  if (trigger === 'withdrawn') return { mark: '△', text: 'Withdrawn: late counts arrived', isWrong: false }
  const { mark, word, isWrong } = condition(incident)
  const isToldBefore = previousRatio !== null && (trigger === 'worsened' || trigger === 'reminder')
  const hasMoved = isToldBefore && Math.abs(magnitude(incident) - previousRatio) >= WORTH_SAYING_RATIO
  const was = hasMoved ? ` (was ${formatPercent(previousRatio)})` : ''
  return { mark, text: `${TRIGGER_WORDS[trigger]} ${word}${was}`, isWrong }
}

const TRIGGER_WORDS: Readonly<Record<Exclude<Trigger, 'resolved' | 'withdrawn'>, string>> = {
  opened: 'New:',
  reopened: 'Again:',
  worsened: 'Worse:',
  widened: 'More channels:',
  explained: 'Cause found:',
  reminder: 'Still',
  acknowledged: 'Acknowledged:',
  unstable: 'Unstable:',
  silence_ended: 'Silence ended, still',
  merged: 'Part of another incident:',
}

function condition(incident: Incident): { readonly mark: string; readonly word: string; readonly isWrong: boolean } {
  switch (incident.group) {
    case 'gap':
      return { mark: '///', word: 'nothing counted', isWrong: false }
    case 'stalled':
      return { mark: '◇', word: ownTroubleWord(incident.trouble), isWrong: false }
    case 'invalid':
      return { mark: '✕', word: `${formatPercent(magnitude(incident))} invalid`, isWrong: true }
    case 'discarded':
      return { mark: '✕', word: `${discardedShare({ ratio: magnitude(incident) })} discarded`, isWrong: true }
    case 'surge':
      return { mark: '▲', word: 'too high', isWrong: true }
    case 'volume':
      return { mark: '▼', word: lowWord(incident), isWrong: true }
  }
}

function ownTroubleWord(trouble: OwnTrouble | undefined): string {
  if (trouble === undefined) return 'behind'
  return isDiskFull(trouble) ? 'the disk is full' : 'the disk fills up'
}

function lowWord({ latest, series }: Incident): string {
  if (latest.seen > 0) return 'too low'
  return Object.keys(series).length === 0 ? 'silent' : 'missing'
}
