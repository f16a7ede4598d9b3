import { describe, expect, test } from 'vitest'
import {
  applySchema,
  DEFAULT_DIMENSION_SCHEMA,
  type DimensionSchemaInput,
  dimensionSchemaInput,
  readDimensionSchema,
} from './dimension-schema.ts'

const typical = {
  reason: 'idle-daily',
  appName: 'Firefox',
  appVersion: '29.0a1',
  channel: 'nightly',
  buildId: '20140116030203',
}

type Allowed = DimensionSchemaInput['dimensions'][number]['allowed_values']

function buildIdUnder(allowed_values: Allowed, buildId: string): string {
  const input = dimensionSchemaInput.parse({ version: 1, dimensions: [{ field_name: 'appBuildID', allowed_values }] })
  return applySchema({ ...typical, buildId }, readDimensionSchema(input)).buildId
}

describe('allowed values', () => {
  test.each<{ claim: string; allowed: Allowed; value: string; becomes: string }>([
    { claim: 'a star allows any value', allowed: '*', value: 'x', becomes: 'x' },
    { claim: 'a list allows what it holds', allowed: ['a', 'b'], value: 'b', becomes: 'b' },
    { claim: 'a list allows nothing else', allowed: ['a', 'b'], value: 'B', becomes: 'OTHER' },
    { claim: 'an empty list allows nothing', allowed: [], value: 'a', becomes: 'OTHER' },
    { claim: 'a star in a list is a star', allowed: ['*'], value: 'a', becomes: 'OTHER' },
    { claim: 'a string allows itself', allowed: 'a', value: 'a', becomes: 'a' },
    { claim: 'a string allows nothing else', allowed: 'a', value: 'ab', becomes: 'OTHER' },
    {
      claim: 'bounds are allowed themselves',
      allowed: { min: '20140101', max: '20140201' },
      value: '20140201',
      becomes: '20140201',
    },
    { claim: 'a value below min is not', allowed: { min: '20140101' }, value: '20131231', becomes: 'OTHER' },
    { claim: 'a value above max is not', allowed: { max: '20140101' }, value: '20140102', becomes: 'OTHER' },
    {
      claim: 'a longer build of the same day is above that day',
      allowed: { max: '20140101' },
      value: '20140101030203',
      becomes: 'OTHER',
    },
    { claim: 'numbers compare as strings', allowed: { min: '10' }, value: '9', becomes: '9' },
    {
      claim: 'a pattern matches the whole value',
      allowed: { regexp: '2014[0-9]+' },
      value: '20140101',
      becomes: '20140101',
    },
    {
      claim: 'a pattern does not match a part',
      allowed: { regexp: '2014|2015' },
      value: '20140101',
      becomes: 'OTHER',
    },
    { claim: 'a missing value stays missing', allowed: ['a'], value: 'UNKNOWN', becomes: 'UNKNOWN' },
    { claim: 'control characters are nobody’s', allowed: '*', value: 'a\u0000b', becomes: 'OTHER' },
    { claim: 'half a character is nobody’s', allowed: '*', value: 'a\ud800', becomes: 'OTHER' },
    { claim: 'very long values are nobody’s', allowed: '*', value: 'a'.repeat(101), becomes: 'OTHER' },
    { claim: 'a way out is a value like others', allowed: '*', value: '..', becomes: '..' },
  ])('$claim', ({ allowed, value, becomes }) => {
    expect(buildIdUnder(allowed, value)).toBe(becomes)
  })

  test.each([
    { claim: 'an empty range', allowed: {} },
    { claim: 'a number', allowed: 7 },
    { claim: 'a pattern that is none', allowed: { regexp: '(' } },
    { claim: 'a misspelt bound', allowed: { minimum: 'a' } },
  ])('$claim is refused', ({ allowed }) => {
    const input = { version: 1, dimensions: [{ field_name: 'reason', allowed_values: allowed }] }
    expect(dimensionSchemaInput.safeParse(input).success).toBe(false)
  })
})

describe('the default schema', () => {
  const schema = readDimensionSchema(DEFAULT_DIMENSION_SCHEMA)

  test('is in the form that files have', () => {
    expect(dimensionSchemaInput.parse(DEFAULT_DIMENSION_SCHEMA)).toEqual(DEFAULT_DIMENSION_SCHEMA)
  })

  test('lets known values pass and folds others', () => {
    expect(applySchema(typical, schema)).toEqual(typical)
    expect(applySchema({ ...typical, channel: 'nightly-ux', reason: 'because', appName: 'toString' }, schema)).toEqual({
      ...typical,
      channel: 'OTHER',
      reason: 'OTHER',
      appName: 'OTHER',
    })
  })
})

test('fields that are no dimensions are ignored, and dimensions without an entry may have any value', () => {
  const input = dimensionSchemaInput.parse({
    version: 1,
    dimensions: [{ field_name: 'submission_date', allowed_values: { min: '20140101' } }],
  })
  expect(applySchema(typical, readDimensionSchema(input))).toEqual(typical)
})
