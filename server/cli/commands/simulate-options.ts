import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { CHANNELS } from '../../simulate/story/channels.ts'
import { STORY_EVENTS, type StoryEvent } from '../../simulate/story/events.ts'
import { FAULTS, type Fault } from '../../simulate/traffic/faults.ts'
import type { Arguments } from '../arguments.ts'
import { UsageError } from '../usage-error.ts'

/** Readers of the options of `simulate`. Each throws UsageError, naming the option, its value and what is allowed. */

export function urlOption(args: Arguments): URL {
  const text = args.option('url') ?? 'http://127.0.0.1:8080'
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 'http:') throw invalid('url', text, 'an address such as http://127.0.0.1:8080')
  return url
}

export function positiveNumber(args: Arguments, name: string, otherwise: number): number {
  const text = args.option(name)
  if (text === null) return otherwise
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw invalid(name, text, 'a number above 0')
}

export function seedOption(args: Arguments): number {
  const text = args.option('seed') ?? '1'
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < 2 ** 31) return seed
  throw invalid('seed', text, 'a whole number from 0 to 2147483647')
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS }

/** In milliseconds; null: without end. */
export function durationOption(args: Arguments): number | null {
  const text = args.option('duration')
  if (text === null) return null
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? []
  const milliseconds = Number(number) * (UNITS[unit ?? ''] ?? Number.NaN)
  if (milliseconds > 0) return milliseconds
  throw invalid('duration', text, 'a number above 0 with its unit: 90s, 10m, 2h')
}

/** As the counts name them; null: all. */
export function channelsOption(args: Arguments): ReadonlySet<string> | null {
  const names = CHANNELS.map(({ channel }) => channel)
  const chosen = listOption(args, 'channels', names)
  return chosen === null ? null : new Set(chosen)
}

export function faultsOption(args: Arguments): readonly Fault[] {
  return listOption(args, 'fault', FAULTS) ?? []
}

/** Null: all; empty: none. */
export function eventsOption(args: Arguments): readonly StoryEvent[] | null {
  return args.option('events') === 'none' ? [] : listOption(args, 'events', STORY_EVENTS, ['none'])
}

/** Null: the story's own dates. */
export function endAtOption(args: Arguments, now: number): number | null {
  const text = args.option('end-at')
  if (text === null) return null
  if (text === 'now') return now
  // A time without a zone is UTC here, like every other.
  const time = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`)
  if (!Number.isNaN(time) && /^\d{4}-\d\d-\d\d/.test(text)) return time
  throw invalid('end-at', text, '"now", or a time such as 2014-02-13T00:00:00Z')
}

/** Names separated by commas; case doesn't matter. `further` are names that are handled elsewhere. */
function listOption<T extends string>(
  args: Arguments,
  name: string,
  known: readonly T[],
  further: readonly string[] = [],
): T[] | null {
  const text = args.option(name)
  if (text === null) return null
  return text.split(',').map((part) => {
    const found = known.find((candidate) => candidate.toLowerCase() === part.trim().toLowerCase())
    if (found === undefined) throw invalid(name, part, [...known, ...further].join(', '))
    return found
  })
}

function invalid(name: string, value: string, allowed: string): UsageError {
  return new UsageError(`--${name} is ${JSON.stringify(value)}: allowed is ${allowed}`)
}
