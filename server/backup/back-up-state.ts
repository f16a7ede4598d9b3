import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readArchiveFiles } from '../../data/archive/archive-files.ts'
import { KEEPS } from '../../data/archive/part-name.ts'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { checkDatabase } from '../../data/counts/check-database.ts'
import { openDatabase } from '../../data/counts/database.ts'
import { readUnarchivedSegments } from '../../data/counts/read-ledger.ts'
import { makeFolderDurably, syncFolder, writeFileDurably } from '../../data/files/durable.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import type { OpenState } from '../owner/open-state.ts'
import { copyDurably, isNeverChanged, linkOrCopy } from './copy-file.ts'
import { type BackedUpFile, hashOf, MANIFEST, type Manifest } from './manifest.ts'

export interface BackupOptions {
  readonly state: OpenState
  /** Absolute; it must not be there yet. */
  readonly target: string
  readonly version: string
  readonly signal?: AbortSignal
  /** Told after each file. */
  readonly onFile?: (done: BackedUp) => void
}

export interface BackedUp {
  readonly files: number
  readonly bytes: number
}

/** What can't be a backup's folder; for people. */
class BackupRefused extends Error {}

/** Besides database, journal, archive, quarantine and what is converted; whole folders. */
const FOLDERS = ['mail', 'histograms', 'imported', 'retired', 'unknown', 'corrupted'] as const

/**
 * Makes a backup of all that is kept, as it is at one moment, beside everything that goes on; it has the form of a state directory. What is
 * received and not counted yet isn't in it. The folder gets its name when it is whole, synced, and its database has been opened and
 * read. Throws BackupRefused.
 */
export async function backUpState(options: BackupOptions): Promise<BackedUp> {
  const { state, target } = options
  await refuseTaken(target)
  const partial = `${target}.partial`
  await rm(partial, { recursive: true, force: true })
  await makeFolderDurably(partial)
  // What is replaced from here on stays until it is copied.
  const end = state.write.readings.begin()
  try {
    const copier = new Copier(options, partial)
    await copyMoment(options, copier)
    await copyRest(options, copier)
    await writeManifest(partial, copier.files, options)
    await rename(partial, target)
    await syncFolder(dirname(target))
    return copier.done
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  } finally {
    end()
  }
}

async function refuseTaken(target: string): Promise<void> {
  const there = await readdir(target).catch((error: unknown) => {
    if (isNotFound(error)) return null
    throw new BackupRefused(`${target} is no folder: use one that isn't there yet`)
  })
  if (there !== null && there.length > 0)
    throw new BackupRefused(`${target} is not empty: use a folder that isn't there yet`)
  const parent = await stat(dirname(target)).catch(() => null)
  if (parent?.isDirectory() !== true)
    throw new BackupRefused(`${dirname(target)} is no folder: make it, or use another`)
}

/** Database, journal, and what waits for its part: as they fit together; then the archive, whose files `Readings` keeps. */
async function copyMoment({ state }: BackupOptions, copier: Copier): Promise<void> {
  const { database, folders, turn } = state
  await makeFolderDurably(folders.exchange)
  const copy = join(folders.exchange, 'backup.duckdb')
  try {
    // What waits for its part must not be archived before it is copied.
    const parts = await turn.take(async () => {
      for (const suffix of ['', '.wal']) await rm(copy + suffix, { force: true })
      const journal: { readonly name: string; readonly bytes: number }[] = []
      await database.copyTo(copy, async () => {
        for (const name of await readdir(folders.journal)) {
          if (/\.jsonl(\.gz)?$/.test(name))
            journal.push({ name, bytes: (await stat(join(folders.journal, name))).size })
        }
      })
      for (const { name, bytes } of journal) await copier.copy(`journal/${name}`, { bytes })
      const { segments, parts } = await readListed(copy)
      for (const segment of segments) {
        await copier.copy(`converted/${basename(convertedFilePath(folders.converted, segment))}`, {
          isPerhapsGone: true,
        })
      }
      return parts
    })
    for (const part of parts) await copier.copy(part, { isPerhapsGone: true })
    await copier.copy('tidewatch.duckdb', { from: copy })
  } finally {
    for (const suffix of ['', '.wal']) await rm(copy + suffix, { force: true })
  }
}

/** What the copied database says there is, every block of which is read. */
async function readListed(
  copy: string,
): Promise<{ readonly segments: readonly string[]; readonly parts: readonly string[] }> {
  const database = await openDatabase(copy)
  try {
    await checkDatabase(database)
    const files = await Promise.all(KEEPS.map((keep) => readArchiveFiles(database, { keep })))
    return { segments: await readUnarchivedSegments(database), parts: files.flat().map(({ name }) => name) }
  } finally {
    await database.close()
  }
}

async function copyRest({ state: { folders } }: BackupOptions, copier: Copier): Promise<void> {
  for (const folder of FOLDERS) {
    for (const name of await filesBelow(join(folders.state, folder))) {
      await copier.copy(`${folder}/${name}`, { isPerhapsGone: true })
    }
  }
  // Keys and the like.
  for (const entry of await readdir(folders.state, { withFileTypes: true })) {
    const isDatabase = entry.name.startsWith(basename(folders.database))
    if (entry.isFile() && !isDatabase && !entry.name.includes('.aside-'))
      await copier.copy(entry.name, { isPerhapsGone: true })
  }
}

class Copier {
  readonly files: BackedUpFile[] = []
  readonly #options: BackupOptions
  readonly #target: string

  constructor(options: BackupOptions, target: string) {
    this.#options = options
    this.#target = target
  }

  get done(): BackedUp {
    return { files: this.files.length, bytes: this.files.reduce((sum, { bytes }) => sum + bytes, 0) }
  }

  /** `isPerhapsGone`: that it isn't there is no error; a disk lost it, which others tell of. */
  async copy(
    name: string,
    {
      from = name,
      bytes = null,
      isPerhapsGone = false,
    }: { from?: string; bytes?: number | null; isPerhapsGone?: boolean } = {},
  ): Promise<void> {
    const { state, signal, onFile } = this.#options
    signal?.throwIfAborted()
    const source = from === name ? join(state.folders.state, name) : from
    const to = join(this.#target, name)
    try {
      await (isNeverChanged(name) ? linkOrCopy(source, to) : copyDurably(source, to, bytes))
    } catch (error) {
      if (isPerhapsGone && isNotFound(error)) return
      throw error
    }
    const isPart = KEEPS.some((keep) => name.startsWith(`${keep}/`))
    this.files.push({ name, bytes: (await stat(to)).size, sha256: isPart ? null : await hashOf(to) })
    onFile?.(this.done)
  }
}

async function writeManifest(
  folder: string,
  files: readonly BackedUpFile[],
  { state, version }: BackupOptions,
): Promise<void> {
  const manifest: Manifest = { format: 1, madeAt: state.write.now(), version, files: [...files] }
  await writeFileDurably(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`)
  for (const name of await foldersBelow(folder)) await syncFolder(join(folder, name))
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}
