import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OnTrouble } from './specification-answer.ts'

/** `unreadable`: files are named for the revision, and none of them can be read or is a specification; or nobody can look. */
export type FolderAnswer =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }

export interface SpecificationFolderOptions {
  readonly folder: string
  readonly maxBytes: number
  /** Whether a file's text is a specification; files that aren't are passed over. */
  readonly isSpecification: (text: string) => boolean
  readonly onTrouble: OnTrouble
  readonly now: () => number
}

/** Files that come while the service runs are seen after this; many unknown revisions at once list the folder once. */
const LISTING_AGE_MS = 1000

/** `<revision>.json`, `<revision>.<tag>.json` */
const FILE_NAME = /^([0-9a-f]{6,40})\.(?:.*\.)?json$/i

interface SpecificationFile {
  readonly hex: string
  readonly path: string
}

/** Fewer digits than a usual short revision has could mean several revisions. */
const SAME_DIGITS = 12

/**
 * A folder of specifications that people keep: `<revision>.json` or `<revision>.<tag>.json`, in whichever length the
 * revision is written.
 */
export class SpecificationFolder {
  readonly #options: SpecificationFolderOptions
  #listing: { readonly at: number; readonly files: Promise<SpecificationFile[] | null> } | null = null

  constructor(options: SpecificationFolderOptions) {
    this.#options = options
  }

  /** How many files are named for a revision; null where nobody can look. */
  async countFiles(): Promise<number | null> {
    return (await this.#files())?.length ?? null
  }

  /** The specification of the revision with these hex digits, of whichever repository. */
  async find(hex: string): Promise<FolderAnswer> {
    const files = await this.#files()
    if (files === null) return { kind: 'unreadable' }
    const named = files.filter((file) => isSame(file.hex, hex))
    for (const { path } of named) {
      const text = await this.#read(path)
      if (text !== null && this.#options.isSpecification(text)) return { kind: 'found', text }
    }
    return { kind: named.length === 0 ? 'absent' : 'unreadable' }
  }

  #files(): Promise<SpecificationFile[] | null> {
    const at = this.#options.now()
    if (this.#listing === null || Math.abs(at - this.#listing.at) >= LISTING_AGE_MS) {
      this.#listing = { at, files: this.#list() }
    }
    return this.#listing.files
  }

  async #list(): Promise<SpecificationFile[] | null> {
    const { folder, onTrouble } = this.#options
    try {
      return (await readdir(folder)).sort().flatMap((name) => {
        const [, digits] = FILE_NAME.exec(name) ?? []
        return digits === undefined ? [] : [{ hex: digits.toLowerCase(), path: join(folder, name) }]
      })
    } catch (error) {
      onTrouble(`the folder of histogram specifications ${folder} can't be read`, error)
      return null
    }
  }

  async #read(path: string): Promise<string | null> {
    try {
      if ((await stat(path)).size > this.#options.maxBytes) return null
      return await readFile(path, 'utf8')
    } catch (error) {
      this.#options.onTrouble(`the histogram specification ${path} can't be read`, error)
      return null
    }
  }
}

function isSame(a: string, b: string): boolean {
  if (a === b) return true
  return Math.min(a.length, b.length) >= SAME_DIGITS && (a.startsWith(b) || b.startsWith(a))
}
