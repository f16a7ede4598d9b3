import type { ConvertedContent, ConvertedRecord, ProblemCause } from '../converted/converted-record.ts'
import { applySchema } from '../domain/dimension-schema.ts'
import { parseSubmissionPath } from '../domain/submission-path.ts'
import { revisionUrl } from '../histograms/revision.ts'
import type { HistogramSpecification } from '../histograms/specification.ts'
import { droppedText } from './dropped-parts.ts'
import { verdictOf } from './findings.ts'
import { dimensionsOfPath } from './payload-dimensions.ts'
import type { ConversionRules, Reading } from './read-submission.ts'
import { type SiftedHistograms, siftHistograms } from './sift-histograms.ts'
import { duplicateKey, isAutomation, type Submission } from './submission.ts'
import type { Rewritten } from './versions/versioned-payload.ts'

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
  if (payload.sections.length === 0) {
    return conversion(reading, findings, payload.rewritten({ edits: [], dropped: [] }))
  }
  if (specification.kind !== 'found') {
    const problem = specification.kind === 'unknown' ? 'unknown_revision' : 'specification_unavailable'
    const value = payload.revision === null ? '' : revisionUrl(payload.revision)
    return conversion(reading, [...findings, { problem, field: payload.revisionField, value }], null)
  }
  const histograms = sifted ?? siftHistograms(payload.text, payload.sections, specification.specification)
  const all = [...findings, ...histograms.findings]
  if (histograms.lost > histograms.total * rules.lostHistogramsRatio) {
    const field = payload.sections[0]?.field ?? ''
    const value = `${histograms.lost} of ${histograms.total}`
    return conversion(reading, [...all, { problem: 'histograms_lost', field, value }], null)
  }
  return conversion(reading, all, payload.rewritten(histograms))
}

/**
 * The record of a submission that our own code failed on, kept whole: `rejected`, with `why`: a sentence, or what was thrown.
 * `corrupted_data` where it threw, `bad_payload` where the submission ended or held up whoever converted it. Asks as little of
 * the submission as can be asked, so that it doesn't fail as well.
 */
export function failedConversion(
  submission: Submission,
  why: unknown,
  rules: ConversionRules,
  problem: 'corrupted_data' | 'bad_payload' = 'corrupted_data',
): Conversion {
  const path = parseSubmissionPath(submission.path)
  const reading: Reading = {
    submission,
    documentId: path.kind === 'elsewhere' ? '' : path.documentId,
    dimensions: applySchema(dimensionsOfPath(path), rules.dimensions),
    attributes: {},
    findings: [{ problem, field: 'conversion', value: String(why), ...thrown(why) }],
    payload: null,
  }
  return conversion(reading, reading.findings, null)
}

function conversion(reading: Reading, findings: readonly ProblemCause[], rewritten: Rewritten | null): Conversion {
  const { submission, documentId, dimensions, attributes } = reading
  const { outcome, problem, problems, causes } = verdictOf(findings)
  const copyable = documentId !== '' && outcome !== 'rejected'
  const record: ConvertedRecord = {
    frame: submission.frame,
    receivedAt: submission.receivedAt,
    documentId,
    dimensions,
    outcome,
    problem,
    problems,
    causes,
    automation: isAutomation(submission),
    duplicateKey: copyable ? duplicateKey(documentId, dimensions.reason, submission.body) : null,
    bytes: submission.body.length,
    attributes,
  }
  const convertible = outcome === 'accepted' || outcome === 'salvaged'
  if (rewritten !== null && convertible) {
    const { payload, dropped } = rewritten
    return { record, content: { kind: 'converted', payload, dropped: droppedText(dropped) } }
  }
  const { path, headers, body } = submission
  return { record, content: { kind: 'raw', path, headers, body } }
}

function thrown(why: unknown): Pick<ProblemCause, 'exception'> {
  return why instanceof Error ? { exception: why.stack ?? String(why) } : {}
}
