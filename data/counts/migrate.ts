import { constants } from 'node:fs'
import { copyFile, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { renameDurably } from '../files/durable.ts'
import { DatabaseError } from './database-error.ts'
import type { Migration } from './migrations/all.ts'

/** A database whose tables may be of an earlier version. */
interface OpenedFile {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
}

export interface MigrateOptions {
  readonly path: string
  readonly migrations: readonly Migration[]
  readonly open: () => Promise<OpenedFile>
  /** Room on the disk that holds this folder. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** Beside what the copy and the migration itself need. */
const SPARE_BYTES = 64 * 1024 * 1024

/**
 * Opens the file and brings its tables up to date, each migration in a transaction of its own: killed between two, the older version is
 * whole. Where there are tables already, a copy of the file is made first, `<path>.version-<n>`, which stays; there must be room for that and
 * for the migration. Throws DatabaseError: `newer`, `disk_full`; nothing has changed then.
 */
export async function openMigrated(options: MigrateOptions): Promise<OpenedFile> {
  const { path, migrations, open } = options
  let opened = await open()
  try {
    const version = await readVersion(opened.writer)
    refuseNewer(path, version, migrations)
    const pending = migrations.filter((migration) => migration.version > version)
    if (pending.length > 0 && version > 0 && path !== ':memory:') {
      await opened.writer.run('checkpoint')
      opened.writer.closeSync()
      // To close a second handle of an open file would let go of this process's lock.
      opened.instance.closeSync()
      await copyBefore(version, options)
      opened = await open()
    }
    for (const migration of pending) await migrate(opened.writer, migration, path)
    return opened
  } catch (error) {
    opened.instance.closeSync()
    throw error
  }
}

/** 0: it has no tables yet. */
async function readVersion(writer: DuckDBConnection): Promise<number> {
  await writer.run(`create table if not exists schema_versions (
    version integer primary key, name varchar not null, applied_at timestamp not null)`)
  const answer = await writer.runAndReadAll('select coalesce(max(version), 0)::integer from schema_versions')
  return Number(answer.getRows()[0]?.[0] ?? 0)
}

function refuseNewer(path: string, version: number, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0
  if (version <= known) return
  throw new DatabaseError(
    'newer',
    `${path} was written by a newer Tidewatch (tables version ${version}, this one knows up to ${known}): use that version or newer`,
  )
}

async function copyBefore(version: number, { path, freeBytes = readFreeBytes }: MigrateOptions): Promise<void> {
  const { size } = await stat(path)
  const needed = 2 * size + SPARE_BYTES
  const free = await freeBytes(dirname(path))
  if (free < needed) {
    throw new DatabaseError(
      'disk_full',
      `${path} has to be brought up to date, which takes ${megabytes(needed)} of the disk, and ${megabytes(free)} are free: make room and start again, nothing has changed`,
    )
  }
  const aside = `${path}.aside-${process.pid}`
  try {
    await copyFile(path, aside, constants.COPYFILE_FICLONE)
    await renameDurably(aside, `${path}.version-${version}`)
  } finally {
    await rm(aside, { force: true })
  }
}

async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024)).toLocaleString('en-US')} MiB`
}

async function migrate(writer: DuckDBConnection, { version, name, sql }: Migration, path: string): Promise<void> {
  await writer.run('begin')
  try {
    await writer.run(sql)
    await writer.run("insert into schema_versions values ($version, $name, now() at time zone 'UTC')", {
      version,
      name,
    })
    await writer.run('commit')
  } catch (error) {
    // After some errors DuckDB has rolled back by itself.
    await writer.run('rollback').catch(() => undefined)
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(`${path}: migration ${version} (${name}) failed, the tables are as they were: ${text}`, {
      cause: error,
    })
  }
}
