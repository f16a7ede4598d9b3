import { z } from 'zod'
import type { DefinitionConstants } from './definition-number.ts'
import { parseSpecification } from './specification.ts'

/** A specification with every bucket worked out, as the histogram server of 2013 gave it out. */
export interface BucketList {
  readonly histograms: Readonly<Record<string, BucketListEntry>>
}

export interface BucketListEntry {
  /** The number by which submissions call the kind (`histogram_type`), as text. */
  readonly kind: string
  readonly min: number
  /** Lower bounds, ascending; the first is 0. */
  readonly buckets: readonly number[]
  readonly max: number
  readonly bucket_count: number
}

/** An enumerated histogram is a linear one to those who send it. */
const KIND_NUMBERS: Readonly<Record<string, string>> = {
  exponential: '0',
  linear: '1',
  enumerated: '1',
  boolean: '2',
  flag: '3',
  count: '4',
}

/** Histograms that browsers also keep apart for their start, by what their names contain. */
const KEPT_FOR_THE_START = /SQLITE|HTTP|SPDY|CACHE|DNS/

const definitionsSchema = z.record(z.string(), z.looseObject({ kind: z.string() }).catch({ kind: '' }))

/**
 * The buckets of all histograms that `text`, a `Histograms.json`, defines readably, and those of their `STARTUP_` twins.
 * Null where `text` is no specification.
 */
export function bucketList(text: string, constants: DefinitionConstants): BucketList | null {
  const specification = parseSpecification(text, constants)
  if (specification === null) return null
  const definitions = new Map(Object.entries(definitionsSchema.parse(JSON.parse(text))))
  const defined = new Map<string, BucketListEntry>()
  for (const [name, { bounds }] of specification.layouts) {
    const entry = entryOf(definitions.get(name)?.kind, bounds)
    if (entry !== null) defined.set(name, entry)
  }
  const twins = [...defined].filter(([name]) => KEPT_FOR_THE_START.test(name))
  const startup = twins.map(([name, entry]): [string, BucketListEntry] => [`STARTUP_${name}`, entry])
  // What the file itself defines under a twin's name is the one that counts.
  return { histograms: Object.fromEntries([...startup, ...defined]) }
}

function entryOf(kind: string | undefined, buckets: readonly number[]): BucketListEntry | null {
  const number = kind === undefined ? undefined : KIND_NUMBERS[kind]
  const min = buckets[1]
  const max = buckets.at(-1)
  if (number === undefined || min === undefined || max === undefined) return null
  return { kind: number, min, buckets, max, bucket_count: buckets.length }
}
