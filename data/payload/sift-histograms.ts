import type { ProblemCause } from '../converted/converted-record.ts'
import { type BucketLayout, type HistogramSpecification, layoutNamed } from '../histograms/specification.ts'
import { type CompactHistogram, checkCompact, compactHistogram } from './compact-histogram.ts'
import type { DroppedPart } from './dropped-parts.ts'
import { type JsonMember, type JsonNode, type JsonObject, sourceOf } from './json-text.ts'
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
  const sifter = new Sifter(text, specification)
  const edits: Edit[] = []
  for (const section of sections) {
    const sifted = section.isKeyed ? sifter.keyed(section) : sifter.plain(section, section.node)
    if (sifted.changed) edits.push({ start: section.node.start, end: section.node.end, text: sifted.text })
  }
  return { ...sifter.result, edits }
}

/** The text of an object of histograms; `changed`: it isn't what came. */
interface SiftedObject {
  readonly text: string
  readonly changed: boolean
  readonly isEmpty: boolean
}

/** The object to sift, and whose definition its members have where they don't have one each. */
interface Sifting {
  readonly field: string
  readonly form: HistogramSection['form']
  readonly place: readonly string[]
  readonly layout?: BucketLayout
}

class Sifter {
  readonly #text: string
  readonly #specification: HistogramSpecification
  readonly #findings: ProblemCause[] = []
  readonly #dropped: DroppedPart[] = []
  #total = 0
  #lost = 0

  constructor(text: string, specification: HistogramSpecification) {
    this.#text = text
    this.#specification = specification
  }

  get result() {
    return { findings: this.#findings, dropped: this.#dropped, total: this.#total, lost: this.#lost }
  }

  /** Histograms by name, or, with a `layout`, by key. */
  plain(sifting: Sifting, histograms: JsonObject): SiftedObject {
    const repeated = repeatedNames(histograms)
    const kept: string[] = []
    let changed = sifting.form === 'raw'
    for (const member of histograms.members) {
      this.#total++
      const field = `${sifting.field}.${member.name}`
      const layout = sifting.layout ?? layoutNamed(this.#specification, member.name)
      if (layout === null) {
        this.#unknown(member, field, sifting)
        continue
      }
      const result = repeated.has(member.name) ? TWICE : compactOf(this.#text, member.value, layout, sifting.form)
      if (result.kind === 'bad') {
        this.#bad(member, join(field, result.field), result.value, sifting)
        continue
      }
      kept.push(`${this.#nameOf(member)}:${result.text}`)
      changed ||= member.value.kind !== 'array'
      if (result.rest !== '') this.#drop([...sifting.place, this.#nameOf(member)], result.rest)
    }
    return {
      text: `{${kept.join(',')}}`,
      changed: changed || kept.length < histograms.members.length,
      isEmpty: kept.length === 0,
    }
  }

  /** Histograms of one definition each, by key. */
  keyed({ field, node, form, place }: HistogramSection): SiftedObject {
    const repeated = repeatedNames(node)
    const kept: string[] = []
    let changed = form === 'raw'
    for (const member of node.members) {
      const name = this.#nameOf(member)
      const own = { field: `${field}.${member.name}`, form, place: [...place, name] }
      const layout = layoutNamed(this.#specification, member.name)
      if (layout === null) {
        this.#total++
        this.#unknown(member, own.field, { place })
      } else if (repeated.has(member.name) || member.value.kind !== 'object') {
        this.#total++
        const value = repeated.has(member.name) ? TWICE.value : sourceOf(this.#text, member.value)
        this.#bad(member, own.field, value, { place })
      } else {
        const sifted = this.plain({ ...own, layout }, member.value)
        changed ||= sifted.changed
        if (!sifted.isEmpty || member.value.members.length === 0) kept.push(`${name}:${sifted.text}`)
      }
    }
    return {
      text: `{${kept.join(',')}}`,
      changed: changed || kept.length < node.members.length,
      isEmpty: kept.length === 0,
    }
  }

  #unknown(member: JsonMember, field: string, { place }: Pick<Sifting, 'place'>): void {
    this.#takeOut(member, unknownHistogram(this.#specification, field, member.name), place)
  }

  #bad(member: JsonMember, field: string, value: string, { place }: Pick<Sifting, 'place'>): void {
    this.#takeOut(member, { problem: 'bad_histogram', field, value }, place)
  }

  #takeOut(member: JsonMember, finding: ProblemCause, place: readonly string[]): void {
    this.#lost++
    this.#findings.push(finding)
    this.#drop(place, `${this.#nameOf(member)}:${sourceOf(this.#text, member.value)}`)
  }

  #drop(within: readonly string[], member: string): void {
    this.#dropped.push({ within, member })
  }

  /** As it came, in quotes. */
  #nameOf({ nameStart, nameEnd }: JsonMember): string {
    return this.#text.slice(nameStart, nameEnd)
  }
}

/** Of a histogram that `specification` doesn't define, or not readably. */
export function unknownHistogram({ unreadable }: HistogramSpecification, field: string, name: string): ProblemCause {
  return { problem: 'unknown_histogram', field, value: unreadable.get(name) ?? 'not in the specification' }
}

const TWICE = { kind: 'bad', field: '', value: 'stands there twice' } as const

function compactOf(
  text: string,
  histogram: JsonNode,
  layout: BucketLayout,
  form: HistogramSection['form'],
): CompactHistogram {
  const isRaw = form === 'raw' || histogram.kind === 'object'
  return isRaw ? compactHistogram(text, histogram, layout) : checkCompact(text, histogram, layout)
}

function repeatedNames({ members }: JsonObject): Set<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of members) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
  }
  return repeated
}

function join(field: string, part: string): string {
  return part === '' || part.startsWith('[') ? field + part : `${field}.${part}`
}
