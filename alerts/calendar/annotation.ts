import { z } from 'zod'
import type { AnnotationRow } from '../../data/annotations/annotations.ts'
import type { EpochMs } from '../../data/domain/time.ts'

/** What people mark. `outage_elsewhere`: of somebody else's (a mirror, a network); `maintenance`: nothing is mailed meanwhile. */
export const ANNOTATION_KINDS = ['release', 'experiment', 'outage_elsewhere', 'maintenance', 'note'] as const

/** What a calendar may say: what people mark, and holidays. */
export const CALENDAR_KINDS = [...ANNOTATION_KINDS, 'holiday'] as const

/** What a known event may be; `settings`: one of Tidewatch's own settings changed, which it marks itself. */
export const EVENT_KINDS = [...CALENDAR_KINDS, 'settings'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

const signature = { by: z.string(), at: z.number() }

/** Something that happened, or will, as people or release tooling say it; shown on charts and named in incidents near it. */
export const AnnotationSchema = z.object({
  id: z.number(),
  kind: z.enum([...ANNOTATION_KINDS, 'settings']),
  text: z.string(),
  /** Which it is about; empty: all. */
  channels: z.array(z.string()),
  from: z.number(),
  /** Excluded; null: it is a moment. */
  to: z.number().nullable(),
  /** Of a release: the build. */
  buildId: z.string().optional(),
  /** A page with more of it; http or https. */
  link: z.string().optional(),
  author: z.string(),
  createdAt: z.number(),
  changed: z.object(signature).nullable(),
  removed: z.object(signature).nullable(),
})
export type Annotation = z.infer<typeof AnnotationSchema>

/** What is known to happen at some time, whoever said so. */
export interface KnownEvent {
  readonly kind: EventKind
  readonly text: string
  /** Empty: all. */
  readonly channels: readonly string[]
  readonly from: EpochMs
  /** Excluded; null: it is a moment. */
  readonly to: EpochMs | null
}

/** Whether `event` is about `channel`; `*` is about all together. */
export function isAbout({ channels }: Pick<KnownEvent, 'channels'>, channel: string): boolean {
  return channels.length === 0 || channel === '*' || channels.includes(channel)
}

export function annotationRow(annotation: Annotation): AnnotationRow {
  const { id, from, removed } = annotation
  return { id, from, removedAt: removed?.at ?? null, body: JSON.stringify(annotation) }
}

/** Throws where the body isn't an annotation: only another version of Tidewatch can have written it. */
export function parseAnnotation({ id, body }: Pick<AnnotationRow, 'id' | 'body'>): Annotation {
  const parsed = AnnotationSchema.safeParse(JSON.parse(body))
  if (parsed.success) return parsed.data
  throw new Error(`annotation ${id} can't be read from the database: ${z.prettifyError(parsed.error)}`)
}
