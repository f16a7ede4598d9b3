import { type DimensionSchemaInput, dimensionSchemaInput, readAllowedValues } from '../../domain/dimension-schema.ts'
import type { Condition, FilterColumn } from './archive-filter.ts'

/** A filter file that can't be used; the sentence says what is allowed. */
export class FilterFileError extends Error {}

const COLUMNS: Readonly<Record<string, FilterColumn>> = {
  reason: 'reason',
  appName: 'app_name',
  appVersion: 'app_version',
  appUpdateChannel: 'channel',
  appBuildID: 'build_id',
  submission_date: 'submission_date',
}

/**
 * Reads a filter in the form of a dimension schema, as jobs of 2013 had it. Dates may be written `20140116`, as they were then, or
 * `2014-01-16`. A dimension that isn't known is refused: to leave it out would choose more than was meant.
 */
export function parseFilterFile(text: string): Condition[] {
  const parsed = dimensionSchemaInput.safeParse(parseJson(text))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new FilterFileError(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`)
  }
  return parsed.data.dimensions.map(({ field_name, allowed_values }) => {
    const column = COLUMNS[field_name]
    if (column === undefined) {
      throw new FilterFileError(`field_name is ${JSON.stringify(field_name)}: use ${Object.keys(COLUMNS).join(', ')}`)
    }
    return { column, test: readAllowedValues(column === 'submission_date' ? dates(allowed_values) : allowed_values) }
  })
}

type Allowed = DimensionSchemaInput['dimensions'][number]['allowed_values']

function dates(allowed: Allowed): Allowed {
  if (allowed === '*') return allowed
  if (typeof allowed === 'string') return withDashes(allowed)
  if (Array.isArray(allowed)) return allowed.map(withDashes)
  if ('regexp' in allowed) throw new FilterFileError('submission_date takes no regexp: use dates, or min and max')
  const { min, max } = allowed
  return {
    ...(min === undefined ? {} : { min: withDashes(min) }),
    ...(max === undefined ? {} : { max: withDashes(max) }),
  }
}

function withDashes(date: string): string {
  const written = date.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
  if (!/^\d{4}-\d\d-\d\d$/.test(written)) {
    throw new FilterFileError(`submission_date is ${JSON.stringify(date)}: use 20140116 or 2014-01-16`)
  }
  return written
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FilterFileError(`not JSON: ${error instanceof Error ? error.message : error}`)
  }
}
