import { z } from 'zod'
import { FINDING_KINDS, type FindingKind } from './finding.ts'
import type { Incident } from './incident.ts'

/** What a silence is about: every part that is given must fit. At least one is given. */
export const SilenceMatcherSchema = z.strictObject({
  /** Only this incident. */
  incident: z.int().min(1).optional(),
  channel: z.string().min(1).optional(),
  kind: z.enum(FINDING_KINDS).optional(),
  /** Parts of an incident's series. */
  reason: z.string().min(1).optional(),
  buildId: z.string().min(1).optional(),
  problem: z.string().min(1).optional(),
})
export type SilenceMatcher = z.infer<typeof SilenceMatcherSchema>

/**
 * A person's wish that nothing be mailed about what it matches. It holds back mails and nothing else: incidents open, go on and
 * end as they do, and who was told of one before hears of its end.
 */
export const SilenceSchema = z.object({
  id: z.number(),
  matcher: SilenceMatcherSchema,
  from: z.number(),
  /** Null: until the incident that it is about is over. */
  until: z.number().nullable(),
  reason: z.string(),
  author: z.string(),
  createdAt: z.number(),
  /** `by` null: its time had come, or its incident was over. */
  ended: z.object({ by: z.string().nullable(), at: z.number() }).nullable(),
})
export type Silence = z.infer<typeof SilenceSchema>

/** When it ends or ended; null: with its incident. */
export function silenceEnd({ ended, until }: Silence): number | null {
  return ended?.at ?? until
}

export function isSilenceActive(silence: Silence, now: number): boolean {
  const end = silenceEnd(silence)
  return silence.from <= now && (end === null || now < end)
}

/** A silence of one channel holds back what is about that channel alone, and no incident of several. */
export function silenceMatches({ matcher }: Pick<Silence, 'matcher'>, incident: Incident): boolean {
  const { channels, series } = incident
  return (
    fits(matcher.incident, incident.id) &&
    fits<FindingKind>(matcher.kind, incident.kind) &&
    (matcher.channel === undefined || channels.every((channel) => channel === matcher.channel)) &&
    fits(matcher.reason, series.reason) &&
    fits(matcher.buildId, series.buildId) &&
    fits(matcher.problem, series.problem)
  )
}

function fits<T>(wanted: T | undefined, actual: T | undefined): boolean {
  return wanted === undefined || wanted === actual
}
