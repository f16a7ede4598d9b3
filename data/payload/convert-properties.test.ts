import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OUTCOME_OF_PROBLEM, PROBLEMS } from '../domain/outcome.ts'
import { SUBMISSION_PREFIX } from '../domain/submission-path.ts'
import type { Conversion, SpecificationResult } from './convert-submission.ts'
import { type JsonNode, scanJson, sourceOf } from './json-text.ts'
import { ANY_SPECIFICATION, anyPayload } from './testing/any-payload.ts'
import { converted, specificationOf, submissionOf, TEST_ID, TEST_RULES } from './testing/conversion.ts'

const found = specificationOf(ANY_SPECIFICATION)
/** Histograms may all be taken out, so that what is lost is lost from a converted payload. */
const lenient = { ...TEST_RULES, lostHistogramsRatio: 1 }
const FULL_PATH = `${SUBMISSION_PREFIX}${TEST_ID}/idle-daily/Firefox/29.0a1/nightly/20140116030203`

const anyBody = fc
  .oneof(
    { weight: 3, arbitrary: anyPayload.map((text) => Buffer.from(text)) },
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .jsonValue()
      .map((value) => Buffer.from(`{"version":4,"type":"main","application":{},"payload":${JSON.stringify(value)}}`)),
  )
  .chain((body) => fc.constantFrom(body, gzipSync(body), gzipSync(body).subarray(0, -3), body.subarray(0, -3)))
const anyPath = fc.oneof(
  fc.constantFrom(FULL_PATH, `${SUBMISSION_PREFIX}${TEST_ID}`),
  fc.webPath().map((path) => `/submit/telemetry${path}`),
  fc.string({ unit: 'binary' }),
)
const anySpecification = fc.constantFrom<SpecificationResult>(found, { kind: 'unknown' }, { kind: 'unavailable' })

/** Thousands of cases, on a machine that may have other things to do. */
const PATIENCE_MS = 60_000

describe('whatever comes', { timeout: PATIENCE_MS }, () => {
  test('it ends in one outcome, and what isn’t converted is kept byte for byte', () => {
    fc.assert(
      fc.property(anyBody, anyPath, anySpecification, (body, path, specification) => {
        const { record, content } = converted(submissionOf(body, path), specification)
        const first = record.problems[0]
        expect(record.problem).toBe(first ?? 'none')
        expect(record.outcome).toBe(first === undefined ? 'accepted' : OUTCOME_OF_PROBLEM[first])
        expect(new Set(record.problems).size).toBe(record.problems.length)
        expect(record.problems.every((problem) => PROBLEMS.includes(problem))).toBe(true)
        expect(record.causes.map(({ problem }) => problem)).toEqual(record.problems)
        expect(record.causes.every(({ field, value }) => field.length <= 200 && value.length <= 200)).toBe(true)
        expect(content.kind).toBe(['accepted', 'salvaged'].includes(record.outcome) ? 'converted' : 'raw')
        if (content.kind === 'raw') expect(Buffer.from(content.body).equals(body)).toBe(true)
        else JSON.parse(content.payload)
      }),
      { numRuns: 2000 },
    )
  })

  test('of a payload nothing is lost but what the specification, the path or the version says as well', () => {
    let compared = 0
    fc.assert(
      fc.property(anyPayload, (text) => {
        const content = contentOf(converted(submissionOf(text), found, lenient))
        if (content === null) return
        compared++
        const left = new Set([...leaves(content.payload), ...leaves(content.dropped)])
        const lost = leaves(text).filter((leaf) => !left.has(leaf))
        expect(lost).toEqual([])
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  test('what is converted once is converted: again changes nothing', () => {
    let compared = 0
    fc.assert(
      fc.property(anyPayload, fc.constantFrom(FULL_PATH, `${SUBMISSION_PREFIX}${TEST_ID}`), (text, path) => {
        const once = converted(submissionOf(text, path), found, lenient)
        const content = contentOf(once)
        if (content === null) return
        compared++
        const twice = converted(submissionOf(content.payload, path), found, lenient)
        expect(contentOf(twice)).toEqual({ kind: 'converted', payload: content.payload, dropped: '' })
        expect(twice.record.dimensions).toEqual(once.record.dimensions)
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(1000)
  })
})

function contentOf({ content }: Conversion) {
  return content.kind === 'converted' ? content : null
}

/** Names of a raw histogram's members that its specification says as well. */
const REDUNDANT = ['range', 'bucket_count', 'histogram_type']

/** The texts of all strings and numbers that may not be lost: not the version's, not the document's own id. */
function leaves(text: string): string[] {
  if (text === '') return []
  const scan = scanJson(text, { maxDepth: 100, maxValues: 100_000 })
  if (scan.kind === 'bad') throw new Error(`${scan.what} at ${scan.offset} of ${text}`)
  return leavesOf(text, scan.root).filter((leaf) => !IRRELEVANT.includes(leaf))
}

const IRRELEVANT = ['null', '1', '2', '3', '4', '5', '1.0', '-1', '0', JSON.stringify(TEST_ID)]

function leavesOf(text: string, node: JsonNode): string[] {
  switch (node.kind) {
    case 'object':
      return node.members.flatMap(({ name, value }) => (REDUNDANT.includes(name) ? [] : leavesOf(text, value)))
    case 'array':
      return node.items.flatMap((item) => leavesOf(text, item))
    default:
      return [sourceOf(text, node)]
  }
}
