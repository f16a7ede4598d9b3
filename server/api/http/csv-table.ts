import { writeRecord } from '../../../data/counts/csv/cells.ts'

/** A table as spreadsheets read it; null is an empty cell. */
export interface CsvTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** RFC 4180, with what came from clients made harmless (`data/counts/csv/cells.ts`). */
export function csvText({ columns, rows }: CsvTable): string {
  return [columns, ...rows].map((row) => writeRecord(row.map((cell) => cell ?? ''))).join('')
}
