import { z } from 'zod'
import { INCIDENT_GROUPS } from '../../alerts/incident.ts'
import { EVENT_KINDS } from './spec.ts'

/** What one life of one world came to. Plain, so that parts of a long benchmark are written to files and summed up. */

const told = z.strictObject({
  group: z.enum(INCIDENT_GROUPS),
  channels: z.array(z.string()).readonly(),
  start: z.number(),
  detectedAt: z.number(),
})

const eventRun = z.strictObject({
  kind: z.enum(EVENT_KINDS),
  channel: z.string(),
  /** Of its channel, at the beginning. */
  perHour: z.number(),
  start: z.number(),
  /** From when it mattered; null: missed. */
  delayHours: z.number().nullable(),
  /** How often it was told anew. */
  repeats: z.number(),
  /** Whether the first mail named the true cause first, and the first bad build; null: there is none to name, or it was missed. */
  isCauseFirst: z.boolean().nullable(),
  isBuildNamed: z.boolean().nullable(),
})
export type EventRun = z.infer<typeof eventRun>

/** Hour by hour around what went wrong, for people to look at; null: not known. */
const worldCase = z.strictObject({
  title: z.string(),
  why: z.enum(['missed', 'false alarm', 'slow']),
  channel: z.string(),
  start: z.number(),
  seen: z.array(z.number().nullable()),
  low: z.array(z.number().nullable()),
  mid: z.array(z.number().nullable()),
  high: z.array(z.number().nullable()),
  /** Of a hundred, what was invalid; empty: it isn't about that. */
  invalidPercent: z.array(z.number().nullable()),
  spans: z.array(
    z.strictObject({ what: z.enum(['event', 'incident']), text: z.string(), from: z.number(), to: z.number() }),
  ),
  detectedAt: z.number().nullable(),
})
export type WorldCase = z.infer<typeof worldCase>

const baselineRun = z.strictObject({
  name: z.string(),
  delays: z.array(z.number().nullable()),
  falseAlarms: z.number(),
})

export const worldJob = z.strictObject({
  world: z.string(),
  seed: z.number(),
  weeks: z.number(),
  withEvents: z.boolean(),
})
/** One world to live through and judge. Without events it is another life than the one with them of the same seed. */
export type WorldJob = z.infer<typeof worldJob>

export const worldRun = worldJob.extend({
  channelYears: z.number(),
  msPerHour: z.number(),
  events: z.array(eventRun),
  falseAlarms: z.array(told),
  baselines: z.array(baselineRun),
  cases: z.array(worldCase),
})
export type WorldRun = z.infer<typeof worldRun>
