import type { EpochMs } from '../../../data/domain/time.ts'
import { formatDuration, formatTime } from '../../sentence/format.ts'
import type { MailFacts } from './mail-facts.ts'
import { outsideText } from './outside-text.ts'

/** What a reader must know before the news. */
export function notices({ lateSince, now, untold }: MailFacts): string[] {
  return [...lateNotice(lateSince, now), ...untold.map(untoldNotice)]
}

export function lateNotice(lateSince: EpochMs | null, now: EpochMs): string[] {
  if (lateSince === null) return []
  return [`Late by ${formatDuration(now - lateSince)}: mail could not be delivered since ${formatTime(lateSince)} UTC.`]
}

function untoldNotice({ recipient, error }: MailFacts['untold'][number]): string {
  const reason = error === '' ? '' : ` (${outsideText(error, 160)})`
  return `${outsideText(recipient)} was not told: the mail server refuses that address${reason}.`
}
