import { z } from 'zod'
import { time } from './fields.ts'
import { freshness, pipelineAnswer } from './pipeline.ts'

/** The `data` of the events of the live stream. */
export const streamEvent = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('freshness'), freshness }).describe('How far the counts have come; each second.'),
    z
      .object({
        event: z.literal('counts'),
        channels: z.array(z.string()),
        hours: z.array(time),
        counts: z
          .array(z.object({ hour: time, channel: z.string(), received: z.number(), invalid: z.number() }))
          .describe('Of the newest of these hours, as they are now; empty where nobody listened when it happened.'),
      })
      .describe('Counts of these channels and hours changed; every few seconds at most.'),
    z
      .object({ event: z.literal('pipeline'), pipeline: pipelineAnswer })
      .describe('Where everything stands, every few seconds.'),
    z.object({ event: z.literal('judged'), hour: time }),
    z.object({ event: z.literal('incidents'), ids: z.array(z.int()) }).describe('These opened, changed or ended.'),
    z.object({ event: z.literal('mails') }).describe('Mails were sent, or have to wait.'),
    z.object({ event: z.literal('reload') }).describe('What was missed is not known: ask for everything anew.'),
  ])
  .meta({ id: 'StreamEvent' })
