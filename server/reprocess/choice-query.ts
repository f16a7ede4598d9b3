import { z } from 'zod'
import { PROBLEMS } from '../../data/domain/outcome.ts'
import type { KeptChoice } from '../../data/reprocess/choice.ts'

/** Query of everything that chooses among kept submissions; `problem` may stand several times. */
export const choiceQuery = z
  .object({
    problem: z.array(z.enum(PROBLEMS)).default([]),
    since: z.array(z.coerce.number()).max(1).default([]),
    until: z.array(z.coerce.number()).max(1).default([]),
    channel: z.array(z.string()).max(1).default([]),
  })
  .transform(({ problem, since, until, channel }): KeptChoice => {
    return { problems: problem, since: since[0] ?? null, until: until[0] ?? null, channel: channel[0] ?? null }
  })
