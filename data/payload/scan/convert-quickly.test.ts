import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kept } from '../../converted/fresh-content.ts'
import { type HistogramSpecification, parseSpecification } from '../../histograms/specification.ts'
import { readSegment } from '../../spool/read-segment.ts'
import type { Conversion } from '../convert-submission.ts'
import { scanJson } from '../json-text.ts'
import { converted, submissionOf, TEST_RULES } from '../testing/conversion.ts'
import { QuickConverter } from './convert-quickly.ts'
import { mutated, mutation, odd, plain, REVISION, SPECIFICATION } from './testing/documents.ts'

// Most mutations cost a histogram or two: what becomes of them shall be seen, not that too many are lost.
const RULES = { ...TEST_RULES, lostHistogramsRatio: 0.6 }

/** One for all documents: what it remembers of one must not show in the next. */
const quick = new QuickConverter(RULES, () => SPECIFICATION)

/** What the quick way says; where it says anything, the complete way says the same. */
function agreed(body: string | Uint8Array, converter = quick, specification = SPECIFICATION): Conversion | null {
  const submission = submissionOf(body)
  const quickly = converter.convert(submission)
  const answer = quickly === null ? null : { record: quickly.record, content: kept(quickly.content) }
  if (answer !== null) expect(answer).toEqual(converted(submission, { kind: 'found', specification }, RULES))
  return answer
}

/** For thousands of documents on a machine that is busy. */
const TIMEOUT_MS = 60_000

