import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { renameDurably } from '../files/durable.ts'
import { IMPORT_FOLDER } from './folders.ts'
import { encodeFrame, type Frame } from './frame.ts'
import { type ImportOrigin, importName, importSegmentId } from './import-name.ts'
import { isAlive, ownIdentity } from './process-identity.ts'
import { encodeSegmentHeader } from './segment-header.ts'

export interface ImportSegmentStart {
  readonly spool: string
  readonly digest: string
  readonly origin: ImportOrigin
  /** See `importReceiver`. */
  readonly receiver: string
  /** Place of the segment's first frame among the log's. */
  readonly first: number
  readonly createdAt: EpochMs
}

/**
 * A segment that is being cut from a log. It is written aside, and gets its name when it is whole: killed before, there is
 * none of it. What is damaged in the log stands in the segment as it stood in the log, and is told and kept by whoever converts it.
 */
export class ImportSegmentFile {
  readonly #start: ImportSegmentStart
  readonly #handle: FileHandle
  readonly #id: Buffer
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  bytes = 0

  private constructor(start: ImportSegmentStart, handle: FileHandle) {
    const id = importSegmentId(start)
    this.#start = start
    this.#handle = handle
    this.#id = Buffer.from(id, 'hex')
    const { receiver, createdAt } = start
    this.#push(encodeSegmentHeader({ receiver, createdAt, writer: '', id }))
  }

  static async open(start: ImportSegmentStart): Promise<ImportSegmentFile> {
    return new ImportSegmentFile(start, await open(asidePath(start), 'w', 0o640))
  }

  /** `place`: the frame's among the log's. */
  async addFrame(frame: Frame, place: number): Promise<void> {
    const entry = frame.kind === 'submission' ? { ...frame, body: [frame.body] } : frame
    this.#push(encodeFrame(this.#id, place, frame.receivedAt, entry))
    await this.#writeSome()
  }

  async addDamaged(bytes: Uint8Array): Promise<void> {
    this.#push(bytes)
    await this.#writeSome()
  }

  /** Resolves to the segment's name when it is there for good. */
  async finish(last: number): Promise<string> {
    await this.#write()
    await this.#handle.close()
    const { spool, digest, first, origin } = this.#start
    const name = importName({ digest, first, last, origin })
    await renameDurably(asidePath(this.#start), join(spool, IMPORT_FOLDER, name))
    return name
  }

  async abandon(): Promise<void> {
    await this.#handle.close()
    await rm(asidePath(this.#start), { force: true })
  }

  #push(bytes: Uint8Array): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    this.bytes += bytes.length
  }

  async #writeSome(): Promise<void> {
    if (this.#waitingBytes >= WRITE_BYTES) await this.#write()
  }

  async #write(): Promise<void> {
    await this.#handle.writeFile(Buffer.concat(this.#waiting))
    this.#waiting = []
    this.#waitingBytes = 0
  }
}

const WRITE_BYTES = 1024 * 1024
const ASIDE = '.aside-'

function asidePath({ spool, digest, first }: ImportSegmentStart): string {
  return join(spool, IMPORT_FOLDER, `${digest}-${first}${ASIDE}${ownIdentity()}`)
}

/** Removes what imports left that were killed in the middle of a segment. */
export async function removeLeftAside(spool: string): Promise<void> {
  const folder = join(spool, IMPORT_FOLDER)
  for (const name of await readdir(folder)) {
    const [, writer] = name.split(ASIDE)
    if (writer !== undefined && !isAlive(writer)) await rm(join(folder, name), { force: true })
  }
}
