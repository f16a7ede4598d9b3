import type { ConvertedContent, ConvertedRecord, ProblemCause } from '../converted/converted-record.ts'
import { applySchema } from '../domain/dimension-schema.ts'
import { parseSubmissionPath } from '../domain/submission-path.ts'
import { revisionUrl } from '../histograms/revision.ts'
import { type HistogramSpecification, layoutNamed } from '../histograms/specification.ts'
import { checkCompact, compactHistogram } from './compact-histogram.ts'
import { verdictOf } from './findings.ts'
import { type JsonObject, sourceOf, stringOf } from './json-text.ts'
import { dimensionsOfPath } from './payload-dimensions.ts'
import { type ConversionRules, normalOs, type Reading, type ReadPayload } from './read-submission.ts'
import { duplicateKey, isAutomation, type Submission } from './submission.ts'

/**
 * What the sources of specifications said of a reading's revision: `unknown`, a server answered that there is none;
 * `unavailable`, nobody could say. Payloads without histograms need none: `unavailable` will do.
 */
export type SpecificationResult =
  | { readonly kind: 'found'; readonly specification: HistogramSpecification }
  | { readonly kind: 'unknown' | 'unavailable' }

export interface Conversion {
  readonly record: ConvertedRecord
  readonly content: ConvertedContent
}

/**
 * Decides what becomes of a submission; what isn't converted is kept as it came. `sifted`: its histograms, where somebody
 * has compared them with the specification already.
 */
export function convertSubmission(
  reading: Reading,
  specification: SpecificationResult,
  rules: ConversionRules,
  sifted: SiftedHistograms | null = null,
): Conversion {
  const { payload, findings } = reading
  if (payload === null) return conversion(reading, findings, null)
  if (payload.histograms === null) return conversion(reading, findings, rewritten(payload, null))
  if (specification.kind !== 'found') {
    const problem = specification.kind === 'unknown' ? 'unknown_revision' : 'specification_unavailable'
    const value = payload.revision === null ? '' : revisionUrl(payload.revision)
    return conversion(reading, [...findings, { problem, field: 'info.revision', value }], null)
  }
  const {
    kept,
    dropped,
    findings: more,
    total,
  } = sifted ?? siftHistograms(payload, payload.histograms, specification.specification)
  const all = [...findings, ...more]
  if (dropped.length > total * rules.lostHistogramsRatio) {
    const value = `${dropped.length} of ${total}`
    return conversion(reading, [...all, { problem: 'histograms_lost', field: 'histograms', value }], null)
  }
  return conversion(reading, all, rewritten(payload, { kept, dropped }))
}

/**
 * The record of a submission that our own code failed on, kept whole: `rejected` as `corrupted_data`, with `why`. Asks
 * as little of the submission as can be asked, so that it doesn't fail as well.
 */
export function failedConversion(submission: Submission, why: string, rules: ConversionRules): Conversion {
  const path = parseSubmissionPath(submission.path)
  const reading: Reading = {
    submission,
    documentId: path.kind === 'elsewhere' ? '' : path.documentId,
    dimensions: applySchema(dimensionsOfPath(path), rules.dimensions),
    attributes: {},
    findings: [{ problem: 'corrupted_data', field: 'conversion', value: why }],
    payload: null,
  }
  return conversion(reading, reading.findings, null)
}

/** The texts of a converted payload, and of what was taken out of it. */
interface Rewritten {
  readonly payload: string
  readonly dropped: string
}

function conversion(reading: Reading, findings: readonly ProblemCause[], rewritten: Rewritten | null): Conversion {
  const { submission, documentId, dimensions, attributes } = reading
  const verdict = verdictOf(findings)
  const copyable = documentId !== '' && verdict.outcome !== 'rejected'
  const record: ConvertedRecord = {
    frame: submission.frame,
    receivedAt: submission.receivedAt,
    documentId,
    dimensions,
    ...verdict,
    automation: isAutomation(submission),
    duplicateKey: copyable ? duplicateKey(documentId, dimensions.reason, submission.body) : null,
    bytes: submission.body.length,
    attributes,
  }
  const convertible = verdict.outcome === 'accepted' || verdict.outcome === 'salvaged'
  if (rewritten !== null && convertible) return { record, content: { kind: 'converted', ...rewritten } }
  const { path, headers, body } = submission
  return { record, content: { kind: 'raw', path, headers, body } }
}

/** Histograms as they are to be stored, and those that are taken out: `"NAME":…`, with commas between them. */
export interface SiftedHistograms {
  readonly kept: string
  /** One by one. */
  readonly dropped: readonly string[]
  readonly findings: readonly ProblemCause[]
  readonly total: number
}

function siftHistograms(
  payload: ReadPayload,
  histograms: JsonObject,
  specification: HistogramSpecification,
): SiftedHistograms {
  const { text, version } = payload
  const compact = version === 1 ? compactHistogram : checkCompact
  const repeated = repeatedNames(histograms)
  const kept: string[] = []
  const dropped: string[] = []
  const findings: ProblemCause[] = []
  for (const member of histograms.members) {
    const name = text.slice(member.nameStart, member.nameEnd)
    const layout = layoutNamed(specification, member.name)
    if (layout === null) {
      dropped.push(`${name}:${sourceOf(text, member.value)}`)
      findings.push(unknownHistogram(specification, member.name))
      continue
    }
    const result = repeated.has(member.name)
      ? ({ kind: 'bad', field: '', value: 'stands there twice' } as const)
      : compact(text, member.value, layout)
    if (result.kind === 'compact') {
      kept.push(`${name}:${result.text}`)
    } else {
      dropped.push(`${name}:${sourceOf(text, member.value)}`)
      findings.push({
        problem: 'bad_histogram',
        field: join(`histograms.${member.name}`, result.field),
        value: result.value,
      })
    }
  }
  return { kept: kept.join(','), dropped, findings, total: histograms.members.length }
}

/** Of a histogram that `specification` doesn't define, or not readably. */
export function unknownHistogram({ unreadable }: HistogramSpecification, name: string): ProblemCause {
  const value = unreadable.get(name) ?? 'not in the specification'
  return { problem: 'unknown_histogram', field: `histograms.${name}`, value }
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

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The payload with its changed parts, everything between them as it came; `sifted`: null where it has no histograms. */
function rewritten(payload: ReadPayload, sifted: Pick<SiftedHistograms, 'kept' | 'dropped'> | null): Rewritten {
  const { text, version, versionNode, osNode, histograms } = payload
  const edits: Edit[] = [{ start: versionNode.start, end: versionNode.end, text: '2' }]
  const dropped: string[] = []
  if (sifted !== null && histograms !== null) {
    if (version === 1 || sifted.dropped.length > 0) {
      edits.push({ start: histograms.start, end: histograms.end, text: `{${sifted.kept}}` })
    }
    if (sifted.dropped.length > 0) dropped.push(`"histograms":{${sifted.dropped.join(',')}}`)
  }
  if (osNode !== null) {
    const os = stringOf(text, osNode)
    if (normalOs(os) !== os) {
      edits.push({ start: osNode.start, end: osNode.end, text: JSON.stringify(normalOs(os)) })
      dropped.push(`"info":{"OS":${sourceOf(text, osNode)}}`)
    }
  }
  return { payload: edited(text, edits), dropped: dropped.length === 0 ? '' : `{${dropped.join(',')}}` }
}

function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text)
    at = edit.end
  }
  parts.push(text.slice(at))
  return parts.join('')
}
