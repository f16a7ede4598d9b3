import { type FileHandle, open } from 'node:fs/promises'
import { GunzipPieces, type Inflated } from './gunzip-pieces.ts'

/** A file's content, piece by piece; of a file that is gzip (its first two bytes say so), what it inflates to. */
export interface SegmentSource {
  /** `rest` and some bytes more, in one buffer; null: there are no more. Rejects only where the disk can't be read. */
  next(rest: Buffer): Promise<Buffer | null>
  /**
   * After the end: what of the file itself, from where its gzip stream breaks off, couldn't be inflated. None where all was
   * read.
   */
  unread(): AsyncIterable<Buffer>
  /** After the end: whether a gzip stream isn't whole. */
  readonly isBroken: boolean
  /** Bytes of the file itself, as it lies on the disk: those read so far, and all. */
  readonly readBytes: number
  readonly fileBytes: number
  close(): Promise<void>
}

/** The file as it is now: what is appended to it later isn't read. */
export async function openSegmentSource(path: string): Promise<SegmentSource> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const magic = Buffer.alloc(2)
    const { bytesRead } = await handle.read(magic, 0, 2, 0)
    const isGzip = bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b
    return isGzip ? new GzipSource(handle, size) : new PlainSource(handle, size)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Large enough that reading costs little, small enough that what several readers leave behind doesn't matter. */
const READ_BYTES = 1024 * 1024

class PlainSource implements SegmentSource {
  readonly fileBytes: number
  readBytes = 0
  readonly #handle: FileHandle

  constructor(handle: FileHandle, fileBytes: number) {
    this.#handle = handle
    this.fileBytes = fileBytes
  }

  /** Reads straight behind `rest`, so that nothing but that is copied. */
  async next(rest: Buffer): Promise<Buffer | null> {
    // A frame longer than one reading is met with readings that grow, not with many.
    const length = Math.min(Math.max(READ_BYTES, rest.length), this.fileBytes - this.readBytes)
    if (length <= 0) return null
    const grown = Buffer.allocUnsafe(rest.length + length)
    rest.copy(grown)
    const { bytesRead } = await this.#handle.read(grown, rest.length, length, this.readBytes)
    this.readBytes += bytesRead
    return bytesRead === 0 ? null : grown.subarray(0, rest.length + bytesRead)
  }

  async *unread(): AsyncGenerator<Buffer> {}

  get isBroken(): boolean {
    return false
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** A deflated byte becomes at most about a thousand: small pieces bound what a bomb can fill. */
const PIECE_BYTES = 32 * 1024
/** … and what they fill is handed on in larger ones, because `rest` is copied each time. */
const GATHERED_BYTES = 1024 * 1024

class GzipSource implements SegmentSource {
  readonly fileBytes: number
  readBytes = 0
  readonly #handle: FileHandle
  #pieces = new GunzipPieces()
  #state: 'whole' | 'ended' | 'broken' = 'whole'

  constructor(handle: FileHandle, fileBytes: number) {
    this.#handle = handle
    this.fileBytes = fileBytes
  }

  async next(rest: Buffer): Promise<Buffer | null> {
    const wanted = Math.max(GATHERED_BYTES, rest.length)
    const gathered: Buffer[] = []
    for (let length = 0; this.#state === 'whole' && length < wanted; ) {
      const bytes = await this.#inflateNext()
      gathered.push(...bytes)
      length += lengthOf(bytes)
    }
    return gathered.length === 0 ? null : Buffer.concat([rest, ...gathered])
  }

  get isBroken(): boolean {
    return this.#state === 'broken'
  }

  async *unread(): AsyncGenerator<Buffer> {
    if (this.#state !== 'broken') return
    for (;;) {
      const piece = await this.#read(this.readBytes, READ_BYTES)
      if (piece.length === 0) return
      this.readBytes += piece.length
      yield piece
    }
  }

  async close(): Promise<void> {
    this.#pieces.close()
    await this.#handle.close()
  }

  async #inflateNext(): Promise<readonly Buffer[]> {
    const piece = await this.#read(this.readBytes, PIECE_BYTES)
    const inflated = piece.length === 0 ? await this.#pieces.end() : await this.#pieces.add(piece)
    if (inflated.kind === 'broken') {
      this.#state = 'broken'
      return piece.length === 0 ? inflated.bytes : await this.#inflateToBreak(piece, inflated)
    }
    if (piece.length === 0) this.#state = 'ended'
    this.readBytes += piece.length
    return inflated.bytes
  }

  /**
   * An error takes with it what the same piece had inflated to before. So all is inflated once more, and the piece that broke byte
   * by byte: what stands before the break comes back, to the last byte.
   */
  async #inflateToBreak(broken: Buffer, { bytes }: Inflated): Promise<readonly Buffer[]> {
    const brokenFrom = this.readBytes
    this.#pieces.close()
    this.#pieces = new GunzipPieces()
    for (let at = 0; at < brokenFrom; ) {
      const piece = await this.#read(at, Math.min(PIECE_BYTES, brokenFrom - at))
      await this.#pieces.add(piece)
      at += piece.length
    }
    const found = [...bytes]
    let known = lengthOf(bytes)
    for (const byte of broken) {
      const inflated = await this.#pieces.add(Buffer.of(byte))
      for (const part of inflated.bytes) {
        if (part.length > known) found.push(part.subarray(known))
        known = Math.max(0, known - part.length)
      }
      if (inflated.kind === 'broken') break
      this.readBytes++
    }
    // Nothing came of it at all: then it only looks like gzip, from its first byte on.
    if (brokenFrom === 0 && found.length === 0) this.readBytes = 0
    return found
  }

  async #read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.fileBytes - position)))
    const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, position)
    return bytes.subarray(0, bytesRead)
  }
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}
