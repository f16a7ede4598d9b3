import { z } from 'zod'
import { column, rangeCompleteness, ratio, time } from './fields.ts'

export const buildsAnswer = z
  .object({
    channel: z.string(),
    from: time,
    to: time.describe('Exclusive.'),
    ages: z
      .array(z.int())
      .describe('Whole hours since a build was first seen; the columns of every build are in this order.'),
    builds: z
      .array(
        z.object({
          build_id: z.string(),
          first_seen: time.describe('Start of the first hour in which it held 0.2 % of its channel.'),
          received: z.number().describe('From then to the end of the range.'),
          share: ratio.describe("Of the channel's submissions in that time."),
          invalid_rate: ratio.nullable(),
          adoption: z
            .object({ received: column, share: column, invalid_rate: column })
            .describe('At each age; null where the hour is still to come, beyond the range, or nobody listened.'),
        }),
      )
      .describe('First seen within the range, newest first.'),
    completeness: rangeCompleteness,
  })
  .meta({ id: 'BuildsAnswer', description: 'Builds of a channel, comparable at the same age.' })

export const gateAnswer = z
  .object({
    channel: z.string(),
    build_id: z.string(),
    verdict: z.enum(['pass', 'fail', 'wait']),
    reasons: z
      .array(
        z.object({
          code: z.enum([
            'blamed',
            'channel_in_trouble',
            'not_seen',
            'too_young',
            'too_few',
            'learning',
            'not_judged',
            'not_listened',
            'no_trouble',
          ]),
          text: z.string(),
          incident: z.int().nullable(),
        }),
      )
      .describe('At least one; those that decide first.'),
    first_seen: time.nullable().describe('Null: it was not first seen in the last 60 days.'),
    judged_up_to: time.nullable().describe('End of the newest judged hour; null: none was.'),
    known_at: time.nullable().describe('When a verdict of `wait` can end, where that is a matter of time alone.'),
    volume: z.object({ received: z.number(), share: ratio }).nullable(),
    validity: z.object({ invalid: z.number(), invalid_rate: ratio.nullable() }).nullable(),
    completeness: rangeCompleteness.nullable().describe('Since it was first seen.'),
    href: z.string().meta({ format: 'uri-reference' }).describe('The page about the channel.'),
  })
  .meta({ id: 'GateAnswer', description: "Whether a build reports as it should, by the judge's own findings." })
