import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolderDurably, writeFileDurably } from '../files/durable.ts'
import type { Revision } from './revision.ts'
import type { OnTrouble } from './specification-answer.ts'

/**
 * Specifications that a server gave, as `<folder>/<repository>/<revision>.json`; slashes of the repository are
 * percent-encoded, so that no repository is another's folder. A file that can't be read, or is no specification, is as
 * good as absent: it is fetched again and written anew.
 */
export class SpecificationCache {
  readonly #folder: string
  readonly #onTrouble: OnTrouble

  constructor(folder: string, onTrouble: OnTrouble) {
    this.#folder = folder
    this.#onTrouble = onTrouble
  }

  async find(revision: Revision): Promise<string | null> {
    try {
      return await readFile(this.#path(revision), 'utf8')
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
      this.#onTrouble(`the histogram specification ${path} can't be kept`, error)
    }
  }

  #path({ repository, hex }: Revision): string {
    return join(this.#folder, encodeURIComponent(repository), `${hex}.json`)
  }
}
