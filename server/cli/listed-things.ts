import { HOUR_MS } from '../../data/domain/time.ts'
import type { Arguments } from './arguments.ts'
import { timeNamed } from './kept-options.ts'
import { UsageError } from './usage-error.ts'

/** What a command does with things that people add, list, and end or take away by their number. */
interface ListedThings {
  /** `end`: the word for being done with one. */
  readonly ends: string
  list(): Promise<number>
  add(): Promise<number>
  /** `number` is digits. */
  end(number: string): Promise<number>
}

/** Does what the operands say: `list`, `add`, or the ending word with a number. Throws UsageError. */
export function withListed(args: Arguments, thing: string, things: ListedThings): Promise<number> {
  const [what = '', number = null] = args.operands
  if (what === 'list' && number === null) return things.list()
  if (what === 'add' && number === null) return things.add()
  if (what !== things.ends || number === null) {
    throw new UsageError(`use "add" with options, "list", or "${things.ends} NUMBER"`)
  }
  if (!/^\d+$/.test(number)) {
    throw new UsageError(`${thing} is ${JSON.stringify(number)}: use its number, as "list" says it`)
  }
  return things.end(number)
}

/** The end that `--to`, say, or else `--hours` gives to what begins at `from`; null: neither does. Throws UsageError. */
export function endGiven(args: Arguments, option: 'to' | 'until', from: number): number | null {
  const [end, hours] = [args.option(option), args.option('hours')]
  if (end !== null && hours !== null) throw new UsageError(`use either --${option} or --hours`)
  if (end !== null) return timeNamed(option, end)
  if (hours === null) return null
  const amount = Number(hours)
  if (!(amount > 0)) throw new UsageError(`--hours is ${JSON.stringify(hours)}: use a number above 0`)
  return from + amount * HOUR_MS
}
