import { join, resolve } from 'node:path'
import { makeFolderDurably } from '../../data/files/durable.ts'

/** Where a running server keeps what it keeps; absolute paths. ARCHITECTURE.md says what each is for. */
export interface StateFolders {
  readonly state: string
  readonly spool: string
  readonly converted: string
  readonly corrupted: string
  readonly raw: string
  readonly archive: string
  readonly quarantine: string
  readonly staging: string
  readonly specifications: string
  readonly mail: string
  /** A file: what signs the links in mails (mode 0600). */
  readonly linkKeys: string
  readonly journal: string
  readonly seen: string
  readonly database: string
  /** Tables on their way into or out of the database; emptied at each start. */
  readonly exchange: string
  /** Copies of the counts that were imported, for a database that is made anew. */
  readonly imported: string
  /** Counts of what retention removed, likewise. */
  readonly retired: string
  readonly damaged: string
  readonly rebuilding: string
  readonly restoring: string
  /** What was there before a backup was restored. */
  readonly before: string
  readonly socket: string
}

export function stateFolders(state: string): StateFolders {
  const root = resolve(state)
  return {
    state: root,
    spool: join(root, 'spool'),
    converted: join(root, 'converted'),
    corrupted: join(root, 'corrupted'),
    raw: join(root, 'raw'),
    archive: join(root, 'archive'),
    quarantine: join(root, 'quarantine'),
    staging: join(root, 'staging'),
    specifications: join(root, 'histograms'),
    mail: join(root, 'mail'),
    linkKeys: join(root, 'link-keys.json'),
    journal: join(root, 'journal'),
    seen: join(root, 'seen'),
    exchange: join(root, 'staging', 'tables'),
    imported: join(root, 'imported'),
    retired: join(root, 'retired'),
    damaged: join(root, 'damaged'),
    rebuilding: join(root, 'rebuilding'),
    restoring: join(root, 'restoring'),
    before: join(root, 'before'),
    database: join(root, 'tidewatch.duckdb'),
    socket: join(root, 'owner.sock'),
  }
}

/** Creates what isn't there yet. Throws Node's own errors (a read-only disk, a file in the way). */
export async function makeStateFolders(folders: StateFolders): Promise<void> {
  const made = [
    folders.spool,
    folders.converted,
    folders.corrupted,
    folders.archive,
    folders.quarantine,
    folders.staging,
    folders.specifications,
    folders.mail,
    folders.journal,
  ]
  for (const folder of made) await makeFolderDurably(folder)
}
