import type { ProblemCause } from '../../converted/converted-record.ts'
import type { Dimensions } from '../../domain/dimensions.ts'
import type { DroppedPart } from '../dropped-parts.ts'
import { type JsonNode, type JsonObject, memberNamed, sourceOf } from '../json-text.ts'
import type { Edit } from '../text-edits.ts'

/** What the reader of one version makes of a payload: where its parts stand, before any histogram is looked at. */
export interface VersionedPayload {
  /** What makes it no payload of its version. It has dimensions all the same, as far as they can be read. */
  readonly problem: ProblemCause | null
  readonly dimensions: Readonly<Record<keyof Dimensions, OwnValue>>
  readonly revision: Field
  readonly os: Field
  /** Those with something in them. */
  readonly sections: readonly HistogramSection[]
  /** The converted payload, once it is known what becomes of each section. Not to be called where there is a problem. */
  readonly rewritten: (sections: SectionEdits) => Rewritten
}

/** A part of a payload: its node, if it is there, and what people call it: `payload.info.revision`. */
export interface Field {
  readonly field: string
  readonly node: JsonNode | null
}

/** What a payload itself says of a dimension; null: nothing. */
export interface OwnValue {
  readonly field: string
  readonly value: string | null
}

export interface HistogramSection {
  /** `payload.histograms` */
  readonly field: string
  readonly node: JsonObject
  /** Its members hold histograms by key, instead of one each. */
  readonly isKeyed: boolean
  /** Where the section stands once it is converted: names in quotes, outermost first. */
  readonly place: readonly string[]
}

export interface SectionEdits {
  readonly edits: readonly Edit[]
  readonly dropped: readonly DroppedPart[]
}

export interface Rewritten {
  readonly payload: string
  readonly dropped: readonly DroppedPart[]
}

/** `histograms` and `keyedHistograms` of `holder`, where they hold something. `path`: what `holder` is called. */
export function histogramSections(
  holder: JsonNode | null,
  path: readonly string[],
  place: readonly string[] = path,
): HistogramSection[] {
  const sections: HistogramSection[] = []
  for (const { name, isKeyed } of SECTIONS) {
    const node = memberNamed(holder, name)
    if (node?.kind !== 'object' || node.members.length === 0) continue
    const field = [...path, name].join('.')
    sections.push({ field, node, isKeyed, place: [...place, name].map((part) => `"${part}"`) })
  }
  return sections
}

const SECTIONS = [
  { name: 'histograms', isKeyed: false },
  { name: 'keyedHistograms', isKeyed: true },
]

/** The part of `root` that the names lead to. */
export function fieldAt(root: JsonNode | null, ...names: readonly string[]): Field {
  let node = root
  for (const name of names) node = memberNamed(node, name)
  return { field: names.join('.'), node }
}

/** A problem where one of `fields` is there and no object; `null` is as good as not there. */
export function noObject(text: string, fields: readonly Field[]): ProblemCause | null {
  for (const { field, node } of fields) {
    if (node !== null && node.kind !== 'object' && node.kind !== 'null') {
      return { problem: 'bad_payload', field, value: sourceOf(text, node) }
    }
  }
  return null
}

/** A problem where one of `names`, which conversion reads, stands twice in `holder`: nobody knows which is meant. */
export function standsTwice({ field, node }: Field, names: readonly string[]): ProblemCause | null {
  if (node?.kind !== 'object') return null
  const seen = new Set<string>()
  for (const { name } of node.members) {
    if (!names.includes(name)) continue
    if (seen.has(name)) {
      return { problem: 'bad_payload', field: field === '' ? name : `${field}.${name}`, value: 'stands there twice' }
    }
    seen.add(name)
  }
  return null
}
