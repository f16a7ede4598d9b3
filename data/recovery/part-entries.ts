import { z } from 'zod'

/** What the journal keeps of a part of the archive: the segments that it was made of, and its files. */
export const PartBody = z.object({ segments: z.array(z.string()), files: z.array(z.string()) })

/** And of a change of the archive: the files that it replaced, and those that it wrote. */
export const ChangeBody = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    change: z.string(),
    removes: z.array(z.string()),
    files: z.array(z.string()),
  }),
  z.object({ state: z.literal('abandoned') }),
])
