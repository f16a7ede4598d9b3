import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import type { CountMetric, CountQuestion } from './count-question.ts'
import { countStatement } from './count-sql.ts'
import { readCoverage } from './read-coverage.ts'
import { STEP_MS, stepsOf } from './steps.ts'

/**
 * `complete`: somebody listened all the time, and all that came is counted. `partial`: somebody listened for part of the
 * step, or it isn't over or not all counted yet. `unknown`: nobody listened, or it hasn't begun.
 */
export type StepState = 'complete' | 'partial' | 'unknown'

export interface CountSeries {
  /** A value of the dimension asked by; null of the rest, and where none is asked by. */
  readonly value: string | null
  /** Whether it is what the largest leave over; `OTHER` itself may be one of the largest: rare builds that were folded. */
  readonly isRest: boolean
  /** How many values of the dimension are in it. */
  readonly held: number
  /** One of each step. Null where the step is unknown, and rates and shares also where there is nothing to be part of. */
  readonly values: readonly (number | null)[]
}

export interface CountAnswer {
  /** Starts of the steps, ascending. */
  readonly times: readonly EpochMs[]
  /** The largest first, the rest last. Without `by` exactly one; else none where nothing was counted. */
  readonly series: readonly CountSeries[]
  /** 0 to 1 of each step in which somebody listened. */
  readonly coverage: readonly number[]
  readonly states: readonly StepState[]
}

/** Answers any question about counts. Throws DatabaseError `timeout` or `aborted` where `limits` say so. */
export async function readCountSeries(database: Database, question: CountQuestion): Promise<CountAnswer> {
  const { step, by, now, countedUpTo, limits, metric } = question
  const times = stepsOf(question.from, question.to, step)
  const [first] = times
  if (first === undefined) return { times, series: [], coverage: [], states: [] }
  const { sql, params } = countStatement(question)
  const [rows, coverage] = await Promise.all([
    database.read(
      sql,
      params,
      (row) => ({
        value: row.textOrNull('key'),
        isRest: row.number('place') > question.top,
        held: row.number('held'),
        steps: row.numbers('steps'),
        counts: row.numbers('counts'),
        wholes: row.numbers('wholes'),
      }),
      limits,
    ),
    // Imports bring hours: of their minutes nothing is known.
    readCoverage(database, first, STEP_MS[step], times.length, { isLiveOnly: step === 'minute' }),
  ])
  const wholes = new Float64Array(times.length)
  const isSeen = times.map(() => false)
  for (const row of rows) {
    for (const [index, at] of row.steps.entries()) {
      wholes[at] = (wholes[at] ?? 0) + (row.wholes[index] ?? 0)
      isSeen[at] = true
    }
  }
  const states = times.map((time, at): StepState => {
    if (time >= now || ((coverage[at] ?? 0) === 0 && isSeen[at] !== true)) return 'unknown'
    return (coverage[at] ?? 0) >= 1 && time + STEP_MS[step] <= countedUpTo ? 'complete' : 'partial'
  })
  const columns = rows.map((row) => ({
    value: by === null ? null : row.value,
    isRest: row.isRest,
    held: row.held,
    values: valuesOf(metric, row, { states, wholes: by === null ? null : wholes }),
  }))
  if (columns.length === 0 && by === null) {
    const values = valuesOf(metric, { steps: [], counts: [], wholes: [] }, { states, wholes: null })
    return { times, series: [{ value: null, isRest: false, held: 0, values }], coverage, states }
  }
  return { times, series: columns, coverage, states }
}

interface Column {
  readonly steps: readonly number[]
  readonly counts: readonly number[]
  readonly wholes: readonly number[]
}

/** `wholes`: of all series together, for shares of them; null where a series is part of its own. */
function valuesOf(
  metric: CountMetric,
  column: Column,
  { states, wholes }: { readonly states: readonly StepState[]; readonly wholes: Float64Array | null },
): (number | null)[] {
  const counts = new Float64Array(states.length)
  const own = new Float64Array(states.length)
  for (const [index, at] of column.steps.entries()) {
    counts[at] = column.counts[index] ?? 0
    own[at] = column.wholes[index] ?? 0
  }
  const isRatio = metric === 'invalid_rate' || metric === 'share'
  const parted = metric === 'share' && wholes !== null ? wholes : own
  return states.map((state, at) => {
    if (state === 'unknown') return null
    const count = counts[at] ?? 0
    const whole = parted[at] ?? 0
    if (!isRatio) return count
    return whole > 0 ? count / whole : null
  })
}
