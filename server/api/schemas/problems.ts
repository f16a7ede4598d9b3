import { z } from 'zod'
import { rangeCompleteness, ratio, time } from './fields.ts'
import { submissionCopy } from './submissions.ts'

const part = z.object({ value: z.string(), submissions: z.number() })

const problemCounts = z
  .object({
    problem: z.string(),
    outcome: z.string().describe('What became of these submissions: salvaged, quarantined or rejected.'),
    submissions: z.number(),
    rate: ratio.describe('Of all that was received of the channels asked for.'),
    invalid: z.number().describe('So many of them count as invalid: not those that mend themselves, or lost nothing.'),
    recovered: z.number().describe('So many of them were converted after all.'),
    imported: z
      .number()
      .describe('So many of them were brought in as counts: nothing of them can be looked at, or waits.'),
    first_hour: time.describe('Hours within the range, the first'),
    last_hour: time.describe('and the last that had any.'),
    channels: z.array(part).describe('Most submissions first.'),
  })
  .meta({ id: 'ProblemCounts' })

export const problemsAnswer = z
  .object({
    from: time,
    to: time.describe('Exclusive.'),
    received: z.number(),
    problems: z.array(problemCounts).describe('Most submissions first.'),
    completeness: rangeCompleteness,
  })
  .meta({ id: 'ProblemsAnswer', description: 'What was wrong with submissions, each counted under its first problem.' })

export const problemDetailAnswer = z
  .object({
    from: time,
    to: time.describe('Exclusive.'),
    counts: problemCounts.nullable().describe('Null: there was none in the range.'),
    builds: z.array(part).describe('The builds with most of it, at most 20.'),
    values: z
      .array(z.object({ field: z.string(), value: z.string(), samples: z.int() }))
      .describe('What was seen where something else was expected, in so many of the newest samples; most first.'),
    samples: z.array(submissionCopy).describe('The newest that archive and quarantine hold.'),
    completeness: rangeCompleteness,
  })
  .meta({ id: 'ProblemDetailAnswer' })

export const firstSeenAnswer = z
  .object({
    from: time,
    to: time.describe('Exclusive.'),
    first_seen: z
      .array(
        z.object({
          channel: z.string(),
          attribute: z.string().nullable().describe('Of a value that submissions carry; null: it is a problem.'),
          value: z.string(),
          first_seen: time.describe('Start of the hour.'),
          submissions: z.number().describe('From then to the end of the range.'),
        }),
      )
      .describe('Most submissions first, at most 200.'),
    completeness: rangeCompleteness,
  })
  .meta({
    id: 'FirstSeenAnswer',
    description: 'Problems and values that their channel never had before, by all the counts there are.',
  })
