import { z } from 'zod'
import type { SubmissionsAnswer } from '../api/types.ts'

const archiveFile = z.object({
  name: z.string(),
  partition: z.object({ keep: z.enum(['archive', 'quarantine']), date: z.string(), channel: z.string() }),
  part: z.number(),
  rows: z.number(),
  bytes: z.number(),
  problems: z.array(z.string()),
})

/** The first line of an answer that lasts as long as its reader reads. */
export const readingLine = z.object({ files: z.array(archiveFile), waitingSegments: z.number() })

/** A line of an answer that goes on while something is done; `done` is the last, or `failed`. */
export const workLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), state: z.unknown() }),
  z.object({ kind: z.literal('done'), state: z.unknown() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
])

export const compactedState = z.object({
  steps: z.number(),
  done: z.number(),
  filesBefore: z.number(),
  filesAfter: z.number(),
  rows: z.number(),
  bytesBefore: z.number(),
  bytesAfter: z.number(),
})

export const verifiedState = z.object({
  differences: z.array(z.string()),
  differenceCount: z.number(),
  days: z.number(),
  files: z.number(),
  rows: z.number(),
  bytes: z.number(),
  setAside: z.number(),
})

export const backedUpState = z.object({ files: z.number(), bytes: z.number() })

const bothSums = z.object({ counted: z.number(), found: z.number() })

export const recountState = z.object({
  differences: z.array(
    bothSums.extend({
      hour: z.number(),
      channel: z.string(),
      outcome: z.string(),
      problem: z.string(),
      automation: z.boolean(),
      recovered: bothSums,
      bytes: bothSums,
    }),
  ),
  files: z.number(),
  submissions: z.number(),
  hours: z.number(),
  mendedHours: z.number(),
})

export const forgottenState = z.object({
  rows: z.number(),
  rewrittenFiles: z.number(),
  searchedFiles: z.number(),
  waitingSegments: z.number().optional(),
})

export const forgetRequestList = z.array(
  z.object({
    askedAt: z.number(),
    ids: z.number(),
    digest: z.string(),
    rowsRemoved: z.number(),
    doneAt: z.number().nullable(),
  }),
)

export const overdueAnswer = z.object({
  whole: z.array(archiveFile),
  partly: z.array(z.object({ file: archiveFile, problems: z.array(z.string()) })),
})

export const submissionsSchema: z.ZodType<SubmissionsAnswer> = z.object({
  submissions: z.array(
    z.object({
      document_id: z.string(),
      received_at: z.string(),
      reason: z.string(),
      app_name: z.string(),
      app_version: z.string(),
      channel: z.string(),
      build_id: z.string(),
      outcome: z.string().nullable(),
      problem: z.string().nullable(),
      problems: z.array(z.string()),
      causes: z.array(z.object({ problem: z.string(), field: z.string(), value: z.string() })),
      automation: z.boolean(),
      bytes: z.number(),
      recovered_at: z.string().nullable(),
      segment: z.string(),
      frame: z.number(),
      place: z.enum(['spool', 'converted', 'archive', 'quarantine']),
      file: z.string(),
      duplicate_of: z.object({ segment: z.string(), frame: z.number() }).nullable(),
    }),
  ),
  unread_segments: z.number(),
})
