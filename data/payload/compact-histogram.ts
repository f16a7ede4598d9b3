import type { BucketLayout } from '../histograms/specification.ts'
import { type JsonNode, type JsonObject, memberNamed, sourceOf } from './json-text.ts'

/**
 * What follows the buckets in a histogram's compact form, in this order; -1 where a client has none of it:
 * `[bucket0 … bucketN, sum, log_sum, log_sum_squares, sum_squares_lo, sum_squares_hi]`.
 */
const SUMMARY = ['sum', 'log_sum', 'log_sum_squares', 'sum_squares_lo', 'sum_squares_hi'] as const
const ABSENT = '-1'

/** What the specification of a histogram says as well, and its compact form therefore doesn't. */
const REDUNDANT = ['range', 'bucket_count', 'histogram_type']
const READ: readonly string[] = ['values', ...SUMMARY]

export type CompactHistogram =
  /** `rest`: members that compact form has no place for, `"name":value` with commas between; mostly none. */
  { readonly kind: 'compact'; readonly text: string; readonly rest: string } | Bad

/** `field`: where in the histogram, `value`: what stands there. */
interface Bad {
  readonly kind: 'bad'
  readonly field: string
  readonly value: string
}

interface Part {
  readonly kind: 'part'
  readonly text: string
}

/**
 * The compact form of a raw histogram, as JSON text. Buckets come by their lower bound, only those with something in
 * them and their neighbours. Counts are copied as text, so no 64-bit count is rounded. A value that can't be placed
 * makes the whole histogram bad: leaving it out would say that it never was.
 */
export function compactHistogram(text: string, histogram: JsonNode, layout: BucketLayout): CompactHistogram {
  const others = otherMembers(text, histogram)
  if (others.kind === 'bad') return others
  const values = memberNamed(histogram, 'values')
  if (values?.kind !== 'object') return bad('values', values === null ? 'absent' : sourceOf(text, values))
  const counts = bucketCounts(text, values, layout)
  if (!Array.isArray(counts)) return counts
  const summary: string[] = []
  for (const name of SUMMARY) {
    const number = summaryNumber(text, memberNamed(histogram, name))
    if (number.kind === 'bad') return { ...number, field: name }
    summary.push(number.text)
  }
  return { kind: 'compact', text: `[${[...counts, ...summary].join(',')}]`, rest: others.text }
}

/** A histogram that came in compact form already, where it fits its layout: as it came. */
export function checkCompact(text: string, histogram: JsonNode, layout: BucketLayout): CompactHistogram {
  if (histogram.kind !== 'array') return bad('', sourceOf(text, histogram))
  const length = layout.bounds.length + SUMMARY.length
  if (histogram.items.length !== length) {
    return bad('length', `${histogram.items.length} instead of ${length}`)
  }
  for (const [place, item] of histogram.items.entries()) {
    const source = sourceOf(text, item)
    const fits = place < layout.bounds.length ? isCount(item, source) : item.kind === 'number'
    if (!fits) return bad(`[${place}]`, source)
  }
  return { kind: 'compact', text: sourceOf(text, histogram), rest: '' }
}

/** Members that nobody here knows; and none of those that are read may stand twice, as only one would be kept. */
function otherMembers(text: string, histogram: JsonNode): Part | Bad {
  if (histogram.kind !== 'object') return bad('', sourceOf(text, histogram))
  const seen = new Set<string>()
  const rest: string[] = []
  for (const { name, nameStart, value } of histogram.members) {
    if (READ.includes(name)) {
      if (seen.has(name)) return bad(name, 'stands there twice')
      seen.add(name)
    } else if (!REDUNDANT.includes(name)) {
      rest.push(text.slice(nameStart, value.end))
    }
  }
  return { kind: 'part', text: rest.join(',') }
}

function bucketCounts(text: string, values: JsonObject, layout: BucketLayout): string[] | Bad {
  const counts: string[] = new Array(layout.bounds.length).fill('0')
  const seen = new Set<number>()
  for (const { name, value } of values.members) {
    const place = layout.places.get(name)
    const count = sourceOf(text, value)
    if (place === undefined || seen.has(place) || !isCount(value, count)) return bad(`values.${name}`, count)
    seen.add(place)
    counts[place] = count
  }
  return counts
}

function isCount(node: JsonNode, source: string): boolean {
  return node.kind === 'number' && /^\d+$/.test(source)
}

/** `null` is what a client's JSON writer makes of a sum that is no number: it says as little as absence. */
function summaryNumber(text: string, node: JsonNode | null): Part | Bad {
  if (node === null || node.kind === 'null') return { kind: 'part', text: ABSENT }
  const source = sourceOf(text, node)
  return node.kind === 'number' ? { kind: 'part', text: source } : bad('', source)
}

function bad(field: string, value: string): Bad {
  return { kind: 'bad', field, value }
}
