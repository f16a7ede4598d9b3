import { z } from 'zod'
import { column, rangeCompleteness, ratio, time } from './fields.ts'

const gateReason = z.object({
  code: z.enum([
    'blamed',
    'not_reporting',
    'reports_badly',
    'channel_in_trouble',
    'not_seen',
    'too_young',
    'too_few',
    'learning',
    'not_judged',
    'not_listened',
    'no_trouble',
    'adopted',
    'not_compared',
  ]),
  text: z.string(),
  incident: z.int().nullable(),
})
const verdict = z.enum(['pass', 'fail', 'wait'])
const envelope = z
  .object({ low: z.number(), middle: z.number(), high: z.number() })
  .describe('Nine of ten earlier builds lie between low and high, half of them above the middle.')

const comparedVolume = z
  .object({
    ...envelope.shape,
    seen: z.number(),
    hours: z.int().describe('Of its first 18 hours, those that are known.'),
    builds: z.int().describe('Earlier builds that it was compared with.'),
  })
  .nullable()
  .describe('Submissions of its first hours beside what earlier builds had at the same age. Null: not comparable.')
const knownAt = time.nullable().describe('When a verdict of `wait` can end, where that is a matter of time alone.')

/** The same verdict wherever a build is shown. */
export const buildVerdict = z
  .object({
    verdict: verdict.describe('pass: healthy. fail: it does not report, or reports badly. wait: too early to say.'),
    reason: gateReason.describe('The one that decides.'),
    known_at: knownAt,
  })
  .meta({ id: 'BuildVerdict' })

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
          is_material: z
            .boolean()
            .describe(
              'Whether its id tells when it was built and it holds 3 % of its channel, or is in its first two days: nothing is said of a channel by others.',
            ),
          adoption: z
            .object({ received: column, share: column, invalid_rate: column })
            .describe('At each age; null where the hour is still to come, beyond the range, or nobody listened.'),
          ...buildVerdict.shape,
          expected: comparedVolume,
        }),
      )
      .describe('First seen within the range, newest first.'),
    envelope: z
      .object({
        build_id: z.string().describe('What these are the earlier builds of.'),
        builds: z
          .int()
          .describe('So many earlier builds: healthy ones of the 60 days before it, seen first at a like time.'),
        low: column,
        middle: column,
        high: column,
      })
      .nullable()
      .describe(
        'At each age, the share of the channel that earlier builds had: nine of ten lie between low and high. Null where there is no build.',
      ),
    completeness: rangeCompleteness,
  })
  .meta({ id: 'BuildsAnswer', description: 'Builds of a channel, comparable at the same age.' })

export const gateAnswer = z
  .object({
    channel: z.string(),
    build_id: z.string(),
    verdict,
    reasons: z.array(gateReason).describe('At least one; those that decide first.'),
    first_seen: time.nullable().describe('Null: it was not first seen in the last 60 days.'),
    judged_up_to: time.nullable().describe('End of the newest judged hour; null: none was.'),
    known_at: knownAt,
    volume: z
      .object({
        received: z.number(),
        share: ratio,
        expected: comparedVolume,
      })
      .nullable(),
    validity: z
      .object({
        invalid: z.number(),
        invalid_rate: ratio.nullable(),
        usual: envelope.nullable().describe('Rates of earlier builds at the same age. Null: not comparable.'),
      })
      .nullable(),
    completeness: rangeCompleteness.nullable().describe('Since it was first seen.'),
    href: z.string().meta({ format: 'uri-reference' }).describe('The page about the channel.'),
  })
  .meta({
    id: 'GateAnswer',
    description: "Whether a build reports as it should, by the judge's findings and by earlier builds at the same age.",
  })
