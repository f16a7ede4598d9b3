import { AsyncLocalStorage } from 'node:async_hooks'
import { resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { copyDatabase } from './copy-database.ts'
import { DatabaseError, toDatabaseError } from './database-error.ts'
import { type KeptAppenders, keepAppenders } from './kept-appenders.ts'
import { openMigrated } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations/all.ts'
import { type PlannedStatements, planStatements } from './planned-statements.ts'
import { type Params, Row, toDuckDB } from './values.ts'

export interface DatabaseOptions {
  /** Folders whose files `read_parquet` may read; everything else on disk is out of SQL's reach. Default: none. */
  readonly readableFolders?: readonly string[]
  /** Default 512. What doesn't fit spills to `<file>.tmp`. */
  readonly memoryLimitMegabytes?: number
  /** Where it spills to; for `:memory:`, which has no file to spill beside. */
  readonly spillFolder?: string
  /** Default 4096. */
  readonly spillLimitMegabytes?: number
  /** Default 2. */
  readonly threads?: number
  /** Reads that run at the same time; more wait. Default 4. */
  readonly readConnections?: number
  /** Default 30 s. */
  readonly readTimeoutMs?: number
  /** For one statement of a transaction. Default 120 s. */
  readonly writeTimeoutMs?: number
  /** For tests of the migrations themselves. */
  readonly migrations?: readonly Migration[]
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** Bounds of one question; whoever asks for something that may take long sets them. */
export interface ReadLimits {
  /** Instead of the database's `readTimeoutMs`; the time from when a connection is free. */
  readonly timeoutMs?: number
  /** Once it is aborted, the question is given up within milliseconds and throws DatabaseError `aborted`. */
  readonly signal?: AbortSignal
}

/**
 * The counts, opened once. One process may have the file open, and within it only one `Database`.
 * Transactions run one after the other, in the order they were asked for; reads run beside them and see what was
 * committed when they began.
 */
export interface Database {
  /** Answers one query, whole. `sql` names its parameters `$name`. */
  read<T>(sql: string, params: Params, parseRow: (row: Row) => T, limits?: ReadLimits): Promise<T[]>
  /** The same in batches of some thousand rows, for answers that don't fit in memory; holds a connection meanwhile. */
  readBatches<T>(sql: string, params: Params, parseRow: (row: Row) => T): AsyncIterable<T[]>
  /**
   * Commits when `work` returns, and only then resolves: what was committed survives a crash. Rolls back when it
   * throws. A transaction within a transaction is an error, not a wait for ever.
   */
  inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /**
   * Moves the log into the file, after the transactions asked for so far; where reads are under way it may not be possible just
   * now, which is no trouble: the log is as durable, only longer. Answers whether it was done.
   */
  checkpoint(): Promise<boolean>
  /**
   * Writes a copy to the new file `path`, which SQL must be allowed to write, beside all that goes on: of what is committed when
   * `atThatMoment` runs, which no transaction does meanwhile.
   */
  copyTo(path: string, atThatMoment: () => Promise<void>): Promise<void>
  /** Lets what runs end, moves the log into the file, and closes. */
  close(): Promise<void>
}

export interface Transaction {
  /** How many there were, this one among them: by it whoever keeps something in memory knows whether another one came between. */
  readonly number: number
  /** Returns the number of rows changed. `sql` may hold several statements only where it has no parameters. */
  run(sql: string, params?: Params): Promise<number>
  read<T>(sql: string, params: Params, parseRow: (row: Row) => T): Promise<T[]>
  /**
   * The same for a statement that is parsed and planned the first time only, which is most of what a small one takes. For statements that
   * compare columns of one table with parameters: of what joins or sums up, the best plan changes as the tables grow. Only one statement,
   * and no list that may be empty.
   */
  runPlanned(sql: string, params: Params): Promise<number>
  readPlanned<T>(sql: string, params: Params, parseRow: (row: Row) => T): Promise<T[]>
  /** Adds rows to a table, values in the order of its columns; a TIMESTAMP is given as `EpochMs`. Returns their number. */
  append(table: string, rows: Iterable<readonly Cell[]>): Promise<number>
  /**
   * The same, begun once and kept, for tables of the migrations that rows are added to again and again. Rows are laid out while `beside`
   * runs, statements of this transaction, and added after them.
   */
  appendKept(table: string, rows: Iterable<readonly Cell[]>, beside?: Promise<unknown>): Promise<number>
}

export type Cell = string | number | boolean | null | readonly number[]

const openPaths = new Set<string>()

const INTERRUPT_AGAIN_MS = 20

/**
 * Of a file that is created; others keep theirs. DuckDB's own choice, four times as much, leaves a quarter of the counts' file empty,
 * for they are written hour by hour; and in a quarter of this, wide numbers don't get compressed.
 */
const BLOCK_BYTES = '65536'

/**
 * Opens or creates the database at `path` (`:memory:` for one that nobody keeps) and brings its tables up to date.
 * Throws DatabaseError: `locked`, `open_twice`, `newer`, `corrupt`, `disk_full` (no room to bring it up to date), `io`.
 */
export async function openDatabase(path: string, options: DatabaseOptions = {}): Promise<Database> {
  const key = path === ':memory:' ? null : resolve(path)
  if (key !== null) {
    if (openPaths.has(key)) throw new DatabaseError('open_twice', `${path} is already open in this process`)
    openPaths.add(key)
  }
  const forget = () => {
    if (key !== null) openPaths.delete(key)
  }
  try {
    const { instance, writer } = await openMigrated({
      path,
      migrations: options.migrations ?? MIGRATIONS,
      open: () => openFile(path, options),
      ...(options.freeBytes === undefined ? {} : { freeBytes: options.freeBytes }),
    })
    try {
      const readers = await Promise.all(Array.from({ length: options.readConnections ?? 4 }, () => instance.connect()))
      return createDatabase(path, { instance, writer, readers, options, forget })
    } catch (error) {
      instance.closeSync()
      throw error
    }
  } catch (error) {
    forget()
    throw toDatabaseError(error, `could not open ${path}`)
  }
}

async function openFile(path: string, options: DatabaseOptions) {
  const instance = await createInstance(path, options)
  try {
    const writer = await instance.connect()
    await lockDown(writer, options)
    return { instance, writer }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}

function createInstance(path: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, {
    threads: String(options.threads ?? 2),
    default_block_size: BLOCK_BYTES,
    memory_limit: `${options.memoryLimitMegabytes ?? 512}MB`,
    max_temp_directory_size: `${options.spillLimitMegabytes ?? 4096}MB`,
    ...(options.spillFolder === undefined ? {} : { temp_directory: options.spillFolder }),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
}

/**
 * The order matters: folders can only be allowed before access is closed, and nothing can be set after the lock. The
 * time zone is set for all connections (a plain SET is for its own connection only).
 */
async function lockDown(writer: DuckDBConnection, options: DatabaseOptions): Promise<void> {
  const folders = (options.readableFolders ?? []).map((folder) => `'${resolve(folder).replaceAll("'", "''")}'`)
  await writer.run("SET GLOBAL TimeZone = 'UTC'")
  if (folders.length > 0) await writer.run(`SET GLOBAL allowed_directories = [${folders.join(', ')}]`)
  await writer.run('SET GLOBAL enable_external_access = false')
  await writer.run('SET GLOBAL lock_configuration = true')
}

interface Parts {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly readers: readonly DuckDBConnection[]
  readonly options: DatabaseOptions
  readonly forget: () => void
}

function createDatabase(path: string, { instance, writer, readers, options, forget }: Parts): Database {
  const pool = createPool(readers)
  const inside = new AsyncLocalStorage<true>()
  const readTimeoutMs = options.readTimeoutMs ?? 30_000
  const writeTimeoutMs = options.writeTimeoutMs ?? 120_000
  const question = <T>(
    reader: DuckDBConnection,
    work: () => Promise<T>,
    { timeoutMs = readTimeoutMs, signal }: ReadLimits = {},
  ) => limited(reader, { timeoutMs, signal }, `could not read from ${path}`, work)
  const statement: Statement = (work) =>
    limited(writer, { timeoutMs: writeTimeoutMs }, `could not write to ${path}`, work)
  const planned = planStatements(writer)
  const appenders = keepAppenders(writer)
  let lastWrite: Promise<unknown> = Promise.resolve()
  let transactions = 0
  let closing: Promise<void> | null = null

  const refuseIfClosed = () => {
    if (closing !== null) throw new DatabaseError('closed', `${path} is closed`)
  }

  async function runTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    transactions += 1
    const { transaction, end } = createTransaction(writer, { number: transactions, planned, appenders, statement })
    try {
      await statement(() => writer.run('begin'))
      const result = await inside.run(true, () => work(transaction))
      end()
      await statement(() => writer.run('commit'))
      return result
    } catch (error) {
      end()
      await rollBack(writer)
      throw error
    }
  }

  return {
    async read(sql, params, parseRow, limits) {
      refuseIfClosed()
      const reader = await pool.take()
      try {
        const answer = await question(reader, () => reader.runAndReadAll(sql, bind(params)), limits)
        return parseRows(answer.columnNames(), answer.getRows(), parseRow)
      } finally {
        pool.giveBack(reader)
      }
    },

    async *readBatches(sql, params, parseRow) {
      refuseIfClosed()
      const reader = await pool.take()
      try {
        const result = await question(reader, () => reader.stream(sql, bind(params)))
        const names = result.columnNames()
        for (;;) {
          const chunk = await question(reader, () => result.fetchChunk())
          if (chunk === null || chunk.rowCount === 0) return
          yield parseRows(names, chunk.getRows(), parseRow)
        }
      } finally {
        pool.giveBack(reader)
      }
    },

    async inTransaction(work) {
      if (inside.getStore() === true) {
        throw new Error('a transaction within a transaction: pass the outer one down instead')
      }
      refuseIfClosed()
      const mine = lastWrite.then(() => runTransaction(work))
      // The next one waits for the end of this one, whatever it was.
      lastWrite = mine.catch(() => undefined)
      return mine
    },

    checkpoint() {
      const mine = lastWrite.then(async () => {
        refuseIfClosed()
        return writer.run('checkpoint').then(
          () => true,
          () => false,
        )
      })
      lastWrite = mine.catch(() => undefined)
      return mine
    },

    async copyTo(copy, atThatMoment) {
      refuseIfClosed()
      const empty = await openDatabase(copy, { migrations: options.migrations ?? MIGRATIONS })
      await empty.close()
      const connection = await instance.connect()
      try {
        await copyDatabase(connection, copy, (work) => {
          const mine = lastWrite.then(async () => {
            await work()
            await atThatMoment()
          })
          lastWrite = mine.catch(() => undefined)
          return mine
        })
      } catch (error) {
        throw toDatabaseError(error, `could not copy ${path}`)
      } finally {
        connection.closeSync()
      }
    },

    close() {
      closing ??= (async () => {
        await lastWrite
        await pool.drain()
        try {
          await writer.run('checkpoint')
        } finally {
          planned.close()
          appenders.close()
          for (const connection of [...readers, writer]) connection.closeSync()
          instance.closeSync()
          forget()
        }
      })()
      return closing
    },
  }
}

type Statement = <T>(work: () => Promise<T>) => Promise<T>

interface WriterParts {
  readonly number: number
  readonly planned: PlannedStatements
  readonly appenders: KeptAppenders
  readonly statement: Statement
}

/** After `end`, what was handed out refuses to work: a forgotten `await` must not write outside its transaction. */
function createTransaction(
  writer: DuckDBConnection,
  { number, planned, appenders, statement }: WriterParts,
): { transaction: Transaction; end: () => void } {
  let ended = false
  const refuseIfEnded = () => {
    if (ended) throw new Error('the transaction has ended: await everything that it does')
  }
  const transaction: Transaction = {
    number,
    async run(sql, params = {}) {
      refuseIfEnded()
      const result = await statement(() => writer.run(sql, bind(params)))
      return result.rowsChanged
    },
    async read(sql, params, parseRow) {
      refuseIfEnded()
      const answer = await statement(() => writer.runAndReadAll(sql, bind(params)))
      return parseRows(answer.columnNames(), answer.getRows(), parseRow)
    },
    async runPlanned(sql, params) {
      refuseIfEnded()
      const result = await statement(() => planned.with(sql, bind(params), (kept) => kept.run()))
      return result.rowsChanged
    },
    async readPlanned(sql, params, parseRow) {
      refuseIfEnded()
      const answer = await statement(() => planned.with(sql, bind(params), (kept) => kept.runAndReadAll()))
      return parseRows(answer.columnNames(), answer.getRows(), parseRow)
    },
    async append(table, rows) {
      refuseIfEnded()
      return appenders.append(table, rows)
    },
    async appendKept(table, rows, beside) {
      refuseIfEnded()
      return appenders.appendKept(table, rows, beside)
    },
  }
  return {
    transaction,
    end: () => {
      ended = true
    },
  }
}

/**
 * One call of DuckDB. Interrupts what takes longer than `timeoutMs`, upon which DuckDB rejects within milliseconds. Only errors from
 * here are DuckDB's and get their kind: a caller's own error may well have the same words.
 */
async function limited<T>(
  connection: DuckDBConnection,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  const aborted = () => new DatabaseError('aborted', `${doing}: nobody waits for the answer any more`)
  const isAborted = () => signal?.aborted === true
  if (isAborted()) throw aborted()
  let again: NodeJS.Timeout | undefined
  // What is still being planned forgets that it was interrupted when it begins to run, so that once isn't enough.
  const interrupt = () => {
    connection.interrupt()
    again ??= setInterval(() => connection.interrupt(), INTERRUPT_AGAIN_MS)
  }
  const timer = setTimeout(interrupt, timeoutMs)
  signal?.addEventListener('abort', interrupt)
  try {
    return await work()
  } catch (error) {
    throw isAborted() ? aborted() : toDatabaseError(error, doing)
  } finally {
    clearTimeout(timer)
    clearInterval(again)
    signal?.removeEventListener('abort', interrupt)
  }
}

/** After some errors (a failed commit) DuckDB has rolled back by itself, and says so. */
async function rollBack(writer: DuckDBConnection): Promise<void> {
  try {
    await writer.run('rollback')
  } catch (error) {
    if (!(error instanceof Error) || !/no transaction is active|invalidated/.test(error.message)) throw error
  }
}

function bind(params: Params) {
  return Object.fromEntries(Object.entries(params).map(([name, param]) => [name, toDuckDB(param)]))
}

function parseRows<T>(
  names: readonly string[],
  rows: readonly ConstructorParameters<typeof Row>[1][],
  parseRow: (row: Row) => T,
): T[] {
  const index = new Map(names.map((name, position) => [name, position]))
  return rows.map((values) => parseRow(new Row(index, values)))
}

interface Pool {
  take(): Promise<DuckDBConnection>
  giveBack(connection: DuckDBConnection): void
  /** Resolves once every connection is back. */
  drain(): Promise<void>
}

function createPool(connections: readonly DuckDBConnection[]): Pool {
  const free = [...connections]
  const waiting: ((connection: DuckDBConnection) => void)[] = []
  const draining: (() => void)[] = []
  return {
    take() {
      const connection = free.pop()
      return connection === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(connection)
    },
    giveBack(connection) {
      const next = waiting.shift()
      if (next !== undefined) {
        next(connection)
        return
      }
      free.push(connection)
      if (free.length === connections.length) for (const done of draining.splice(0)) done()
    },
    drain() {
      return free.length === connections.length ? Promise.resolve() : new Promise((resolve) => draining.push(resolve))
    },
  }
}
