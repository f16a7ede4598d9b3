import { z } from 'zod'
import { column, completeness, missingReceiver, time } from './fields.ts'

export const METRICS = [
  'received',
  'accepted',
  'invalid',
  'invalid_rate',
  'share',
  'discarded',
  'discarded_rate',
] as const

export const STEPS = ['minute', 'hour', 'day', 'week'] as const

const oneSeries = z
  .object({
    key: z.record(z.string(), z.string()).describe('The one value of each dimension that it is about.'),
    values: column.describe('By step; null is a step of which nothing is known.'),
    rest_of: z.int().optional().describe('Only of the rest: so many values are in it.'),
    previous: column.optional().describe('With `compare=week`: the same, seven days before.'),
    typical_bytes: column
      .optional()
      .describe('Only of `discarded`: the size in the middle of those asked for; null: none, or not known.'),
  })
  .meta({ id: 'OneSeries' })

export const seriesAnswer = z
  .object({
    from: time.describe('Widened to whole steps.'),
    to: time.describe('Exclusive.'),
    metric: z.enum(METRICS),
    step: z.enum(STEPS),
    times: z.array(time).describe('Start of each step; everything else is in its order. Empty where it is left out.'),
    series: z.array(oneSeries).describe('Largest first where broken down; the rest, `OTHER`, last.'),
    expected: z
      .object({ low: column, mid: column, high: column })
      .optional()
      .describe(
        'What the judge expected when it judged the hour, and its forecast. Only with `metric=received`, `step=hour`, one channel, no other filter and no `by`. To a thousandth.',
      ),
    coverage: z.array(z.number()).describe('The share of each step in which somebody listened, 0 to 1.'),
    completeness: z.array(completeness).describe('Empty where it is left out.'),
    missing: z.array(missingReceiver).optional().describe('Left out where there is none.'),
  })
  .meta({ id: 'SeriesAnswer', description: 'One metric over time, in columns.' })
