import { type AllowedValues, isAllowed } from '../../domain/dimension-schema.ts'

/** What submissions can be chosen by: columns of the archive that hold text. */
export const FILTER_COLUMNS = [
  'reason',
  'app_name',
  'app_version',
  'channel',
  'build_id',
  'outcome',
  'problem',
  'document_id',
  'submission_date',
] as const
export type FilterColumn = (typeof FILTER_COLUMNS)[number]

/** All comparisons are of texts, character by character, as in dimension schemas: `"9"` is above `"10"`. */
export interface Condition {
  readonly column: FilterColumn
  readonly test: AllowedValues | { readonly kind: 'compare'; readonly than: Comparison; readonly value: string }
}

export type Comparison = '!=' | '<' | '<=' | '>' | '>='

/** Whether `value` meets all of `conditions` that are about `column`. */
export function meets(conditions: readonly Condition[], column: FilterColumn, value: string): boolean {
  return conditions.every((condition) => condition.column !== column || meetsOne(condition, value))
}

function meetsOne({ test }: Condition, value: string): boolean {
  if (test.kind !== 'compare') return isAllowed(value, test)
  switch (test.than) {
    case '!=':
      return value !== test.value
    case '<':
      return value < test.value
    case '<=':
      return value <= test.value
    case '>':
      return value > test.value
    case '>=':
      return value >= test.value
  }
}

/** A condition on the columns of archived rows, and the values of its `$names`. */
export interface FilterSql {
  readonly where: string
  readonly params: Readonly<Record<string, string>>
}

/**
 * `submission_date` and `channel` aren't in it: they choose files (`chooseFiles`). Throws where a condition has a pattern: the values
 * that it allows have to be listed first.
 */
export function filterSql(conditions: readonly Condition[]): FilterSql {
  const params: Record<string, string> = {}
  const bound = (value: string) => {
    const name = `value${Object.keys(params).length}`
    params[name] = value
    return `$${name}`
  }
  const term = ({ column, test }: Condition): string[] => {
    switch (test.kind) {
      case 'any':
        return []
      case 'list':
        return [test.values.size === 0 ? 'false' : `${column} in (${[...test.values].map(bound).join(', ')})`]
      case 'range':
        return [
          ...(test.min === null ? [] : [`${column} >= ${bound(test.min)}`]),
          ...(test.max === null ? [] : [`${column} <= ${bound(test.max)}`]),
        ]
      case 'compare':
        return [`${column} ${test.than} ${bound(test.value)}`]
      case 'pattern':
        throw new TypeError(`a pattern on ${column} is no SQL: list the values that it allows`)
    }
  }
  const terms = conditions.filter(({ column }) => !FILE_COLUMNS.includes(column)).flatMap(term)
  return { where: terms.length === 0 ? 'true' : terms.join(' and '), params }
}

/** Columns whose value is the same in all rows of a file. */
const FILE_COLUMNS: readonly FilterColumn[] = ['submission_date', 'channel']
