import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Settings } from '../settings/schema.ts'
import { askOwner, type OwnerQuestion } from './ask-owner.ts'
import { CommandError } from './command.ts'

const problemsAnswer = z.object({ problems: z.array(z.string()) })

/** Asks about incidents and silences. Throws CommandError with the owner's sentences where it refuses. */
export function askDesk<T>(
  settings: Settings,
  { method, path }: Pick<OwnerQuestion, 'method' | 'path'>,
  schema: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const sent = body === undefined ? {} : { body: Readable.from([Buffer.from(JSON.stringify(body))]) }
  return askOwner(settings, { method, path, ...sent }, async (answer) => {
    const given: unknown = JSON.parse(await text(answer.body))
    if (answer.status === 200) return schema.parse(given)
    const problems = problemsAnswer.safeParse(given)
    throw new CommandError(
      problems.success ? problems.data.problems.join('\n') : `the service answered ${answer.status}`,
    )
  })
}
