import { PROBLEMS, type Problem } from '../../data/domain/outcome.ts'
import { nearestName } from '../settings/nearest-name.ts'
import type { Arguments, OptionSpec } from './arguments.ts'
import { UsageError } from './usage-error.ts'

/** Which kept submissions a command is for. */
export const KEPT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  problem: { value: 'NAMES', about: 'Only submissions counted under these problems, joined by commas. Default: all.' },
  since: { value: 'TIME', about: 'Received from then on, UTC: 2014-02-04 or 2014-02-04T14:00Z. Default: the oldest.' },
  until: { value: 'TIME', about: 'Received before then. Default: the newest.' },
  channel: { value: 'NAME', about: 'Only this channel. Default: all.' },
}

/** The options as a query of the command socket. Throws UsageError for what nobody can mean. */
export function keptQuery(args: Arguments): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of args.option('problem')?.split(',') ?? []) query.append('problem', problemNamed(name.trim()))
  for (const name of ['since', 'until'] as const) {
    const given = args.option(name)
    if (given !== null) query.set(name, String(timeNamed(name, given)))
  }
  const channel = args.option('channel')
  if (channel !== null) query.set('channel', channel)
  return query
}

function problemNamed(given: string): Problem {
  const problem = PROBLEMS.find((known) => known === given)
  if (problem !== undefined) return problem
  const near = nearestName(given, PROBLEMS)
  const hint = near === null ? '' : ` (did you mean ${near}?)`
  throw new UsageError(`--problem is ${JSON.stringify(given)}${hint}: use ${PROBLEMS.join(', ')}`)
}

/** A moment, or the beginning of a day, UTC. Throws UsageError. */
export function timeNamed(option: string, given: string): number {
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(given) ? Date.parse(given) : Number.NaN
  if (Number.isNaN(time)) {
    throw new UsageError(`--${option} is ${JSON.stringify(given)}: use a time such as 2014-02-04T14:00Z, or a date`)
  }
  return time
}
