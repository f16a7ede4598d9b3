import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonNode, scanJson, sourceOf } from './json-text.ts'
import { joinDropped, putBack } from './put-back.ts'
import { ANY_SPECIFICATION, anyPayload } from './testing/any-payload.ts'
import { converted, specificationOf, submissionOf, TEST_RULES } from './testing/conversion.ts'

const lenient = { ...TEST_RULES, lostHistogramsRatio: 1 }

function convert(text: string, specification: string) {
  const { content } = converted(submissionOf(text), specificationOf(specification), lenient)
  return content.kind === 'converted' ? content : null
}

test.each([
  {
    claim: 'a histogram stands behind the others',
    payload: '{"ver":2,"histograms":{"A":[1]}}',
    dropped: '{"histograms":{"B":{"values":{}},"C":7}}',
    becomes: { payload: '{"ver":2,"histograms":{"A":[1],"B":{"values":{}},"C":7}}', dropped: '' },
  },
  {
    claim: 'or alone',
    payload: '{"payload":{"histograms":{}}}',
    dropped: '{"payload":{"histograms":{"B":{}}}}',
    becomes: { payload: '{"payload":{"histograms":{"B":{}}}}', dropped: '' },
  },
  {
    claim: 'a key stands in its histogram, also where that had lost all of them',
    payload: '{"keyedHistograms":{"A":{"x":[1]}}}',
    dropped: '{"keyedHistograms":{"A":{"y":1},"B":{"x":2,"y":3},"C":{}}}',
    becomes: { payload: '{"keyedHistograms":{"A":{"x":[1],"y":1},"C":{},"B":{"x":2,"y":3}}}', dropped: '' },
  },
  {
    claim: 'what was a part of a histogram, or is none, stays beside',
    payload: '{"histograms":{"A":[1]},"info":{"OS":"WINNT"}}',
    dropped: '{"histograms":{"A":{"median":1}},"info":{"OS":"Windows_NT"},"pingID":"x"}',
    becomes: {
      payload: '{"histograms":{"A":[1]},"info":{"OS":"WINNT"}}',
      dropped: '{"pingID":"x","histograms":{"A":{"median":1}},"info":{"OS":"Windows_NT"}}',
    },
  },
  { claim: 'nothing is nothing', payload: '{"ver":2}', dropped: '', becomes: { payload: '{"ver":2}', dropped: '' } },
])('$claim', ({ payload, dropped, becomes }) => {
  expect(putBack(payload, dropped)).toEqual(becomes)
})

test('converted with a poor specification, put back and converted with a good one is converted with the good one at once', {
  timeout: 60_000,
}, () => {
  const poor = '{"USED":{"kind":"boolean"}}'
  let compared = 0
  fc.assert(
    fc.property(anyPayload, (text) => {
      const first = convert(text, poor)
      const atOnce = convert(text, ANY_SPECIFICATION)
      if (first === null || atOnce === null) return
      const whole = putBack(first.payload, first.dropped)
      const again = convert(whole.payload, ANY_SPECIFICATION)
      if (again === null) throw new Error('it converted before')
      compared++
      expect(sorted(again.payload)).toBe(sorted(atOnce.payload))
      expect(sorted(joinDropped(whole.dropped, again.dropped))).toBe(sorted(atOnce.dropped))
    }),
    { numRuns: 2000 },
  )
  expect(compared).toBeGreaterThan(700)
})

/** The same text for JSON that differs in order and space only. */
function sorted(text: string): string {
  if (text === '') return ''
  const scan = scanJson(text, { maxDepth: 100, maxValues: 100_000 })
  if (scan.kind === 'bad') throw new Error(`${scan.what} at ${scan.offset} of ${text}`)
  return sortedNode(text, scan.root)
}

function sortedNode(text: string, node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.members
        .map(({ name, value }) => `${JSON.stringify(name)}:${sortedNode(text, value)}`)
        .sort()
        .join()}}`
    case 'array':
      return `[${node.items.map((item) => sortedNode(text, item)).join()}]`
    default:
      return sourceOf(text, node)
  }
}
