import { type EpochMs, isoSeconds } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import {
  type AttributeRow,
  type CountRow,
  type ImportSummary,
  importAttributes,
  importCounts,
} from '../import-counts.ts'
import { type CsvKind, type Header, Problems, parseAttributeRecord, parseCountRecord, parseHeader } from './columns.ts'
import { CsvError, type CsvRecord, parseCsv } from './parse-csv.ts'

export interface CsvImport {
  /** The file, in pieces of any size. */
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Names where it comes from. Importing under the same name again replaces what that brought. */
  readonly source: string
  readonly now: EpochMs
  /** Says what would be done, and what is wrong with the file, and changes nothing. */
  readonly dryRun?: boolean
}

export interface CsvSummary extends ImportSummary {
  readonly kind: CsvKind
  /** Records of the file, the header not among them. */
  readonly records: number
}

/**
 * Brings a CSV file of counts, or of counts by attribute (told by its header), into the database: all of it or, where
 * anything is wrong with it, nothing. Throws CsvError with up to twenty problems, each with its line, column, value and what
 * is allowed.
 */
export async function importCsv(db: Database, given: CsvImport): Promise<CsvSummary> {
  const { source, now, dryRun = false } = given
  const batches = parseCsv(given.chunks)
  const first = await batches.next()
  const [head, ...records] = first.done === true ? [] : first.value
  if (head === undefined) throw new CsvError(['the file is empty: it needs a header and rows'])
  const header = parseHeader(head)
  const reading = { header, problems: new Problems(), coverage: new CoverageByHour(), records: 0 }
  const all = withFirst(records, batches)
  const summary =
    header.kind === 'attributes'
      ? await importAttributes(db, { source, rows: attributeRows(reading, all), now, dryRun })
      : await importCounts(db, {
          source,
          rows: countRows(reading, all),
          coverage: () => reading.coverage.byHour,
          now,
          dryRun,
        })
  return { ...summary, kind: header.kind, records: reading.records }
}

interface Reading {
  readonly header: Header
  readonly problems: Problems
  readonly coverage: CoverageByHour
  records: number
}

async function* countRows(reading: Reading, batches: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<CountRow[]> {
  const { header, problems, coverage } = reading
  for await (const batch of batches) {
    const rows: CountRow[] = []
    for (const record of batch) {
      const parsed = parseCountRecord(header, record, problems)
      if (parsed === null) continue
      coverage.add(parsed.row.hour, parsed.coverage, record.line, problems)
      rows.push(parsed.row)
    }
    reading.records += batch.length
    yield rows
  }
  problems.throwAny()
}

async function* attributeRows(
  reading: Reading,
  batches: AsyncIterable<readonly CsvRecord[]>,
): AsyncGenerator<AttributeRow[]> {
  const { header, problems } = reading
  for await (const batch of batches) {
    reading.records += batch.length
    yield batch.flatMap((record) => parseAttributeRecord(header, record, problems) ?? [])
  }
  problems.throwAny()
}

async function* withFirst<T>(first: T[], rest: AsyncIterable<T[]>): AsyncGenerator<T[]> {
  yield first
  yield* rest
}

/** What the rows of an hour say of it must be the same: it is the hour that was covered, not the row. */
class CoverageByHour {
  readonly byHour = new Map<EpochMs, number>()
  readonly #lines = new Map<EpochMs, number>()

  add(hour: EpochMs, ratio: number, line: number, problems: Problems): void {
    const before = this.byHour.get(hour)
    if (before === undefined) {
      this.byHour.set(hour, ratio)
      this.#lines.set(hour, line)
    } else if (before !== ratio) {
      const allowed = `${before}, as line ${this.#lines.get(hour)} says of ${isoSeconds(hour)}`
      problems.add(line, 'coverage', String(ratio), allowed)
    }
  }
}
