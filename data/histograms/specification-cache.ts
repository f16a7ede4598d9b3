import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolderDurably, writeFileDurably } from '../files/durable.ts'
import type { Revision } from './revision.ts'
import type { OnTrouble } from './specification-answer.ts'

export interface SpecificationCacheOptions {
  readonly folder: string
  readonly maxBytes: number
  readonly isSpecification: (text: string) => boolean
  readonly onTrouble: OnTrouble
}

/**
 * Specifications that a server gave, as `<folder>/<repository>/<revision>.json`; slashes of the repository are
 * percent-encoded, so that no repository is another's folder. A file that can't be read, is too long or is no specification
 * is as good as absent: it is fetched again and written anew.
 */
export class SpecificationCache {
  readonly #options: SpecificationCacheOptions

  constructor(options: SpecificationCacheOptions) {
    this.#options = options
  }

  async find(revision: Revision): Promise<string | null> {
    const path = this.#path(revision)
    try {
      if ((await stat(path)).size > this.#options.maxBytes) return null
      const text = await readFile(path, 'utf8')
      return this.#options.isSpecification(text) ? text : null
    } catch {
      return null
    }
  }

  /** Conversion goes on without a cache, so that it can't be written is only trouble. */
  async keep(revision: Revision, text: string): Promise<void> {
    const path = this.#path(revision)
    try {
      await makeFolderDurably(dirname(path))
      await writeFileDurably(path, text)
    } catch (error) {
      this.#options.onTrouble(`the histogram specification ${path} can't be kept`, error)
    }
  }

  #path({ repository, hex }: Revision): string {
    return join(this.#options.folder, encodeURIComponent(repository), `${hex}.json`)
  }
}
