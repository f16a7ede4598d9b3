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

/** Fewer digits than a usual short revision has could mean several revisions. */
const SAME_DIGITS = 12

/**
 * A folder of specifications that people keep: `<revision>.json` or `<revision>.<tag>.json`, in whichever length the
 * revision is written.
 */
export class SpecificationFolder {
  readonly #options: SpecificationFolderOptions
  #listing: { readonly at: number; readonly names: Promise<string[] | null> } | null = null

  constructor(options: SpecificationFolderOptions) {
    this.#options = options
  }

  /** The specification of the revision with these hex digits, of whichever repository. */
  async find(hex: string): Promise<FolderAnswer> {
    const names = await this.#names()
    if (names === null) return { kind: 'unreadable' }
    let kind: 'absent' | 'unreadable' = 'absent'
    for (const name of names) {
      const [, digits] = /^([0-9a-f]{6,40})\.(?:.*\.)?json$/i.exec(name) ?? []
      if (digits === undefined || !isSame(digits.toLowerCase(), hex)) continue
      const text = await this.#read(join(this.#options.folder, name))
      if (text !== null && this.#options.isSpecification(text)) return { kind: 'found', text }
      kind = 'unreadable'
    }
    return { kind }
  }

  #names(): Promise<string[] | null> {
    const at = this.#options.now()
    if (this.#listing === null || Math.abs(at - this.#listing.at) >= LISTING_AGE_MS) {
      this.#listing = { at, names: this.#list() }
    }
    return this.#listing.names
  }

  async #list(): Promise<string[] | null> {
    try {
      return (await readdir(this.#options.folder)).sort()
    } catch (error) {
      this.#options.onTrouble(`the folder of histogram specifications ${this.#options.folder} can't be read`, error)
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
