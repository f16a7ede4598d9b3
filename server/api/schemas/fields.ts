import { z } from 'zod'

/** A time in an answer: UTC, to the second. */
export const time = z.string().meta({ format: 'date-time', examples: ['2014-01-16T14:00:00Z'] })

/** A part of a whole, 0 to 1. */
export const ratio = z.number().meta({ description: 'A ratio, 0 to 1.' })

/** Numbers by step; null is a step of which nothing is known. */
export const column = z.array(z.number().nullable())

const interval = z
  .object({ from: time, to: time.describe('Exclusive.') })
  .meta({ id: 'Interval', description: 'A stretch of time.' })

/**
 * How much of each step is known: `complete` where somebody listened all the time and everything is counted, `partial` where that
 * is so of a part of it, `unknown` where nobody listened or it is still to come.
 */
export const completeness = z
  .enum(['complete', 'partial', 'unknown'])
  .meta({ id: 'Completeness', description: 'complete: listened to throughout and counted. unknown is not zero.' })

/** The same of a range of hours, for answers that add it up. */
export const rangeCompleteness = z
  .object({
    complete_hours: z.int().describe('Hours that were listened to throughout and are counted.'),
    partial: z.array(interval).describe('Hours that were listened to in part, or are still counted; joined.'),
    unknown: z.array(interval).describe('Hours in which nobody listened, or that are still to come; joined.'),
  })
  .meta({ id: 'RangeCompleteness', description: 'Which hours of the range the answer knows.' })

export const missingReceiver = z
  .object({ receiver: z.string(), from: time, to: time })
  .meta({ id: 'MissingReceiver', description: 'A receiver that did not listen while others did, a minute or longer.' })
