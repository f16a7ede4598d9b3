import { z } from 'zod'
import { DISCARD_CAUSES } from '../domain/discard.ts'
import { OUTCOMES, PROBLEMS } from '../domain/outcome.ts'
import type { ConvertedIndex } from './converted-record.ts'

/**
 * What a converted file's index must look like when it is read. It was written by this program, perhaps by another
 * version of it on a disk that has aged since: what doesn't fit is told, never guessed.
 */
const count = z.int().nonnegative()
const problem = z.enum(PROBLEMS)
const outcome = z.enum(OUTCOMES).exclude(['duplicate'])

/** As JSON, in converted files and in the archive. */
export const problemCauses = z.array(
  z.strictObject({ problem, field: z.string(), value: z.string(), exception: z.string().optional() }),
)

const record = z.strictObject({
  frame: count,
  receivedAt: z.int(),
  documentId: z.string(),
  dimensions: z.strictObject({
    reason: z.string(),
    appName: z.string(),
    appVersion: z.string(),
    channel: z.string(),
    buildId: z.string(),
  }),
  outcome,
  problem: z.union([problem, z.literal('none')]),
  problems: z.array(problem),
  causes: problemCauses,
  automation: z.boolean(),
  duplicateKey: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  bytes: count,
  attributes: z.record(z.string(), z.string()),
})

export const convertedIndexSchema: z.ZodType<ConvertedIndex> = z.strictObject({
  segment: z.string().min(1),
  receiver: z.string(),
  segmentCreatedAt: z.int(),
  converterVersion: z.string(),
  coverage: z.array(z.strictObject({ receiver: z.string(), from: z.int(), to: z.int() })),
  damaged: z.array(z.strictObject({ offset: count, bytes: count, near: z.int() })),
  discarded: z.array(
    z.strictObject({
      receivedAt: z.int(),
      channel: z.string(),
      cause: z.enum(DISCARD_CAUSES),
      bytes: count,
      limitBytes: count.default(0),
      automation: z.boolean().default(false),
    }),
  ),
  records: z.array(record),
})
