import { z } from 'zod'

/** One line of the answer; the last is `done`, or `failed`. */
export const reprocessLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), tried: z.number(), converted: z.number(), filesLeft: z.number() }),
  z.object({
    kind: z.literal('done'),
    /** Whether it was asked to end before it was through. */
    isInterrupted: z.boolean(),
    problems: z.array(
      z.object({
        problem: z.string(),
        tried: z.number(),
        converted: z.number(),
        still: z.record(z.string(), z.number()),
      }),
    ),
  }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
])
export type ReprocessLine = z.infer<typeof reprocessLine>
