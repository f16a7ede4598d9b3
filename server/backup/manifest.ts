import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isNotFound } from '../../data/files/is-not-found.ts'

/** What a backup consists of, in `backup.json` of its folder; written last but one, before the folder gets its name. */
export const Manifest = z.object({
  format: z.literal(1),
  /** When what it shows was so. */
  madeAt: z.number(),
  version: z.string(),
  /** Names relative to the backup, as in a state directory. `sha256` null: the parts of the archive, which `archive verify` reads. */
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string().nullable() })),
})
export type Manifest = Readonly<z.infer<typeof Manifest>>
export type BackedUpFile = Manifest['files'][number]

export const MANIFEST = 'backup.json'

/** A backup that isn't whole: names it, and what is wrong. */
export class BackupDamaged extends Error {
  constructor(folder: string, what: string) {
    super(`${folder} can't be restored: ${what}`)
    this.name = 'BackupDamaged'
  }
}

/** Throws BackupDamaged where there is none, or it can't be read. */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8')
  } catch (error) {
    if (isNotFound(error))
      throw new BackupDamaged(folder, `it has no ${MANIFEST}, so it is no backup, or was cut short`)
    throw error
  }
  const parsed = Manifest.safeParse(parseJson(text))
  if (!parsed.success) throw new BackupDamaged(folder, `its ${MANIFEST} can't be read`)
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Holds every file against the manifest. Throws BackupDamaged at the first that isn't as it was. */
export async function verifyFiles(folder: string, { files }: Manifest): Promise<void> {
  for (const { name, bytes, sha256 } of files) {
    const path = join(folder, name)
    const size = await stat(path).then(
      (found) => found.size,
      () => null,
    )
    if (size === null) throw new BackupDamaged(folder, `${name} is missing`)
    if (size !== bytes) throw new BackupDamaged(folder, `${name} has ${size} bytes, ${bytes} were written`)
    if (sha256 !== null && (await hashOf(path)) !== sha256) {
      throw new BackupDamaged(folder, `${name} isn't as it was written`)
    }
  }
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex')
}
