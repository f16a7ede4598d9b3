import { SEVERITIES } from '../incidents/severity.ts'
import type { CatchUp } from './mail-body.ts'
import { isEnd } from './notification-due.ts'
import { type Due, isBeginning } from './notifications-due.ts'

/** What one recipient gets now; what is due and not in it waits, and is decided anew. */
export interface Bundle {
  readonly single: readonly Due[]
  /** Several in one mail; null: none is needed. */
  readonly together: { readonly why: CatchUp['why']; readonly due: readonly Due[] } | null
}

/** Ends and reminders leave this part of an hour's mails to what is new. */
const FOR_WHAT_CAN_WAIT_RATIO = 0.75

/**
 * Makes mails of what is `due` to one recipient who may get `most` mails an hour and got `used` within the last one. News that
 * come late come as one mail; of too many the gravest have mails of their own and the last one holds the rest. An end is always a
 * mail in its own thread: where there is no room for it, it comes later.
 */
export function bundleMails(
  due: readonly Due[],
  { used, most }: { readonly used: number; readonly most: number },
): Bundle {
  const ends = due.filter(({ trigger }) => isEnd(trigger))
  const reminders = due.filter(({ trigger }) => trigger === 'reminder')
  const news = due.filter(({ trigger }) => !isEnd(trigger) && trigger !== 'reminder').sort(gravestFirst)
  const late = [...news, ...reminders]
  if (late.length > 1 && late.some(({ isLate }) => isLate)) {
    if (used >= most) return { single: [], together: null }
    return { single: upTo(ends, calmRoom(most, used + 1)), together: { why: 'late', due: late } }
  }
  const told = newsWithin(news, most - used)
  const usedByNews = used + told.single.length + (told.together === null ? 0 : 1)
  return { ...told, single: [...told.single, ...upTo([...ends, ...reminders], calmRoom(most, usedByNews))] }
}

function newsWithin(news: readonly Due[], room: number): Bundle {
  if (news.length === 0 || room <= 0) return { single: [], together: null }
  // The last mail of an hour is kept for whatever else comes in it.
  if (news.length < room || news.length === 1) return { single: news, together: null }
  const own = room === 1 ? 0 : Math.min(room - 1, news.length - 2)
  return { single: news.slice(0, own), together: { why: 'limit', due: news.slice(own) } }
}

function calmRoom(most: number, used: number): number {
  return Math.max(0, Math.floor(most * FOR_WHAT_CAN_WAIT_RATIO) - used)
}

function upTo(due: readonly Due[], room: number): readonly Due[] {
  return due.slice(0, room)
}

/** Beginnings before what is known, then by severity. */
function gravestFirst(a: Due, b: Due): number {
  const rank = (due: Due) => SEVERITIES.indexOf(due.severity) * 2 + (isBeginning(due.trigger) ? 1 : 0)
  return rank(b) - rank(a) || a.incident.id - b.incident.id
}
