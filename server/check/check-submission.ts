import type { ConvertedRecord, ProblemCause } from '../../data/converted/converted-record.ts'
import type { DiscardCause } from '../../data/domain/discard.ts'
import type { Revision } from '../../data/histograms/revision.ts'
import { convertSubmission, failedConversion, type SpecificationResult } from '../../data/payload/convert-submission.ts'
import { verdictOf } from '../../data/payload/findings.ts'
import { type ConversionRules, readSubmission } from '../../data/payload/read-submission.ts'
import { type SiftedHistograms, siftHistograms } from '../../data/payload/sift-histograms.ts'
import type { Submission } from '../../data/payload/submission.ts'

export interface CheckRules {
  readonly conversion: ConversionRules
  readonly maxBodyBytes: number
  readonly maxPathBytes: number
  readonly findSpecification: (revision: Revision) => Promise<SpecificationResult>
}

/**
 * What would become of a submission.
 * - `discarded`: the receiver would answer 202 and keep nothing of it; its body, or its path, is longer than `limit` bytes.
 * - `decided`: what the converter would say.
 */
export type CheckedSubmission =
  | {
      readonly kind: 'discarded'
      readonly cause: DiscardCause
      readonly bytes: number
      readonly limit: number
    }
  | {
      readonly kind: 'decided'
      readonly record: ConvertedRecord
      /** How many histograms it has, as far as they were held against a specification. */
      readonly histograms: number
      /** What of each histogram that would be taken out is wrong; also where that are so many that all of it would be kept back. */
      readonly dropped: readonly ProblemCause[]
    }

/** Decides as receiver and converter would: by their own functions, for the same settings. */
export async function checkSubmission(submission: Submission, rules: CheckRules): Promise<CheckedSubmission> {
  const { maxBodyBytes, maxPathBytes } = rules
  const { body, path } = submission
  if (path.length > maxPathBytes) {
    return { kind: 'discarded', cause: 'path', bytes: path.length, limit: maxPathBytes }
  }
  if (body.length > maxBodyBytes) {
    return { kind: 'discarded', cause: 'body', bytes: body.length, limit: maxBodyBytes }
  }
  try {
    return await decide(submission, rules)
  } catch (error) {
    return { kind: 'decided', ...failedConversion(submission, error, rules.conversion), histograms: 0, dropped: [] }
  }
}

async function decide(submission: Submission, rules: CheckRules): Promise<CheckedSubmission> {
  const reading = readSubmission(submission, rules.conversion)
  const { payload } = reading
  const revision = payload?.revision ?? null
  const specification: SpecificationResult =
    revision === null ? { kind: 'unavailable' } : await rules.findSpecification(revision)
  const sifted =
    payload === null || specification.kind !== 'found'
      ? null
      : siftHistograms(payload.text, payload.sections, specification.specification)
  const { record } = convertSubmission(reading, specification, rules.conversion, sifted)
  return { kind: 'decided', record, histograms: sifted?.total ?? 0, dropped: droppedOf(sifted) }
}

/** Each for people's eyes, as a record has the first of them. */
function droppedOf(sifted: SiftedHistograms | null): ProblemCause[] {
  return (sifted?.findings ?? []).flatMap((finding) => verdictOf([finding]).causes)
}
