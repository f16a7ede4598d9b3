import type { Annotation } from '../../alerts/calendar/annotation.ts'
import type { AnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import type { CalendarEvent } from '../../alerts/calendar/calendar.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import type { AnnotationAnswer } from '../api/types.ts'

export function annotationAnswer(annotation: Annotation): AnnotationAnswer {
  const { id, author, createdAt, changed } = annotation
  return {
    ...eventAnswer(annotation),
    id,
    source: 'people',
    author,
    created_at: isoSeconds(createdAt),
    changed_at: changed === null ? null : isoSeconds(changed.at),
  }
}

function calendarAnswer(event: CalendarEvent): AnnotationAnswer {
  return { ...eventAnswer(event), id: null, source: 'calendar', author: '', created_at: null, changed_at: null }
}

export type AnsweredEvent = Pick<CalendarEvent, 'kind' | 'text' | 'channels' | 'from' | 'to'> & {
  readonly answer: AnnotationAnswer
}

/** All that people and the calendar say, as it is and as it is answered. */
export function answeredEvents(
  annotations: Pick<AnnotationBook, 'list'>,
  calendar: readonly CalendarEvent[],
): readonly AnsweredEvent[] {
  return [
    ...calendar.map((event) => ({ ...event, answer: calendarAnswer(event) })),
    ...annotations.list().map((event) => ({ ...event, answer: annotationAnswer(event) })),
  ]
}

function eventAnswer({ kind, text, channels, from, to, buildId, link }: EventParts) {
  return {
    kind,
    text,
    channels: [...channels],
    from: isoSeconds(from),
    to: to === null ? null : isoSeconds(to),
    ...(buildId === undefined ? {} : { build_id: buildId }),
    ...(link === undefined ? {} : { link }),
  }
}

type EventParts = Pick<CalendarEvent, 'kind' | 'text' | 'channels' | 'from' | 'to'> & {
  readonly buildId?: string | undefined
  readonly link?: string | undefined
}