describe('what the quick way says is what the complete way says', { timeout: TIMEOUT_MS }, () => {
  test('of what is as clients write it, which it always has an answer for', () => {
    fc.assert(
      fc.property(plain, (text) => {
        expect(agreed(text)).not.toBeNull()
      }),
      { numRuns: 1500 },
    )
  })

  test('of the same with spaces behind commas and colons, as other writers put them', () => {
    fc.assert(
      fc.property(plain, (text) => {
        expect(agreed(text.replaceAll(/(?<=["\d}\]]|null)([,:])(?!\/\/)/g, '$1 '))).not.toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  test('of histograms that nobody defines, or not so that they can be walked', () => {
    fc.assert(
      fc.property(odd, (text) => void agreed(text)),
      { numRuns: 1500 },
    )
  })

  test('of documents that were changed in some places', () => {
    let answers = 0
    fc.assert(
      fc.property(
        fc.oneof(plain, plain, odd),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (text, mutations) => {
          if (agreed(mutations.reduce(mutated, text)) !== null) answers++
        },
      ),
      { numRuns: 10_000 },
    )
    // Else the property would hold of a quick way that never says anything.
    expect(answers).toBeGreaterThan(200)
  })

  test('of documents with noise in their bytes', () => {
    const noise = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(plain, noise, (text, changes) => {
        const bytes = Buffer.from(text)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        agreed(bytes)
      }),
      { numRuns: 4000 },
    )
  })

  test('of documents that end too early', () => {
    fc.assert(
      fc.property(odd, fc.nat(), (text, end) => void agreed(text.slice(0, end % text.length))),
      { numRuns: 1000 },
    )
  })
})

describe('the complete way has to say', () => {
  const FLAG = '"FLAG":{"range":[1,2],"bucket_count":3,"histogram_type":3,"values":{"0":1,"1":0},"sum":0}'
  const HISTOGRAMS_WITHIN = `"histograms":{${FLAG}}`
  const documentOf = (histograms: string, more = '') =>
    `{"ver":1,${more}"histograms":{${histograms}},"info":{"reason":"idle-daily","revision":"${REVISION}"}}`
  const within = (json: object) =>
    new QuickConverter({ ...RULES, json: { ...RULES.json, ...json } }, () => SPECIFICATION)

  test.each([
    { claim: 'a name with an escape in it', text: documentOf(FLAG.replace('FLAG', 'FL\\u0041G')) },
    { claim: 'a histogram that stands there twice', text: documentOf(`${FLAG},${FLAG}`) },
    { claim: 'an unknown one that stands there twice', text: documentOf(`${FLAG},"X":{},"X":{}`) },
    { claim: 'keys out of order', text: documentOf(FLAG.replace('"0":1,"1":0', '"1":0,"0":1')) },
    { claim: 'a key that stands there twice', text: documentOf(FLAG.replace('"1":0', '"0":1')) },
    { claim: 'a key that is no bound', text: documentOf(FLAG.replace('"1":0', '"3":0')) },
    { claim: 'a bound with a zero before it', text: documentOf(FLAG.replace('"1":0', '"01":0')) },
    { claim: 'a count below nothing', text: documentOf(FLAG.replace('"1":0', '"1":-1')) },
    { claim: 'a count that isn’t whole', text: documentOf(FLAG.replace('"1":0', '"1":0.5')) },
    { claim: 'a sum that is null', text: documentOf(FLAG.replace('"sum":0', '"sum":null')) },
    { claim: 'two sums', text: documentOf(FLAG.replace('"sum":0', '"sum":0,"sum":1')) },
    { claim: 'a sum before the values', text: documentOf(FLAG.replace('"range"', '"sum":1,"range"')) },
    {
      claim: 'a member that compact form has no place for',
      text: documentOf(FLAG.replace('"range"', '"x":1,"range"')),
    },
    { claim: 'another payload’s histograms, and none of its own', text: `{"x":${documentOf(FLAG)}}` },
    { claim: 'histograms within a text', text: documentOf('', `"x":${JSON.stringify(documentOf(FLAG))},`) },
    { claim: 'histograms twice', text: documentOf(FLAG, `"histograms":{${FLAG}},`) },
    { claim: 'what stands for histograms, standing there itself', text: documentOf(FLAG, '"x":{"":{"":{}}},') },
    { claim: 'compact histograms', text: documentOf(FLAG).replace('"ver":1', '"ver":2') },
    { claim: 'bounds that stand there twice', text: documentOf('"NARROW":{"values":{"0":1}}') },
    { claim: 'keyed histograms', text: documentOf(FLAG, '"keyedHistograms":{"FLAG":{"a":{"values":{"0":1}}}},') },
  ])('of $claim', ({ text }) => {
    expect(agreed(documentOf(FLAG))).not.toBeNull()
    expect(agreed(text)).toBeNull()
  })

  test.each([
    { claim: 'a long value that isn’t JSON', member: `"x":[${'1,'.repeat(60)}]` },
    { claim: 'a long text that isn’t ended', member: `"x":"${'x'.repeat(120)}` },
    { claim: 'a long value without a name', member: `["x",${'1,'.repeat(60)}1]` },
    { claim: 'two commas behind a long value', member: `"x":"${'x'.repeat(120)}",` },
    { claim: 'histograms within a long value', member: `"x":{"y":"${'x'.repeat(120)}",${HISTOGRAMS_WITHIN}}` },
  ])('of $claim, before the histograms', ({ member }) => {
    expect(agreed(documentOf(FLAG, `"x":"${'x'.repeat(120)}",`))).not.toBeNull()
    expect(agreed(documentOf(FLAG, `${member},`))).toBeNull()
  })

  test('of documents at the limit of values, those handed on unread among them', () => {
    const text = documentOf(FLAG, `"x":[${'1,'.repeat(60)}1],`)
    const scan = scanJson(text, RULES.json)
    const values = scan.kind === 'scanned' ? scan.values : 0
    expect(agreed(text, within({ maxValues: values }))).not.toBeNull()
    expect(within({ maxValues: values - 1 }).convert(submissionOf(text))).toBeNull()
  })

  test('of a revision that is another than the one that stands last', () => {
    const elsewhere = `"x":{"revision":"http://hg.mozilla.org/mozilla-central/rev/ffffffffffff"}`
    const asked: string[] = []
    const converter = new QuickConverter(RULES, ({ hex }) => {
      asked.push(hex)
      return SPECIFICATION
    })
    expect(agreed(documentOf(FLAG).replace(/}$/, `,${elsewhere}}`), converter)).toBeNull()
    expect(asked).toEqual(['ffffffffffff'])
  })

  test('of a revision whose specification is not at hand', () => {
    expect(new QuickConverter(RULES, () => null).convert(submissionOf(documentOf(FLAG)))).toBeNull()
  })

  test('of documents at the limits of depth and number of values', () => {
    const text = documentOf(`${FLAG},"X":{"a":1,"b":[1,2]}`)
    const scan = scanJson(text, RULES.json)
    const values = scan.kind === 'scanned' ? scan.values : 0
    expect(agreed(text, within({ maxValues: values }))).not.toBeNull()
    expect(within({ maxValues: values - 1 }).convert(submissionOf(text))).toBeNull()
    expect(agreed(text, within({ maxDepth: 4 }))).not.toBeNull()
    expect(within({ maxDepth: 3 }).convert(submissionOf(text))).toBeNull()
  })
})

const REAL = '../shared/real'
describe.skipIf(!existsSync(REAL))('the record of 2013 in ../shared/real', { timeout: TIMEOUT_MS }, () => {
  const text = async () => {
    const [frame] = (await readSegment(`${REAL}/telemetry1.v1.log`)).frames
    if (frame?.kind !== 'submission') throw new Error('a submission was expected')
    return gunzipSync(frame.body).toString()
  }
  const specification = (): HistogramSpecification => {
    const file = `${REAL}/histograms/a55c55edf302.FIREFOX_AURORA_23_BASE.json`
    const parsed = parseSpecification(readFileSync(file, 'utf8'))
    if (parsed === null) throw new Error(`${file} must be readable`)
    return parsed
  }

  test('is converted alike, with its two unknown histograms, and so are changes of it', async () => {
    const layouts = specification()
    const converter = new QuickConverter(RULES, () => layouts)
    const original = await text()
    const answer = agreed(gzipSync(original), converter, layouts)
    expect(answer?.record).toMatchObject({ outcome: 'salvaged', problems: ['unknown_histogram'] })
    let answers = 0
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 2 }), (mutations) => {
        if (agreed(gzipSync(mutations.reduce(mutated, original)), converter, layouts) !== null) answers++
      }),
      { numRuns: 150 },
    )
    expect(answers).toBeGreaterThan(10)
  })
})
