import { z } from 'zod'
import { type BucketRange, exponentialBounds, linearBounds } from './buckets.ts'
import { DEFAULT_CONSTANTS, type DefinitionConstants, definitionNumber } from './definition-number.ts'

/** The histograms of one revision, by name. */
export interface HistogramSpecification {
  readonly layouts: ReadonlyMap<string, BucketLayout>
  /** Names whose definition can't be read, with why. They are as good as unknown; the others stand. */
  readonly unreadable: ReadonlyMap<string, string>
}

export interface BucketLayout {
  /** Lower bounds, ascending; the first is 0. */
  readonly bounds: readonly number[]
  /** From a bound, as a submission's member name has it, to its place among `bounds`. */
  readonly places: ReadonlyMap<string, number>
}

/** A longer text is no specification; those of 2013 have 120,000 bytes. */
export const MOST_SPECIFICATION_BYTES = 4 * 1024 ** 2

/** More buckets than any client was ever built with; a definition that asks for more is a mistake or an attack. */
const MOST_BUCKETS = 10_000

const definition = z.object({
  kind: z.string(),
  low: z.unknown().optional(),
  high: z.unknown().optional(),
  n_buckets: z.unknown().optional(),
  n_values: z.unknown().optional(),
})

/**
 * A revision's `Histograms.json`: an object of definitions by name. A definition that can't be read spoils only its own
 * histogram. Null where `text` is no such file: no JSON, no object, or without a single definition that can be read
 * (an error page, or the list of bucket bounds that histogram servers also give out).
 */
export function parseSpecification(
  text: string,
  constants: DefinitionConstants = DEFAULT_CONSTANTS,
): HistogramSpecification | null {
  const definitions = parseObject(text)
  if (definitions === null) return null
  const layouts = new Map<string, BucketLayout>()
  const unreadable = new Map<string, string>()
  for (const [name, value] of Object.entries(definitions)) {
    const range = bucketRange(value, constants)
    if (typeof range === 'string') unreadable.set(name, range)
    else layouts.set(name, layoutOf(range))
  }
  return layouts.size === 0 ? null : { layouts, unreadable }
}

const STARTUP = 'STARTUP_'

/** How `name`'s values are laid out; `STARTUP_X`, which no file defines, is laid out as X. Null: not defined. */
export function layoutNamed(specification: HistogramSpecification, name: string): BucketLayout | null {
  const own = specification.layouts.get(name)
  if (own !== undefined) return own
  if (specification.unreadable.has(name)) return null
  return (name.startsWith(STARTUP) && specification.layouts.get(name.slice(STARTUP.length))) || null
}

type Layout = BucketRange & { readonly spacing: 'linear' | 'exponential' }

function layoutOf(layout: Layout): BucketLayout {
  const bounds = layout.spacing === 'linear' ? linearBounds(layout) : exponentialBounds(layout)
  return { bounds, places: new Map(bounds.map((bound, place) => [String(bound), place])) }
}

const THREE_BUCKETS: Layout = { spacing: 'linear', low: 1, high: 2, count: 3 }

/** The layout that `value` defines, or why it defines none. */
function bucketRange(value: unknown, constants: DefinitionConstants): Layout | string {
  const parsed = definition.safeParse(value)
  if (!parsed.success) return 'it is no object with a kind'
  const { kind, low, high, n_buckets, n_values } = parsed.data
  const number = (value: unknown) => definitionNumber(value, constants)
  switch (kind) {
    case 'boolean':
    case 'flag':
    case 'count':
      return THREE_BUCKETS
    case 'enumerated': {
      // One bucket for each value, and one for whatever lies above.
      const values = number(n_values)
      return checked('linear', 1, values, values === null ? null : values + 1)
    }
    case 'linear':
    case 'exponential':
      return checked(kind, number(low ?? 1), number(high), number(n_buckets))
    default:
      return `kind is "${kind}": boolean, count, enumerated, exponential, flag and linear are known`
  }
}

function checked(
  spacing: Layout['spacing'],
  low: number | null,
  high: number | null,
  count: number | null,
): Layout | string {
  if (low === null || high === null || count === null) return 'low, high or the number of buckets is no whole number'
  if (low < 0 || high <= low) return `low is ${low} and high is ${high}: 0 <= low < high is allowed`
  if (count < 3 || count > MOST_BUCKETS) return `it has ${count} buckets: 3 to ${MOST_BUCKETS} are allowed`
  // A low of 0 means what a low of 1 does: the first bucket holds all that is below.
  return { spacing, low: Math.max(1, low), high, count }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
