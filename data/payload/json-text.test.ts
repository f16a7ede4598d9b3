import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonNode, memberNamed, scanJson, sourceOf, stringOf } from './json-text.ts'

const LIMITS = { maxDepth: 50, maxValues: 100_000 }

/** What JSON.parse would have made of the scanned text: the yardstick of the scanner. */
function parsed(text: string, node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name, parsed(text, value)]))
    case 'array':
      return node.items.map((item) => parsed(text, item))
    case 'string':
      return stringOf(text, node)
    default:
      return JSON.parse(sourceOf(text, node))
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const json = fc.oneof(
  fc.json({ maxDepth: 10 }),
  fc.jsonValue({ maxDepth: 10 }).map((value) => JSON.stringify(value, null, 2)),
)
const nearlyJson = fc
  .tuple(
    json,
    fc.nat(),
    fc.constantFrom('', '"', '\\', '{', ']', ',', '\n', '\u0000', '0', '-', '.', 'e', 't', '\u2028'),
  )
  .map(([text, at, piece]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + piece + text.slice(place + (at % 2))
  })

describe('scanning JSON', () => {
  test('takes what JSON.parse takes, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(json, nearlyJson, fc.string()), (text) => {
        expect(scanJson(text, LIMITS).kind === 'scanned').toBe(isJson(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('finds the values that JSON.parse finds, at their places', () => {
    fc.assert(
      fc.property(json, (text) => {
        const scan = scanJson(text, LIMITS)
        if (scan.kind === 'bad') throw new Error(scan.what)
        expect(parsed(text, scan.root)).toEqual(JSON.parse(text))
        expect(sourceOf(text, scan.root)).toBe(text.trim())
      }),
    )
  })

  test.each([
    { claim: 'nothing', text: '', offset: 0 },
    { claim: 'blanks', text: ' \n', offset: 2 },
    { claim: 'two values', text: '1 2', offset: 2 },
    { claim: 'a raw control character', text: '"a\tb"', offset: 2 },
    { claim: 'an open string', text: '"a', offset: 2 },
    { claim: 'an open object', text: '{"a":1', offset: 6 },
    { claim: 'a comma too many', text: '[1,]', offset: 3 },
    { claim: 'a name without quotes', text: '{a:1}', offset: 1 },
    { claim: 'NaN', text: '[NaN]', offset: 1 },
    { claim: 'a leading zero', text: '[01]', offset: 2 },
    { claim: 'half an escape', text: '"\\u12"', offset: 1 },
  ])('says where $claim is no JSON', ({ text, offset }) => {
    expect(scanJson(text, LIMITS)).toMatchObject({ kind: 'bad', offset })
  })

  test('ends at its depth, however deep the text is', () => {
    expect(scanJson('['.repeat(50) + ']'.repeat(50), LIMITS).kind).toBe('scanned')
    expect(scanJson('['.repeat(51) + ']'.repeat(51), LIMITS)).toMatchObject({ kind: 'bad', offset: 50 })
    expect(scanJson('{"a":'.repeat(1_000_000), LIMITS).kind).toBe('bad')
  })

  test('ends at its number of values, however many the text has', () => {
    const list = (length: number) => `[${'1,'.repeat(length - 1)}1]`
    expect(scanJson(list(4), { ...LIMITS, maxValues: 5 }).kind).toBe('scanned')
    expect(scanJson(list(5), { ...LIMITS, maxValues: 5 })).toMatchObject({ kind: 'bad', offset: 9 })
  })

  test('sees names that objects have as names', () => {
    const text = '{"__proto__":{"a":1},"toString":2,"a":3,"\\u0061":4}'
    const scan = scanJson(text, LIMITS)
    if (scan.kind === 'bad' || scan.root.kind !== 'object') throw new Error('an object was expected')
    expect(scan.root.members.map(({ name }) => name)).toEqual(['__proto__', 'toString', 'a', 'a'])
    expect(memberNamed(scan.root, 'constructor')).toBeNull()
    expect(memberNamed(scan.root, 'a')).toMatchObject({ kind: 'number', start: 38 })
  })
})
