import type { CsvTable } from '../http/csv-table.ts'
import type { SeriesAnswer } from '../types.ts'

/** One row a step and series, so that any number of series has the same columns. */
export function seriesTable(answer: SeriesAnswer): CsvTable {
  const { series, times, metric, expected, coverage, completeness } = answer
  const dimensions = [...new Set(series.flatMap(({ key }) => Object.keys(key)))]
  const hasPrevious = series.some(({ previous }) => previous !== undefined)
  return {
    columns: [
      'time',
      ...dimensions,
      metric,
      ...(hasPrevious ? ['week_before'] : []),
      ...(expected === undefined ? [] : ['expected_low', 'expected', 'expected_high']),
      'coverage',
      'completeness',
    ],
    rows: times.flatMap((time, index) =>
      series.map(({ key, values, previous }) => [
        time,
        ...dimensions.map((dimension) => key[dimension] ?? null),
        values[index] ?? null,
        ...(hasPrevious ? [previous?.[index] ?? null] : []),
        ...(expected === undefined
          ? []
          : [expected.low[index] ?? null, expected.mid[index] ?? null, expected.high[index] ?? null]),
        coverage[index] ?? null,
        completeness[index] ?? null,
      ]),
    ),
  }
}
