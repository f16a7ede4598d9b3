import { UNKNOWN_REVISION_GRACE_MS } from '../../domain/outcome.ts'
import { startOfDay } from '../../domain/time.ts'
import { type Params, time } from '../values.ts'
import {
  COLUMN_OF,
  COUNT_DIMENSIONS,
  type CountDimension,
  type CountMetric,
  type CountQuestion,
  MINUTE_COUNT_DIMENSIONS,
} from './count-question.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'
import { STEP_MS, startOfStep, stepsOf } from './steps.ts'

export interface CountStatement {
  readonly sql: string
  readonly params: Params
}

/**
 * The question as one statement. It answers a row a series: `place` (from 1, by size; the last is the rest where there is one),
 * `key` (null of the rest), `held` (values of the dimension in it), and as lists of one length `steps` (from 0), `counts` and
 * `wholes`: for rates and shares what `counts` are parts of, else the same as `counts`. Steps without rows aren't there.
 *
 * Names in the text come from closed lists; whatever people ask for is bound.
 */
export function countStatement(question: CountQuestion): CountStatement {
  const { step, by, where, metric, top, now } = question
  const from = startOfStep(question.from, step)
  const to = (stepsOf(question.from, question.to, step).at(-1) ?? from) + STEP_MS[step]
  const { table, counted, recovered } = countedRows(question)
  const filters = filtersOf(where)
  const filter = filters.map(({ column, param }) => `${column} in (select unnest($${param}))`)
  const isPart = metric === 'share' && by === null
  // A share of everything is counted beside everything; every other filter may leave rows out.
  const chosen = isPart ? filter.filter((_, index) => filters[index]?.column === 'channel') : filter
  const part = isPart ? `filter (where ${['true', ...filter].join(' and ')})` : ''
  const key = by === null ? "''" : COLUMN_OF[by]
  return {
    sql: `with counted as (
        select date_diff('second', $from::timestamp, slot) // $step_seconds as step, ${key} as key,
          coalesce(${sumOf(metric, recovered, part)}, 0)::double as counts, sum(submissions)::double as wholes
        from (${table}) where ${[...counted, ...chosen].join(' and ')} group by 1, 2),
      ranked as (
        select key, row_number() over (order by sum(counts) desc, sum(wholes) desc, key) as rank from counted group by key),
      placed as (
        select least(rank, $top + 1) as place, min(key) as key, count(*) as held, step, sum(counts) as counts,
          sum(wholes) as wholes
        from counted join ranked using (key) group by place, step)
      select place, case when place <= $top then min(key) end as key, max(held) as held,
        list(step::double) as steps, list(counts) as counts, list(wholes) as wholes
      from placed group by place order by place`,
    params: {
      from: time(from),
      to: time(to),
      step_seconds: STEP_MS[step] / 1000,
      top,
      ...(table.includes('$recent') ? { recent: time(startOfDay(now - UNKNOWN_REVISION_GRACE_MS)) } : {}),
      ...(metric === 'invalid' || metric === 'invalid_rate' ? invalidParams(now) : {}),
      ...Object.fromEntries(filters.map(({ param, values }) => [param, values])),
    },
  }
}

interface CountedRows {
  /** A select with the column `slot`, the time that a row counts for. */
  readonly table: string
  readonly recovered: string
  readonly counted: readonly string[]
}

const SUBMITTED = "outcome <> 'duplicate'"
const CHANNEL_COUNT_DIMENSIONS: readonly CountDimension[] = ['channel', 'outcome', 'problem', 'source']

/** The smallest table that knows all dimensions asked for. */
function countedRows({ step, where, by }: CountQuestion): CountedRows {
  const asked = COUNT_DIMENSIONS.filter((dimension) => dimension === by || where[dimension] !== undefined)
  const areAll = (known: readonly CountDimension[]) => asked.every((dimension) => known.includes(dimension))
  if (step === 'minute') {
    if (!areAll(MINUTE_COUNT_DIMENSIONS)) {
      throw new TypeError(`by the minute only ${MINUTE_COUNT_DIMENSIONS.join(', ')} are counted: use a longer step`)
    }
    // Automation is never counted here, nor what was recovered.
    return { table: rowsOf('minute_counts', 'minute', '$from', '$to'), recovered: '0', counted: [SUBMITTED] }
  }
  const counted = { recovered: 'recovered', counted: [SUBMITTED, 'not automation'] }
  if (!areAll(CHANNEL_COUNT_DIMENSIONS)) return { table: rowsOf('hourly_counts', 'hour', '$from', '$to'), ...counted }
  const hours = (first: string) => rowsOf('current_channel_counts', 'hour', first, '$to')
  if (step === 'hour') return { table: hours('$from'), ...counted }
  // What is invalid only with time is told by the hour, so the last days are summed up from their hours.
  const days = rowsOf('current_channel_days', 'day', '$from', 'least($to::timestamp, $recent::timestamp)')
  return { table: `${days} union all ${hours('greatest($from::timestamp, $recent::timestamp)')}`, ...counted }
}

function rowsOf(table: string, column: string, first: string, end: string): string {
  return `select * exclude (${column}), ${column} as slot from ${table} where ${column} >= ${first} and ${column} < ${end}`
}

function sumOf(metric: CountMetric, recovered: string, part: string): string {
  switch (metric) {
    case 'received':
    case 'share':
      return `sum(submissions) ${part}`
    case 'accepted':
      return `sum(case when outcome in ('accepted', 'salvaged') then submissions else ${recovered} end)`
    case 'invalid':
    case 'invalid_rate':
      return `sum(submissions) filter (where ${invalidSql('slot')})`
    default:
      return metric satisfies never
  }
}

interface Filter {
  readonly column: string
  readonly param: string
  readonly values: readonly string[]
}

function filtersOf(where: CountQuestion['where']): Filter[] {
  return COUNT_DIMENSIONS.flatMap((dimension) => {
    const values = where[dimension]
    return values === undefined ? [] : [{ column: COLUMN_OF[dimension], param: `asked_${dimension}`, values }]
  })
}
