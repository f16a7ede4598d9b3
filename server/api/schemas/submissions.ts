import { z } from 'zod'

const cause = z.object({ problem: z.string(), field: z.string(), value: z.string() })

export const submissionCopy = z
  .object({
    document_id: z.string(),
    received_at: z.string().meta({ format: 'date-time' }),
    reason: z.string(),
    app_name: z.string(),
    app_version: z.string(),
    channel: z.string(),
    build_id: z.string(),
    outcome: z.string().nullable().describe('Null: not converted yet.'),
    problem: z.string().nullable(),
    problems: z.array(z.string()),
    causes: z.array(cause),
    automation: z.boolean(),
    bytes: z.number().describe('Of the body, as received.'),
    recovered_at: z.string().meta({ format: 'date-time' }).nullable().describe('When it was converted after all.'),
    segment: z.string().describe('Which segment brought it,'),
    frame: z.int().describe('and which frame of that.'),
    place: z.enum(['spool', 'converted', 'archive', 'quarantine']),
    file: z.string().describe('Where it lies now, within the state directory.'),
    duplicate_of: z
      .object({ segment: z.string(), frame: z.int() })
      .nullable()
      .describe('Of a duplicate: what it repeats, where that was found.'),
  })
  .meta({ id: 'SubmissionCopy', description: 'One time that a document was received.' })

export const submissionsAnswer = z
  .object({
    submissions: z.array(submissionCopy).describe('Newest first, at most 200.'),
    unread_segments: z.int().describe("Segments in the spool that weren't looked into, because too much waits."),
  })
  .meta({ id: 'SubmissionsAnswer' })
