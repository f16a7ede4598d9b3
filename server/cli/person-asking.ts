import type { Arguments } from './arguments.ts'
import type { CommandIo } from './command.ts'
import { UsageError } from './usage-error.ts'

/** In whose name something is done: `--by`, or the user's own name. */
export function personAsking(args: Arguments, { environment }: Pick<CommandIo, 'environment'>): string {
  const name = args.option('by') ?? environment.USER ?? environment.LOGNAME ?? ''
  if (name.trim() === '') throw new UsageError('say in whose name it is done: --by NAME')
  return name.trim()
}
