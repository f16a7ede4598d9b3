import { DAY_MS, type EpochMs, isoSeconds } from '../../data/domain/time.ts'
import type { Annotation } from './annotation.ts'

/** What a person asks for; `link` and `buildId` may be left out. */
export type NewAnnotation = Omit<Annotation, 'id' | 'createdAt' | 'changed' | 'removed'>

/** Parts that are given replace what was there. */
export type AnnotationChange = Partial<Omit<NewAnnotation, 'author'>>

/** `says`: what is wrong with what was asked, and what is allowed. */
export type AnnotationResult =
  | { readonly kind: 'done'; readonly annotation: Annotation }
  | { readonly kind: 'unchanged'; readonly says: string }

export const MOST_TEXT = 500
/** Mails are held back for that long at most: whoever forgets a window mustn't silence a service. */
const LONGEST_MAINTENANCE_DAYS = 14

export function makeAnnotation(wanted: NewAnnotation, { id, now }: { id: number; now: EpochMs }): AnnotationResult {
  return checked({ ...wanted, text: oneLine(wanted.text), id, createdAt: now, changed: null, removed: null })
}

export function changeAnnotation(
  annotation: Annotation,
  change: AnnotationChange,
  { by, now }: { readonly by: string; readonly now: EpochMs },
): AnnotationResult {
  if (annotation.removed !== null) return isGone(annotation, annotation.removed.by)
  const text = oneLine(change.text ?? annotation.text)
  return checked({ ...annotation, ...change, text, changed: { by, at: now } })
}

/** It is kept, so that its number never comes again and somebody can ask who removed it. */
export function removeAnnotation(
  annotation: Annotation,
  { by, now }: { readonly by: string; readonly now: EpochMs },
): AnnotationResult {
  if (annotation.removed !== null) return isGone(annotation, annotation.removed.by)
  return { kind: 'done', annotation: { ...annotation, removed: { by, at: now } } }
}

function checked(annotation: Annotation): AnnotationResult {
  const { kind, text, from, to } = annotation
  const says = (sentence: string): AnnotationResult => ({ kind: 'unchanged', says: sentence })
  if (text === '') return says('text is empty: say what happened.')
  if (to !== null && to <= from) {
    return says(`to is ${isoSeconds(to)}: use a time after from (${isoSeconds(from)}), or none for a moment.`)
  }
  if (kind === 'maintenance') {
    if (to === null) return says('to is missing: a maintenance needs an end, for nothing is mailed until then.')
    if (to - from > LONGEST_MAINTENANCE_DAYS * DAY_MS) {
      return says(
        `to is ${isoSeconds(to)}: nothing is mailed during a maintenance, so it may last ${LONGEST_MAINTENANCE_DAYS} days at most.`,
      )
    }
  }
  return { kind: 'done', annotation }
}

function isGone({ id }: Annotation, by: string): AnnotationResult {
  return { kind: 'unchanged', says: `Annotation ${id} was removed by ${by} already.` }
}

/** Names and texts come from outside and are shown in lists: no line breaks, no control characters. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_TEXT)
}
