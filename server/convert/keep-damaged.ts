import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DamagedStretch } from '../../data/converted/converted-record.ts'
import { makeFolderDurably, renameDurably } from '../../data/files/durable.ts'

/**
 * Keeps the damaged stretches of a segment aside as `<folder>/<segment>-<offset>.bin`, as long as they are: they are written while they
 * are read. A repeat after a crash writes the same files.
 */
export class DamageKeeper {
  readonly #folder: string
  readonly #segment: string
  #aside: FileHandle | null = null

  constructor(folder: string, segment: string) {
    this.#folder = folder
    this.#segment = segment
  }

  async add(bytes: Uint8Array): Promise<void> {
    if (this.#aside === null) {
      await makeFolderDurably(this.#folder)
      this.#aside = await open(this.#asidePath(), 'w')
    }
    await this.#aside.writeFile(bytes)
  }

  /** The stretch whose bytes were added is over; resolves when it is there for good. */
  async finish({ offset }: DamagedStretch): Promise<void> {
    await this.abandon()
    await renameDurably(this.#asidePath(), join(this.#folder, `${this.#segment}-${offset}.bin`))
  }

  /** What was added since the last stretch stays aside until the segment is read again. */
  async abandon(): Promise<void> {
    await this.#aside?.close()
    this.#aside = null
  }

  #asidePath(): string {
    return join(this.#folder, `${this.#segment}.aside`)
  }
}
