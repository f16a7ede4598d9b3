import { text } from 'node:stream/consumers'
import type { z } from 'zod'
import { workLine } from '../archive/archive-lines.ts'
import type { Settings } from '../settings/schema.ts'
import { askOwner, type OwnerQuestion } from './ask-owner.ts'
import { CommandError, type CommandIo } from './command.ts'
import { jsonLines } from './json-lines.ts'
import { progressLine } from './progress-line.ts'

const EXIT_INTERRUPTED = 130

/** Asks for something that takes long, tells how far it is, and answers what it came to. What was done when it is interrupted stays done. */
export async function followWork<State>(
  settings: Settings,
  question: OwnerQuestion,
  {
    schema,
    progress,
    io,
  }: { readonly schema: z.ZodType<State>; readonly progress: (state: State) => string; readonly io: CommandIo },
): Promise<State> {
  const line = progressLine(io)
  try {
    return await askOwner(settings, { ...question, needsState: true, stop: io.stop }, async ({ status, body }) => {
      if (status !== 200) throw new CommandError(await text(body))
      for await (const said of jsonLines(body, workLine)) {
        if (io.stop.aborted) throw new Error('asked to stop')
        if (said.kind === 'failed') throw new CommandError(said.message)
        if (said.kind === 'done') return schema.parse(said.state)
        line.show(progress(schema.parse(said.state)))
      }
      throw new CommandError('the service ended before it was through: what was done is whole, ask once more')
    })
  } catch (error) {
    if (!io.stop.aborted) throw error
    throw new CommandError(
      'interrupted: what was done is whole, the same command goes on with the rest',
      EXIT_INTERRUPTED,
    )
  } finally {
    line.clear()
  }
}
