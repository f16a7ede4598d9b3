import { isoDate } from '../../domain/time.ts'
import type { Keep, Partition } from '../part-name.ts'
import type { HeldRow } from './held-rows.ts'

/** Rows that make one file, in their order. */
export interface FileRows {
  readonly partition: Partition
  /** Numbers the files of the partition from 0. */
  readonly file: number
  readonly rows: readonly HeldRow[]
}

/**
 * Sorts the rows of each partition as `ORDER` says, and cuts them where their content reaches another `maxFileBytes`. Texts are
 * compared by their UTF-16 units, DuckDB compares bytes: only characters beyond U+FFFF may stand elsewhere, and all alike together.
 */
export function cutRows(keep: Keep, rows: readonly HeldRow[], maxFileBytes: number): FileRows[] {
  const partitions = new Map<string, { readonly partition: Partition; readonly rows: HeldRow[] }>()
  for (const row of rows) {
    const { receivedAt, dimensions } = row.entry.record
    const partition: Partition = { keep, date: isoDate(receivedAt), channel: dimensions.channel }
    const key = JSON.stringify(partition)
    const known = partitions.get(key)
    if (known === undefined) partitions.set(key, { partition, rows: [row] })
    else known.rows.push(row)
  }
  return [...partitions.values()].flatMap(({ partition, rows }) =>
    cut(rows.sort(compareRows), maxFileBytes).map((rows, file) => ({ partition, file, rows })),
  )
}

function cut(rows: readonly HeldRow[], maxFileBytes: number): HeldRow[][] {
  const files: HeldRow[][] = []
  let last = -1
  let bytes = 0
  for (const row of rows) {
    bytes += row.contentBytes
    const file = Math.floor(bytes / maxFileBytes)
    if (file !== last) files.push([])
    files.at(-1)?.push(row)
    last = file
  }
  return files
}

function compareRows(one: HeldRow, other: HeldRow): number {
  const [a, b] = [one.entry.record, other.entry.record]
  return (
    compare(a.dimensions.reason, b.dimensions.reason) ||
    compare(a.dimensions.appName, b.dimensions.appName) ||
    compare(a.dimensions.appVersion, b.dimensions.appVersion) ||
    compare(a.dimensions.buildId, b.dimensions.buildId) ||
    a.receivedAt - b.receivedAt ||
    compare(a.documentId, b.documentId) ||
    compare(one.segment, other.segment) ||
    a.frame - b.frame
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
