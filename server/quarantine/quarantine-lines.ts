import { z } from 'zod'

/** What the command socket answers of the quarantine; see QuarantineGroup and QuarantinedSubmission. */
export const quarantineGroups = z.array(
  z.object({
    problem: z.string(),
    channel: z.string(),
    date: z.string(),
    submissions: z.number(),
    bytes: z.number(),
    values: z.array(z.string()),
    samples: z.array(z.string()),
  }),
)

export const quarantinedLine = z.object({
  segment: z.string(),
  frame: z.number(),
  /** `2014-02-04T14:00:00Z` */
  receivedAt: z.string(),
  documentId: z.string(),
  channel: z.string(),
  reason: z.string(),
  appName: z.string(),
  appVersion: z.string(),
  buildId: z.string(),
  outcome: z.string(),
  problem: z.string(),
  problems: z.array(z.string()).readonly(),
  causes: z.unknown(),
  automation: z.boolean(),
  attributes: z.unknown(),
  converterVersion: z.string(),
  path: z.string(),
  headers: z.unknown(),
  /** Base64 of the body's bytes. */
  body: z.base64(),
})
export type QuarantinedLine = z.infer<typeof quarantinedLine>
