import { createReadStream } from 'node:fs'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { importCsv } from '../../data/counts/csv/import-csv.ts'
import { CsvError } from '../../data/counts/csv/parse-csv.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { askOwner } from '../cli/ask-owner.ts'
import { CommandError } from '../cli/command.ts'
import type { Settings } from '../settings/schema.ts'
import { gatheredHours, stepsOf } from './gather-hours.ts'

/** Counts of the past in a database of their own, which is gone when it is closed. */
export interface LoadedCounts {
  readonly database: Database
  /** The file that they are from; null: the state directory. */
  readonly file: string | null
  readonly from: EpochMs
  readonly to: EpochMs
  /** Whether there are counts of attributes: without them nobody knows which values are new. */
  readonly hasAttributes: boolean
  /** What somebody should know of how they were read. */
  readonly notes: readonly string[]
  close(): Promise<void>
}

/** From files as `tidewatch import counts` takes them, and finer ones. Throws CommandError with what is wrong, by line. */
export async function loadFiles(counts: string, attributes: string | null): Promise<LoadedCounts> {
  return loaded(async (database) => {
    const steps = await inFile(counts, () => stepsOf(createReadStream(counts)))
    const chunks = () => {
      const file = createReadStream(counts)
      return steps === null ? file : gatheredHours(file, steps)
    }
    const range = await inFile(counts, () => importRange(database, counts, chunks()))
    if (attributes !== null)
      await inFile(attributes, () => importRange(database, attributes, createReadStream(attributes)))
    const notes =
      steps === null
        ? []
        : [`${counts}: steps of ${steps.stepMs / MINUTE_MS} minutes, judged as the hours that they make up`]
    return { ...range, file: counts, hasAttributes: attributes !== null, notes }
  })
}

/** From the state directory, through the running service where there is one: the hours from `from` up to `to`. */
export async function loadLive(
  settings: Settings,
  { from, to }: { readonly from: EpochMs | null; readonly to: EpochMs | null },
): Promise<LoadedCounts> {
  return loaded(async (database) => {
    const importAll = (kind: 'counts' | 'attributes') => {
      const query = new URLSearchParams({ kind, format: 'csv' })
      if (from !== null) query.set('from', String(from))
      if (to !== null) query.set('to', String(to))
      return askOwner(settings, { method: 'GET', path: `/export?${query}` }, async ({ status, body }) => {
        if (status !== 200) throw new CommandError(await text(body))
        return importCsv(database, { chunks: body, source: kind, now: Date.now() })
      })
    }
    const { firstHour, lastHour } = await importAll('counts')
    if (firstHour === null || lastHour === null)
      throw new CommandError(`state is "${settings.state}": nothing is counted`)
    const { records } = await importAll('attributes')
    return { from: firstHour, to: lastHour + HOUR_MS, file: null, hasAttributes: records > 0, notes: [] }
  })
}

async function loaded(
  fill: (database: Database) => Promise<Omit<LoadedCounts, 'database' | 'close'>>,
): Promise<LoadedCounts> {
  // On disk: counts of a thousand series and a year take more memory than judging them.
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-backtest-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const database = await openDatabase(join(folder, 'counts.duckdb')).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  const close = async () => {
    await database.close()
    await remove()
  }
  try {
    return { ...(await fill(database)), database, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function importRange(database: Database, source: string, chunks: AsyncIterable<Uint8Array>) {
  const { firstHour, lastHour } = await importCsv(database, { chunks, source, now: Date.now() })
  if (firstHour === null || lastHour === null) throw new CommandError(`${source} holds no submissions`)
  return { from: firstHour, to: lastHour + HOUR_MS }
}

async function inFile<T>(file: string, read: () => Promise<T>): Promise<T> {
  await access(file).catch(() => {
    throw new CommandError(`${file} can't be read: is there such a file?`)
  })
  try {
    return await read()
  } catch (error) {
    if (error instanceof CsvError) {
      throw new CommandError(error.problems.map((problem) => `${file}: ${problem}`).join('\n'))
    }
    throw error
  }
}
