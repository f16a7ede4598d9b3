import { DEFAULT_DIMENSION_SCHEMA, readDimensionSchema } from '../../domain/dimension-schema.ts'
import { DEFAULT_REVISION_RULES } from '../../histograms/revision.ts'
import { parseSpecification } from '../../histograms/specification.ts'
import { type Conversion, convertSubmission, type SpecificationResult } from '../convert-submission.ts'
import { type ConversionRules, readSubmission } from '../read-submission.ts'
import type { Submission } from '../submission.ts'

/** What tests of conversion share: rules with small limits, a submission as a frame brings it, a specification. */
export const TEST_RULES: ConversionRules = {
  maxInflatedBytes: 100_000,
  json: { maxDepth: 30, maxValues: 10_000 },
  lostHistogramsRatio: 0.1,
  revisions: DEFAULT_REVISION_RULES,
  dimensions: readDimensionSchema(DEFAULT_DIMENSION_SCHEMA),
  countryHeader: 'x-country',
}

export const TEST_ID = '17caa68c-25f5-450a-9cce-7d31318846d8'
export const TEST_REVISION = 'http://hg.mozilla.org/mozilla-central/rev/a55c55edf302'

export function specificationOf(text: string): SpecificationResult {
  const specification = parseSpecification(text)
  if (specification === null) throw new Error('the specification must be readable')
  return { kind: 'found', specification }
}

export function submissionOf(
  body: string | Uint8Array,
  path = `/submit/telemetry/${TEST_ID}`,
  headers: Record<string, string> = {},
): Submission {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { frame: 7, receivedAt: 1_389_884_400_000, path, headers, body: bytes }
}

export function converted(
  submission: Submission,
  specification: SpecificationResult,
  rules: ConversionRules = TEST_RULES,
): Conversion {
  return convertSubmission(readSubmission(submission, rules), specification, rules)
}
