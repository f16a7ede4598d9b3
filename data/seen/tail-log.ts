import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { syncFolder } from '../files/durable.ts'
import { RECORD_BYTES } from './seen-record.ts'
import { writeWhole } from './write-whole.ts'

/** What one segment brought, as it stands in a tail. */
export interface Batch {
  /** Empty for what was restored, which no transaction has to confirm. */
  readonly segment: string
  /** Whole records. */
  readonly records: Buffer
}

/**
 * A file to which batches are only ever added. Each is `length of the rest · its CRC-32 · length of the name · name ·
 * records`. After a failed append nothing more may be added: what stands in the file then is unknown.
 */
export class TailLog {
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** The new file itself survives a power cut, too. */
  static async create(path: string): Promise<TailLog> {
    const handle = await open(path, 'ax')
    try {
      await syncFolder(dirname(path))
      return new TailLog(handle)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Resolves once the batch is synced. */
  async append(batch: Batch): Promise<void> {
    await writeWhole(this.#handle, encodeBatch(batch))
    await this.#handle.datasync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

const HEAD_BYTES = 8

function encodeBatch({ segment, records }: Batch): Buffer {
  const name = Buffer.from(segment)
  const bytes = Buffer.alloc(HEAD_BYTES + 2 + name.length + records.length)
  bytes.writeUInt32BE(bytes.length - HEAD_BYTES, 0)
  bytes.writeUInt16BE(name.length, HEAD_BYTES)
  name.copy(bytes, HEAD_BYTES + 2)
  records.copy(bytes, HEAD_BYTES + 2 + name.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(HEAD_BYTES)), 4)
  return bytes
}

/**
 * The batches of the file. `tornBytes`: what follows the last whole batch, as a crash leaves it. `damagedBytes`: batches
 * in the middle that don't verify, which no crash does.
 */
export async function readTailLog(path: string): Promise<{
  readonly batches: readonly Batch[]
  readonly tornBytes: number
  readonly damagedBytes: number
}> {
  const bytes = await readFile(path)
  const batches: Batch[] = []
  let damagedBytes = 0
  let unverified = 0
  let at = 0
  while (at + HEAD_BYTES <= bytes.length) {
    const end = at + HEAD_BYTES + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    const batch = decodeBatch(bytes.subarray(at, end))
    if (batch === null) unverified += end - at
    else {
      batches.push(batch)
      damagedBytes += unverified
      unverified = 0
    }
    at = end
  }
  return { batches, tornBytes: unverified + bytes.length - at, damagedBytes }
}

function decodeBatch(bytes: Buffer): Batch | null {
  if (bytes.length < HEAD_BYTES + 2 || crc32(bytes.subarray(HEAD_BYTES)) !== bytes.readUInt32BE(4)) return null
  const recordsAt = HEAD_BYTES + 2 + bytes.readUInt16BE(HEAD_BYTES)
  if (recordsAt > bytes.length || (bytes.length - recordsAt) % RECORD_BYTES !== 0) return null
  return { segment: bytes.toString('utf8', HEAD_BYTES + 2, recordsAt), records: bytes.subarray(recordsAt) }
}
