import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponentialBounds, linearBounds } from './buckets.ts'
import { DEFAULT_CONSTANTS, definitionNumber } from './definition-number.ts'
import { layoutNamed, parseSpecification } from './specification.ts'

const REAL = '../shared/real/histograms'

test.each([
  { value: 50, number: 50 },
  { value: '10000', number: 10_000 },
  { value: '32 * 1024', number: 32_768 },
  { value: '16 * 1024 * 1024', number: 16_777_216 },
  { value: '80 + 1', number: 81 },
  { value: '1 + 2 * 3', number: 7 },
  { value: 'JS::gcreason::NUM_TELEMETRY_REASONS', number: 101 },
  { value: 'mozilla::StartupTimeline::MAX_EVENT_ID', number: 12 },
  { value: 'mozilla::SomethingElse', number: null },
  { value: 'toString', number: null },
  { value: '10 *', number: null },
  { value: '-1', number: null },
  { value: '1e3', number: null },
  { value: 1.5, number: null },
  { value: '9007199254740993', number: null },
  { value: '', number: null },
  { value: null, number: null },
  { value: ['1'], number: null },
])('$value in a definition is $number', ({ value, number }) => {
  expect(definitionNumber(value, DEFAULT_CONSTANTS)).toBe(number)
})

describe('bucket bounds', () => {
  test('are evenly spaced where they are linear', () => {
    expect(linearBounds({ low: 1, high: 11, count: 12 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(linearBounds({ low: 10, high: 25, count: 4 })).toEqual([0, 10, 18, 25])
  })

  test('rise from 0 over low to high, each once, as long as there are numbers enough', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 3, max: 200 }), fc.integer({ min: 0, max: 1e9 }))
      .map(([low, count, more]) => ({ low, count, high: low + count + more }))
    fc.assert(
      fc.property(range, (range) => {
        for (const bounds of [linearBounds(range), exponentialBounds(range)]) {
          expect(bounds).toHaveLength(range.count)
          expect(bounds[0]).toBe(0)
          expect(bounds[1]).toBe(range.low)
          expect(bounds.at(-1)).toBe(range.high)
          expect(new Set(bounds).size).toBe(range.count)
          expect([...bounds].sort((a, b) => a - b)).toEqual(bounds)
        }
      }),
    )
  })

  test.skipIf(!existsSync(REAL)).each(['a55c55edf302.FIREFOX_AURORA_23_BASE', '8d3810543edc.FIREFOX_AURORA_24_BASE'])(
    'of %s in ../shared/real are those that were worked out there, for every name, STARTUP_ ones too',
    (file) => {
      const specification = parseSpecification(readFileSync(`${REAL}/${file}.json`, 'utf8'))
      const yardstick = JSON.parse(readFileSync(`${REAL}/${file.split('.')[0]}.json`, 'utf8')).histograms
      if (specification === null) throw new Error(`${file} can't be read`)
      expect([...specification.unreadable]).toEqual([])
      const names = Object.keys(yardstick)
      expect(names.length).toBeGreaterThan(700)
      for (const name of names) {
        expect({ name, bounds: layoutNamed(specification, name)?.bounds }).toEqual({
          name,
          bounds: yardstick[name].buckets,
        })
      }
    },
  )
})

describe('a specification', () => {
  const text = JSON.stringify({
    GC_MS: { kind: 'exponential', high: '10000', n_buckets: 50 },
    GC_REASON_2: { kind: 'enumerated', n_values: 'JS::gcreason::NUM_TELEMETRY_REASONS' },
    STARTUP_MEASUREMENT_ERRORS: { kind: 'enumerated', n_values: 12 },
    MEASUREMENT_ERRORS: { kind: 'flag' },
    SCROLLS: { kind: 'count', keyed: true },
    BAD_NUMBER: { kind: 'linear', high: 'mozilla::Unheard', n_buckets: 10 },
    BAD_KIND: { kind: 'scatter' },
    BAD_RANGE: { kind: 'linear', low: 10, high: 10, n_buckets: 10 },
    TOO_MANY: { kind: 'linear', high: 10, n_buckets: 1e9 },
    TOO_FEW: { kind: 'enumerated', n_values: 1 },
    NO_OBJECT: 7,
  })
  const specification = parseSpecification(text)
  if (specification === null) throw new Error('the specification must be readable')

  test('keeps what it can read beside definitions that it can’t', () => {
    expect([...specification.layouts.keys()].sort()).toEqual([
      'GC_MS',
      'GC_REASON_2',
      'MEASUREMENT_ERRORS',
      'SCROLLS',
      'STARTUP_MEASUREMENT_ERRORS',
    ])
    expect([...specification.unreadable.keys()].sort()).toEqual(
      ['BAD_KIND', 'BAD_NUMBER', 'BAD_RANGE', 'NO_OBJECT', 'TOO_FEW', 'TOO_MANY'].sort(),
    )
    expect(layoutNamed(specification, 'GC_REASON_2')?.bounds).toHaveLength(102)
  })

  test('lays STARTUP_X out as X, unless the name has a definition of its own', () => {
    expect(layoutNamed(specification, 'STARTUP_GC_MS')).toBe(layoutNamed(specification, 'GC_MS'))
    expect(layoutNamed(specification, 'STARTUP_MEASUREMENT_ERRORS')?.bounds).toHaveLength(13)
    expect(layoutNamed(specification, 'STARTUP_STARTUP_GC_MS')).toBeNull()
    expect(layoutNamed(specification, 'STARTUP_')).toBeNull()
  })

  test.each([
    { claim: 'no JSON', text: '<html>sign in' },
    { claim: 'no object', text: '[]' },
    { claim: 'null', text: 'null' },
    { claim: 'empty', text: '{}' },
    { claim: 'a list of bucket bounds', text: '{"histograms":{"A":{"kind":"3","buckets":[0,1,2]}}}' },
  ])('is none where the file is $claim', ({ text }) => {
    expect(parseSpecification(text)).toBeNull()
  })

  test('knows the constants that it is given', () => {
    const own = parseSpecification(text, { 'mozilla::Unheard': 30 })
    expect(own?.layouts.get('BAD_NUMBER')?.bounds).toHaveLength(10)
    expect(own?.unreadable.has('GC_REASON_2')).toBe(true)
  })

  test('takes no harm from names that objects have', () => {
    const odd = parseSpecification('{"__proto__":{"kind":"flag"},"constructor":{"kind":"flag"}}')
    expect([...(odd?.layouts.keys() ?? [])]).toEqual(['__proto__', 'constructor'])
    expect(specification.layouts.has('toString')).toBe(false)
  })
})
