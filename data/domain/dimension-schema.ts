import { z } from 'zod'
import { type Dimensions, OTHER, UNKNOWN } from './dimensions.ts'

/**
 * Which values dimensions may have. The file form is that of the telemetry server of 2013, so its schema files go on
 * working; fields that aren't dimensions here (`submission_date`) are ignored, and a dimension without an entry may have
 * any value.
 *
 *     {"version": 1, "dimensions": [{"field_name": "appUpdateChannel", "allowed_values": ["nightly", "release"]}]}
 *
 * `allowed_values` is one of
 * - `"*"`: any value;
 * - a list of values, or one value as a string;
 * - `{"min": …, "max": …}`, either or both: compared as strings, character by character, so `"9"` is above `"10"`,
 *   which suits build ids of equal length and little else;
 * - `{"regexp": …}`: a regular expression that the whole value matches.
 */
export type DimensionSchema = Readonly<Partial<Record<keyof Dimensions, AllowedValues>>>

export type AllowedValues =
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly values: ReadonlySet<string> }
  | { readonly kind: 'range'; readonly min: string | null; readonly max: string | null }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }

const allowedValuesInput = z.union([
  z.string(),
  z.array(z.string()),
  z
    .strictObject({ min: z.string().optional(), max: z.string().optional() })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'give a min, a max, or both'),
  z.strictObject({ regexp: z.string().refine(isPattern, 'not a regular expression') }),
])

/** The file form, as it comes; what is to be sent to another thread or written down. */
export const dimensionSchemaInput = z.object({
  version: z.literal(1),
  dimensions: z.array(z.object({ field_name: z.string(), allowed_values: allowedValuesInput })),
})
export type DimensionSchemaInput = z.infer<typeof dimensionSchemaInput>

/**
 * The channels that people release to, and the reasons and applications that clients are known to send; the reason of a
 * unified submission is its type.
 */
export const DEFAULT_DIMENSION_SCHEMA: DimensionSchemaInput = {
  version: 1,
  dimensions: [
    {
      field_name: 'reason',
      allowed_values: [
        'idle-daily',
        'saved-session',
        'gather-payload',
        'gather-subsession-payload',
        'test-ping',
        'android-anr-report',
        'ftu',
        'daily',
        'shutdown',
        'aborted-session',
        'environment-change',
        'overdue-session',
        'main',
        'activation',
        'upgrade',
        'deletion',
        'crash',
        'loop',
      ],
    },
    {
      field_name: 'appName',
      allowed_values: ['Firefox', 'Fennec', 'MetroFirefox', 'FirefoxOS', 'B2G', 'Thunderbird', 'SeaMonkey'],
    },
    { field_name: 'appUpdateChannel', allowed_values: ['nightly', 'aurora', 'beta', 'release', 'esr'] },
    { field_name: 'appVersion', allowed_values: '*' },
    { field_name: 'appBuildID', allowed_values: '*' },
  ],
}

/** How files and payloads call the dimensions. */
export const FIELD_NAMES: Readonly<Record<keyof Dimensions, string>> = {
  reason: 'reason',
  appName: 'appName',
  appVersion: 'appVersion',
  channel: 'appUpdateChannel',
  buildId: 'appBuildID',
}

export function readDimensionSchema(input: DimensionSchemaInput): DimensionSchema {
  const schema: Partial<Record<keyof Dimensions, AllowedValues>> = {}
  for (const dimension of dimensionNames) {
    const entry = input.dimensions.find(({ field_name }) => field_name === FIELD_NAMES[dimension])
    if (entry !== undefined) schema[dimension] = readAllowedValues(entry.allowed_values)
  }
  return schema
}

/**
 * `dimensions` as they are counted: a value that the schema doesn't allow is `OTHER`; `UNKNOWN` stays. So does a value
 * that no client means: longer than 100 characters, or with characters that control, reorder or break lines.
 */
export function applySchema(dimensions: Dimensions, schema: DimensionSchema): Dimensions {
  const value = (dimension: keyof Dimensions) => {
    const value = dimensions[dimension]
    if (value === UNKNOWN || value === OTHER) return value
    return isPlain(value) && isAllowed(value, schema[dimension] ?? ANY) ? value : OTHER
  }
  return {
    reason: value('reason'),
    appName: value('appName'),
    appVersion: value('appVersion'),
    channel: value('channel'),
    buildId: value('buildId'),
  }
}

/** Of the schema alone: `OTHER` and `UNKNOWN` are values like any other. */
export function isAllowed(value: string, allowed: AllowedValues): boolean {
  switch (allowed.kind) {
    case 'any':
      return true
    case 'list':
      return allowed.values.has(value)
    case 'range':
      return (allowed.min === null || value >= allowed.min) && (allowed.max === null || value <= allowed.max)
    case 'pattern':
      return allowed.pattern.test(value)
  }
}

const ANY: AllowedValues = { kind: 'any' }
const LONGEST_VALUE = 100
const dimensionNames = ['reason', 'appName', 'appVersion', 'channel', 'buildId'] as const

/** One entry of a schema, read. */
export function readAllowedValues(input: DimensionSchemaInput['dimensions'][number]['allowed_values']): AllowedValues {
  if (input === '*') return ANY
  if (typeof input === 'string') return { kind: 'list', values: new Set([input]) }
  if (Array.isArray(input)) return { kind: 'list', values: new Set(input) }
  if ('regexp' in input) return { kind: 'pattern', pattern: wholly(input.regexp) }
  return { kind: 'range', min: input.min ?? null, max: input.max ?? null }
}

function isPlain(value: string): boolean {
  return value.length <= LONGEST_VALUE && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value)
}

function wholly(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u')
}

function isPattern(pattern: string): boolean {
  try {
    wholly(pattern)
    return true
  } catch {
    return false
  }
}
