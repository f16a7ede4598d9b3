import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { DAY_MS, type EpochMs } from '../domain/time.ts'

/**
 * Where DuckDB's values become ours and ours become DuckDB's: times are `EpochMs`, 64-bit counts are plain numbers.
 * Nothing else in the project sees a `bigint` count or a DuckDB timestamp object.
 */

/** A time as a parameter of a statement: a plain number would be bound as a number. */
export interface TimeParam {
  readonly time: EpochMs
}

export function time(value: EpochMs): TimeParam {
  return { time: value }
}

/** What a statement takes for `$name`. A list becomes a DuckDB list of its items; it holds at least one (else it has no type). */
export type Param = string | number | boolean | null | Uint8Array | TimeParam | readonly Param[]
export type Params = Readonly<Record<string, Param>>

export function toDuckDB(param: Param): DuckDBValue {
  if (param === null || typeof param === 'string' || typeof param === 'boolean') return param
  if (typeof param === 'number') return param
  if (param instanceof Uint8Array) return new DuckDBBlobValue(param)
  if ('time' in param) return timestamp(param.time)
  return new DuckDBListValue(param.map(toDuckDB))
}

export function timestamp(value: EpochMs): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(Math.round(value)) * 1000n)
}

export type SqlValue = string | number | boolean | null | Uint8Array | readonly SqlValue[]

/** Throws where a count is too large to be exact as a number, and for types that no statement of ours returns. */
function fromDuckDB(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (typeof value === 'bigint') return exactNumber(value)
  if (value instanceof DuckDBTimestampValue) return floorDivide(value.micros, 1000n)
  if (value instanceof DuckDBTimestampMillisecondsValue) return exactNumber(value.millis)
  if (value instanceof DuckDBDateValue) return value.days * DAY_MS
  if (value instanceof DuckDBListValue) return value.items.map(fromDuckDB)
  if (value instanceof DuckDBBlobValue) return value.bytes
  if (value instanceof DuckDBDecimalValue) return value.toDouble()
  throw new TypeError(`DuckDB returned a ${value.constructor.name}: no statement of ours should; cast it`)
}

function exactNumber(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`DuckDB returned ${value}: too large to be exact as a number`)
  return number
}

function floorDivide(value: bigint, by: bigint): number {
  const remainder = value % by
  return exactNumber(remainder < 0n ? value / by - 1n : value / by)
}

/**
 * One row of an answer, read by column name and with the type that the caller expects. A column that isn't there or
 * holds another type is a broken promise of our own SQL and throws.
 */
export class Row {
  readonly #index: ReadonlyMap<string, number>
  readonly #values: readonly DuckDBValue[]

  constructor(index: ReadonlyMap<string, number>, values: readonly DuckDBValue[]) {
    this.#index = index
    this.#values = values
  }

  value(column: string): SqlValue {
    const index = this.#index.get(column)
    if (index === undefined) {
      throw new TypeError(`no column "${column}" in the answer: it has ${[...this.#index.keys()].join(', ')}`)
    }
    return fromDuckDB(this.#values[index] ?? null)
  }

  text(column: string): string {
    const value = this.value(column)
    return typeof value === 'string' ? value : wrongType(column, 'a text', value)
  }

  textOrNull(column: string): string | null {
    return this.value(column) === null ? null : this.text(column)
  }

  /** Counts, sizes, and times as `EpochMs`. */
  number(column: string): number {
    const value = this.value(column)
    return typeof value === 'number' ? value : wrongType(column, 'a number or time', value)
  }

  numberOrNull(column: string): number | null {
    return this.value(column) === null ? null : this.number(column)
  }

  boolean(column: string): boolean {
    const value = this.value(column)
    return typeof value === 'boolean' ? value : wrongType(column, 'a boolean', value)
  }

  bytes(column: string): Uint8Array {
    const value = this.value(column)
    return value instanceof Uint8Array ? value : wrongType(column, 'bytes', value)
  }

  numbers(column: string): number[] {
    const value = this.value(column)
    if (!isList(value)) return wrongType(column, 'a list', value)
    return value.map((item) => (typeof item === 'number' ? item : wrongType(column, 'a list of numbers', item)))
  }

  texts(column: string): string[] {
    const value = this.value(column)
    if (!isList(value)) return wrongType(column, 'a list', value)
    return value.map((item) => (typeof item === 'string' ? item : wrongType(column, 'a list of texts', item)))
  }
}

function isList(value: SqlValue): value is readonly SqlValue[] {
  return Array.isArray(value)
}

function wrongType(column: string, wanted: string, value: SqlValue): never {
  throw new TypeError(`column "${column}" holds ${value === null ? 'null' : typeof value}, expected ${wanted}`)
}
