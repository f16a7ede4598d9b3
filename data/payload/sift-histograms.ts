import type { ProblemCause } from '../converted/converted-record.ts'
import { type BucketLayout, type HistogramSpecification, layoutNamed } from '../histograms/specification.ts'
import { type CompactHistogram, checkCompact, compactHistogram } from './compact-histogram.ts'
import type { DroppedPart } from './dropped-parts.ts'
import { type JsonMember, type JsonNode, type JsonObject, repeatedNames, sourceOf } from './json-text.ts'
import type { Edit } from './text-edits.ts'
import type { HistogramSection, SectionEdits } from './versions/versioned-payload.ts'

/** What becomes of a payload's histograms. */
export interface SiftedHistograms extends SectionEdits {
  readonly findings: readonly ProblemCause[]
  readonly total: number
  /** How many of them were taken out. */
  readonly lost: number
}

/**
 * Each histogram in its compact form; those that aren't defined or don't fit their definition are taken out, and nothing
 * else suffers by them.
 */
export function siftHistograms(
  text: string,
  sections: readonly HistogramSection[],
  specification: HistogramSpecification,
): SiftedHistograms {
  const sieve: Sieve = { text, specification, findings: [], dropped: [], total: 0, lost: 0 }
  const edits: Edit[] = []
  for (const section of sections) {
    const { node } = section
    const sifted = section.isKeyed ? siftKeyed(sieve, section) : siftPlain(sieve, section, node)
    if (sifted.changed) edits.push({ start: node.start, end: node.end, text: sifted.text })
  }
  const { findings, dropped, total, lost } = sieve
  return { edits, findings, dropped, total, lost }
}

/** Of a histogram that `specification` doesn't define, or not readably. */
export function unknownHistogram({ unreadable }: HistogramSpecification, field: string, name: string): ProblemCause {
  return { problem: 'unknown_histogram', field, value: unreadable.get(name) ?? 'not in the specification' }
}

/** What all sections of one payload have in common, and what falls through. */
interface Sieve {
  readonly text: string
  readonly specification: HistogramSpecification
  readonly findings: ProblemCause[]
  readonly dropped: DroppedPart[]
  total: number
  lost: number
}

/** Where the members of an object of histograms stand, and whose definition they have where they don't have one each. */
interface Sifting {
  readonly field: string
  readonly place: readonly string[]
  readonly layout?: BucketLayout
}

/** The text of an object of histograms; `changed`: it isn't what came. */
interface SiftedObject {
  readonly text: string
  readonly changed: boolean
  readonly isEmpty: boolean
}

/** Histograms by name, or, with a `layout`, by key. */
function siftPlain(sieve: Sieve, { field, place, layout }: Sifting, histograms: JsonObject): SiftedObject {
  const { text, specification } = sieve
  const repeated = repeatedNames(histograms)
  const kept: string[] = []
  let changed = false
  for (const member of histograms.members) {
    const own = `${field}.${member.name}`
    const ownLayout = layout ?? layoutNamed(specification, member.name)
    sieve.total++
    if (ownLayout === null) {
      takeOut(sieve, member, unknownHistogram(specification, own, member.name), place)
      continue
    }
    const result = repeated.has(member.name) ? TWICE : compactOf(text, member.value, ownLayout)
    if (result.kind === 'bad') {
      takeOut(sieve, member, badHistogram(join(own, result.field), result.value), place)
      continue
    }
    const name = nameOf(text, member)
    kept.push(`${name}:${result.text}`)
    changed ||= member.value.kind !== 'array'
    if (result.rest !== '') sieve.dropped.push({ within: [...place, name], member: result.rest })
  }
  return sifted(kept, changed, histograms)
}

/** Histograms of one definition each, by key. */
function siftKeyed(sieve: Sieve, { field, node, place }: HistogramSection): SiftedObject {
  const { text, specification } = sieve
  const repeated = repeatedNames(node)
  const kept: string[] = []
  let changed = false
  for (const member of node.members) {
    const own = `${field}.${member.name}`
    const layout = layoutNamed(specification, member.name)
    const { value } = member
    if (layout !== null && value.kind === 'object' && !repeated.has(member.name)) {
      const name = nameOf(text, member)
      const inside = siftPlain(sieve, { field: own, place: [...place, name], layout }, value)
      changed ||= inside.changed
      if (!inside.isEmpty || value.members.length === 0) kept.push(`${name}:${inside.text}`)
      continue
    }
    sieve.total++
    const bad = badHistogram(own, repeated.has(member.name) ? TWICE.value : sourceOf(text, value))
    takeOut(sieve, member, layout === null ? unknownHistogram(specification, own, member.name) : bad, place)
  }
  return sifted(kept, changed, node)
}

function sifted(kept: readonly string[], changed: boolean, came: JsonObject): SiftedObject {
  return {
    text: `{${kept.join(',')}}`,
    changed: changed || kept.length < came.members.length,
    isEmpty: kept.length === 0,
  }
}

function takeOut(sieve: Sieve, member: JsonMember, finding: ProblemCause, place: readonly string[]): void {
  const { text } = sieve
  sieve.lost++
  sieve.findings.push(finding)
  sieve.dropped.push({ within: place, member: `${nameOf(text, member)}:${sourceOf(text, member.value)}` })
}

const TWICE = { kind: 'bad', field: '', value: 'stands there twice' } as const

function badHistogram(field: string, value: string): ProblemCause {
  return { problem: 'bad_histogram', field, value }
}

/**
 * A list is a histogram in compact form already. Converted payloads may hold others beside: those that were put back because
 * their definition is known by now.
 */
function compactOf(text: string, histogram: JsonNode, layout: BucketLayout): CompactHistogram {
  const isCompact = histogram.kind === 'array'
  return isCompact ? checkCompact(text, histogram, layout) : compactHistogram(text, histogram, layout)
}

/** As it came, in quotes. */
function nameOf(text: string, { nameStart, nameEnd }: JsonMember): string {
  return text.slice(nameStart, nameEnd)
}

function join(field: string, part: string): string {
  return part === '' || part.startsWith('[') ? field + part : `${field}.${part}`
}
