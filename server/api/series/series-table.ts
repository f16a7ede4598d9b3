import { COUNT_DIMENSIONS } from '../../../data/counts/queries/count-question.ts'
import { stepsOf } from '../../../data/counts/queries/steps.ts'
import { isoSeconds } from '../../../data/domain/time.ts'
import type { CsvTable } from '../http/csv-table.ts'
import type { SeriesAnswer } from '../types.ts'

/** All there are, whatever was asked for: who reads such tables by column finds each where it was yesterday. */
const DIMENSIONS = [...COUNT_DIMENSIONS, 'cause'] as const

/** One row a step and series, so that any number of series, and none, has the same columns. What isn't known or wasn't asked for is empty. */
export function seriesTable(answer: SeriesAnswer): CsvTable {
  const { series, metric, expected, coverage, completeness, step } = answer
  const times = stepsOf(Date.parse(answer.from), Date.parse(answer.to), step).map(isoSeconds)
  return {
    columns: [
      ...['time', ...DIMENSIONS, metric],
      ...['week_before', 'expected_low', 'expected', 'expected_high', 'coverage', 'completeness'],
    ],
    rows: times.flatMap((time, index) =>
      series.map(({ key, values, previous }) => [
        time,
        ...DIMENSIONS.map((dimension) => key[dimension] ?? null),
        values[index] ?? null,
        previous?.[index] ?? null,
        ...[expected?.low[index] ?? null, expected?.mid[index] ?? null, expected?.high[index] ?? null],
        coverage[index] ?? null,
        completeness[index] ?? null,
      ]),
    ),
  }
}
