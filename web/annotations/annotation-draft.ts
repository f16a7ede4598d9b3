import type { AnnotationAnswer } from '../../server/api/types.ts'
import type { Zone } from '../view/zone.ts'
import { calendar, startOfDate } from '../words/time.ts'

/** What the form holds, as typed. Times are `2014-02-01T14:00`, as the fields of browsers have them, in the page's zone. */
export interface AnnotationDraft {
  readonly kind: DraftKind
  readonly text: string
  /** Empty: all channels. */
  readonly channel: string
  readonly from: string
  /** Empty: a moment. */
  readonly to: string
  readonly link: string
}

/** Holidays stand in the calendar file only. */
export type DraftKind = Exclude<AnnotationAnswer['kind'], 'holiday'>
export const DRAFT_KINDS: readonly DraftKind[] = ['release', 'experiment', 'outage_elsewhere', 'maintenance', 'note']

/** The body of `POST /api/v1/annotations`. */
export interface NewAnnotation {
  readonly kind: DraftKind
  readonly text: string
  readonly channels: readonly string[]
  readonly from: string
  readonly to: string | null
  readonly link?: string
  readonly author: string
}

export function newAnnotation(draft: AnnotationDraft, zone: Zone, author: string): NewAnnotation {
  const link = draft.link.trim()
  return {
    kind: draft.kind,
    text: draft.text.trim(),
    channels: draft.channel === '' ? [] : [draft.channel],
    from: isoOfField(draft.from, zone) ?? '',
    to: isoOfField(draft.to, zone),
    ...(link === '' ? {} : { link }),
    author: author.trim(),
  }
}

/** `2014-02-01T14:00`, as a field of the browser shows the time in `zone`. */
export function fieldOf(time: number, zone: Zone): string {
  const { year, month, date, hour, minute } = calendar(time, zone)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${year}-${two(month + 1)}-${two(date)}T${two(hour)}:${two(minute)}`
}

/** `2014-02-01T14:00:00Z` of a field's text in `zone`; null where it is empty or none. */
function isoOfField(text: string, zone: Zone): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text)
  if (match === null) return null
  const [year = 0, month = 1, date = 1, hour = 0, minute = 0] = match.slice(1).map(Number)
  const day = startOfDate(year, month - 1, date, zone)
  // A local day may have 23 or 25 hours: its own clock is asked, not added up.
  const time = zone === 'utc' ? day + (hour * 60 + minute) * 60_000 : new Date(day).setHours(hour, minute)
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
