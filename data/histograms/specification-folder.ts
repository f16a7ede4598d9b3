import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OnTrouble } from './specification-answer.ts'

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
  #listing: { readonly at: number; readonly names: Promise<string[]> } | null = null

  constructor(options: SpecificationFolderOptions) {
    this.#options = options
  }

  /** The specification of the revision with these hex digits; null where no file here is it. */
  async find(hex: string): Promise<string | null> {
    for (const name of await this.#names()) {
      const [, digits] = /^([0-9a-f]{6,40})\.(?:.*\.)?json$/i.exec(name) ?? []
      if (digits === undefined || !isSame(digits.toLowerCase(), hex)) continue
      const text = await this.#read(join(this.#options.folder, name))
      if (text !== null && this.#options.isSpecification(text)) return text
    }
    return null
  }

  #names(): Promise<string[]> {
    const at = this.#options.now()
    if (this.#listing === null || Math.abs(at - this.#listing.at) >= LISTING_AGE_MS) {
      this.#listing = { at, names: this.#list() }
    }
    return this.#listing.names
  }

  async #list(): Promise<string[]> {
    try {
      return (await readdir(this.#options.folder)).sort()
    } catch (error) {
      this.#options.onTrouble(`the folder of histogram specifications ${this.#options.folder} can't be read`, error)
      return []
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
