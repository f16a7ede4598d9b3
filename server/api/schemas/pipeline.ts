import { z } from 'zod'
import { time } from './fields.ts'

export const freshness = z
  .object({
    counted_up_to: time.describe('All submissions received before it are counted.'),
    judged_up_to: time
      .nullable()
      .describe(
        'End of the newest judged hour: incidents, verdicts and what is expected are as of then; null: none was.',
      ),
    now: time,
    receivers: z.array(z.string()).describe('Those that write just now.'),
    waiting_segments: z.int().describe('Segments received and not counted yet.'),
    oldest_waiting_seconds: z.number().describe('Age of the oldest uncounted segment; 0 where nothing waits.'),
    hours_until_full: z
      .number()
      .nullable()
      .describe('Until submissions are refused for want of space; null: not filling, or not known yet.'),
    mode: z.enum(['live', 'demo']).describe('demo where the server plays the story.'),
  })
  .meta({ id: 'Freshness' })

export const pipelineAnswer = z
  .object({
    now: time,
    watermark: time.describe('The receipt time up to which everything is counted.'),
    judged_up_to: time.nullable().describe('End of the newest judged hour; null: none was.'),
    receivers: z
      .array(
        z.object({
          name: z.string(),
          last_heartbeat: time.nullable().describe('The last one that is counted; null: none of the last day.'),
          refusing: z
            .boolean()
            .nullable()
            .describe('Whether it takes no submission; null: it runs elsewhere and does not tell.'),
          refusal: z.string().nullable().describe('`disk_full`, `write_failed` or `stopping`.'),
        }),
      )
      .describe('Those that were heard of in the last day, by name.'),
    backlog: z
      .object({ segments: z.int(), bytes: z.number(), oldest_seconds: z.number() })
      .describe('Segments that are closed and not counted yet.'),
    imports: z
      .object({ segments: z.int(), bytes: z.number() })
      .describe('Segments of logs that are being brought in; they wait behind those.'),
    workers: z
      .object({ total: z.int(), busy: z.int() })
      .nullable()
      .describe("Threads of this service's converter; null where none runs beside it."),
    outbox: z
      .object({
        waiting: z.int(),
        oldest: time.nullable().describe('When the oldest that waits was decided.'),
        last_error: z.string().nullable().describe('Why the one that was tried last waits.'),
        refused: z
          .array(z.object({ recipient: z.string(), error: z.string() }))
          .describe('Whom the mail server refused for ever when last asked, within a week, with its words.'),
      })
      .describe('Mails and messages to webhooks that are not delivered.'),
    disk: z
      .object({ free_bytes: z.number(), min_free_bytes: z.number(), hours_until_full: z.number().nullable() })
      .nullable()
      .describe('Of the state directory; null before it was first looked at. Full is less than min_free_bytes.'),
  })
  .meta({ id: 'PipelineAnswer', description: 'Where everything stands between the receivers and the mails.' })

export const quarantineAnswer = z
  .object({
    problems: z.array(
      z.object({
        problem: z.string(),
        submissions: z.int(),
        bytes: z.number().describe('Of the bodies, as received.'),
        oldest: time.describe('Receipt of the oldest.'),
        would_convert: z
          .int()
          .nullable()
          .describe('Of these so many would have converted at checked_at; null: not tried yet.'),
        checked_at: time.nullable(),
      }),
    ),
  })
  .meta({
    id: 'QuarantineAnswer',
    description: 'What could not be converted, whole, by the problem that it is counted under.',
  })
