import { z } from 'zod'
import { buildVerdict } from './builds.ts'
import { column, completeness, rangeCompleteness, ratio, time } from './fields.ts'
import { discarded, incident } from './incident.ts'
import { freshness } from './pipeline.ts'

export const channelState = z
  .enum(['well', 'low', 'high', 'silent', 'invalid', 'discarded', 'recovering', 'unknown', 'learning'])
  .meta({ id: 'ChannelState', description: "What a channel's row says in one word." })

const sentence = z
  .object({ mark: channelState, text: z.string(), incident: z.int().nullable() })
  .meta({ id: 'Sentence', description: 'What is to be said, and the mark that stands before it.' })

export const channelOverview = z
  .object({
    channel: z.string(),
    states: z
      .array(z.object({ state: channelState, since: time.nullable().describe('Null: not known.') }))
      .describe('Worst first; `well` stands alone.'),
    hour: time.describe('The newest complete hour.'),
    seen: z.number().nullable().describe('In that hour; null where nobody listened.'),
    expected: z.object({ low: z.number(), mid: z.number(), high: z.number() }).nullable(),
    of_expected: z.number().nullable(),
    invalid_rate: ratio.nullable(),
    discarded: z
      .array(z.object({ ...discarded.shape, cause: z.enum(['body', 'path']) }))
      .describe('By cause, in the last 24 complete hours; empty where there was none.'),
    so_far: z.number().describe('The running hour so far.'),
    week: z
      .object({ seen: column, low: column, high: column, invalid_rate: column })
      .describe('The last seven days and the forecast, hourly; index 0 is `week_start`.'),
    newest_build: z
      .object({ build_id: z.string(), first_seen: time, share: ratio, invalid_rate: ratio, ...buildVerdict.shape })
      .nullable()
      .describe(
        'The newest build in use whose id tells when it was built and that holds a material share of its channel.',
      ),
    learning: z
      .object({ days: z.number(), of: z.number() })
      .nullable()
      .describe('Days of covered history, and days needed until the judge speaks; null: it does.'),
  })
  .meta({ id: 'ChannelOverview' })

export const overviewAnswer = z
  .object({
    sentences: z.array(sentence).describe('At most three, worst first.'),
    freshness,
    week_start: time,
    week_completeness: z.array(completeness).describe('Of the hours of `week.seen`, for all channels.'),
    receive_url: z.string().describe('Where submissions are sent to, without a slash at its end.'),
    channels: z
      .array(channelOverview)
      .describe('Most submissions first. Empty on a server that never counted anything.'),
    incidents: z
      .array(incident)
      .describe('Open and recovering ones, and those resolved in the last seven days, newest first.'),
    tide_table: z
      .array(
        z.object({
          date: z.string().meta({ format: 'date' }),
          tides: z.array(z.object({ kind: z.enum(['low', 'high']), time, expected: z.number() })),
          of_expected: z.number().nullable(),
        }),
      )
      .describe('Expected low and high water of all channels together: yesterday, today, the next two days.'),
  })
  .meta({ id: 'OverviewAnswer' })

export const channelAnswer = z
  .object({
    channel: z.string(),
    overview: channelOverview,
    sentences: z.array(sentence),
    freshness,
    incidents: z.array(incident).describe("Those that overlap the range, this channel's and `*`, gaps among them."),
    completeness: rangeCompleteness,
    gaps: z
      .array(z.object({ from: time, to: time, reason: z.string() }))
      .describe('Hours without any coverage within the range, joined.'),
    late_hours: z
      .array(z.object({ hour: time, added_at: time.describe('The last time that any were.') }))
      .describe(
        'Hours of the range that counts were added to, of any channel, after they had been judged; they are judged anew.',
      ),
    builds: z
      .array(z.object({ build_id: z.string(), first_seen: time, blamed: z.boolean() }))
      .describe(
        'Builds first seen within the range, by when; those with made-up ids or next to nothing of the channel left out.',
      ),
  })
  .meta({ id: 'ChannelAnswer', description: 'What a page about a channel needs besides its series.' })
