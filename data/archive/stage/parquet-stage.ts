import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { ConvertedEntry, StoredEntry } from '../../converted/converted-file.ts'
import { syncFile } from '../../files/durable.ts'
import { KEEPS, type Keep, type Partition } from '../part-name.ts'
import { copyToParquet } from './copy-to-parquet.ts'
import { cutRows, type FileRows } from './cut-rows.ts'
import { HeldRows, type Recovery } from './held-rows.ts'
import { RowsSource } from './rows-source.ts'
import { PARTITION_COLUMNS } from './stage-columns.ts'
import { createStageTables, type StageTables } from './stage-tables.ts'

/** One Parquet file of a part, staged. `file` numbers the files of its partition from 0. */
export interface StagedFile {
  readonly partition: Partition
  readonly file: number
  readonly path: string
  readonly rows: number
  readonly bytes: number
  /** Those of its rows, each once, sorted. */
  readonly problems: readonly string[]
}

/** A file that lies in the archive already. */
export interface StoredFile {
  readonly partition: Partition
  /** On this disk. */
  readonly path: string
}

/** Names a submission for ever. */
export interface FrameName {
  readonly segment: string
  readonly frame: number
}

/**
 * Collects a part's submissions and writes them as Parquet, a file a partition, in a folder of its own. What is added stays in memory
 * and goes from there into its file. What is too much for that, and what comes from other files, goes through tables of a DuckDB
 * apart from the counts, which keeps on disk what doesn't fit in memory. The files are the same either way.
 */
export interface ParquetStage {
  add(segment: string, entry: ConvertedEntry | StoredEntry, recovery?: Recovery): Promise<void>
  /** Adds the rows of a stored file, all but those named. Answers their number. */
  copy(file: StoredFile, except?: readonly FrameName[]): Promise<number>
  /** The same of the rows for which the SQL condition `where` holds. `params`: the values of its `$names`. */
  copyWhere(file: StoredFile, where: string, params?: Readonly<Record<string, string | number>>): Promise<number>
  /** Whole, but not durable yet, and under staged names. */
  writeFiles(): Promise<StagedFile[]>
  /** Removes the folder with all that is in it. */
  remove(): Promise<void>
}

export interface StageOptions {
  /** Content of one file before compression; more goes into another file of the partition. Bounds memory too. */
  readonly maxFileBytes: number
  /** Of the tables. */
  readonly memoryLimitMegabytes: number
  /** What may wait in memory beside them; a part of the usual size has room. Default 192 MiB. */
  readonly maxHeldBytes?: number
}

const HELD_BYTES = 192 * 1024 * 1024

/** Files that are written at the same time: compressing them is what takes long. */
const LANES = 2

/** One who writes files, of one connection, which does one thing at a time. */
interface Lane {
  readonly connection: DuckDBConnection
  readonly sources: Readonly<Record<Keep, RowsSource>>
}

export async function createParquetStage(folder: string, options: StageOptions): Promise<ParquetStage> {
  const { maxFileBytes, memoryLimitMegabytes, maxHeldBytes = HELD_BYTES } = options
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const instance = await openInstance(folder, memoryLimitMegabytes)
  const held = new HeldRows()
  const lanes: Lane[] = []
  for (let lane = 0; lane < LANES; lane++) lanes.push(createLane(await instance.connect(), lane))
  const [first] = lanes
  if (first === undefined) throw new Error('a stage has at least one lane')
  let tables: StageTables | null = null

  const openTables = async () => {
    tables ??= await createStageTables(first.connection)
    return tables
  }
  const moveToTables = async () => {
    const into = await openTables()
    const rows = held.take()
    for (const keep of KEEPS) {
      if (rows[keep].length === 0) continue
      await first.sources[keep].during(rows[keep], [], (select) => into.insert(keep, select))
    }
    return into
  }

  return {
    async add(segment, entry, recovery) {
      held.add(segment, entry, recovery ?? null)
      if (held.bytes >= maxHeldBytes) await moveToTables()
    },
    async copy(file, except = []) {
      return (await openTables()).copy(file, { except })
    },
    async copyWhere(file, where, params = {}) {
      return (await openTables()).copy(file, { where, params })
    },
    async writeFiles() {
      if (tables !== null) return (await moveToTables()).writeFiles(folder, maxFileBytes)
      const rows = held.take()
      return writeHeld(
        lanes,
        KEEPS.flatMap((keep) => cutRows(keep, rows[keep], maxFileBytes)),
        folder,
      )
    },
    async remove() {
      for (const { connection } of lanes) connection.closeSync()
      instance.closeSync()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** In memory: a file would be compressed for nothing. What doesn't fit goes to the folder. */
function openInstance(folder: string, memoryLimitMegabytes: number): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    // Of a statement: a second one would hold as many rows again in memory, a third more than all.
    threads: '1',
    temp_directory: folder,
    memory_limit: `${memoryLimitMegabytes}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
}

function createLane(connection: DuckDBConnection, lane: number): Lane {
  const source = (keep: Keep) => RowsSource.register(connection, keep, lane)
  return { connection, sources: { archive: source('archive'), quarantine: source('quarantine') } }
}

/** Each lane takes the next file when it has written one. */
async function writeHeld(lanes: readonly Lane[], files: readonly FileRows[], folder: string): Promise<StagedFile[]> {
  const staged: StagedFile[] = []
  const waiting = files.entries()
  const work = lanes.map(async (lane) => {
    for (const [number, file] of waiting) {
      staged[number] = await writeFile(lane, file, join(folder, `${file.partition.keep}-${number}.parquet`))
    }
  })
  // Where one fails, the other still writes: whoever removes the folder has to wait for that.
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return staged
}

async function writeFile({ connection, sources }: Lane, file: FileRows, path: string): Promise<StagedFile> {
  const { partition, rows } = file
  const averageBytes = rows.reduce((sum, { contentBytes }) => sum + contentBytes, 0) / rows.length
  const written = await sources[partition.keep].during(rows, PARTITION_COLUMNS, (select) =>
    copyToParquet(connection, select, path, { averageBytes }),
  )
  if (written.rows !== rows.length) throw new Error(`${written.rows} of ${rows.length} rows were written to ${path}`)
  // Here, beside the next file, and not all of them at the end.
  await syncFile(path)
  const problems = [...new Set(rows.map(({ entry }) => entry.record.problem))].sort()
  return { partition, file: file.file, path, ...written, problems }
}
