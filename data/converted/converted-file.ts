import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { compress, decompress } from '@mongodb-js/zstd/bindings.js'
import { renameDurably } from '../files/durable.ts'
import { ContentBlock, decodeContents, type StoredContent } from './content-block.ts'
import type { ConvertedContent, ConvertedIndex, ConvertedRecord } from './converted-record.ts'
import { convertedIndexSchema } from './converted-schema.ts'
import type { FreshContent } from './fresh-content.ts'

/**
 * The converted file of a segment: what was decided of each of its frames, and the submissions themselves. Written
 * once, never changed. All numbers are little endian; a block is zstd, its checksum the CRC-32 of its compressed bytes.
 *
 *     8 bytes    "TWconv\0\1": a format that can't be read by this one gets another last byte
 *     blocks     each: u32 compressed length, u32 checksum, the compressed contents of one or more records,
 *                in the order of the index (content-block.ts)
 *     index      one block likewise: ConvertedIndex as JSON
 *     28 bytes   u64 offset of the index, u64 number of content blocks, u32 checksum of these 16 bytes, the 8 bytes
 *                of the beginning once more
 *
 * The index stands last because a segment's contents are written while it is being converted, whatever its size; whoever
 * needs the index alone finds it from the end with two reads.
 */
const MAGIC = Buffer.from('TWconv\0\x01', 'latin1')
const TRAILER_BYTES = 28
const BLOCK_HEAD_BYTES = 8
const BLOCK_BYTES = 1 << 20
/** What the last content of a block mostly needs beyond it. */
const ROOM_BYTES = 1 << 18
/** Read and inflated before they are asked for: as many as the pool of threads works on at the same time. */
const BLOCKS_AHEAD = 4
/** The fastest of the usual ones; for submissions, which are much alike, it makes no larger files than level 3. */
const ZSTD_LEVEL = 1
const SUFFIX = '.converted'

/** A converted file that can't be read: it names the file and what is wrong. */
export class ConvertedFileDamaged extends Error {
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`converted file ${path} can't be read: ${what}`, options)
    this.name = 'ConvertedFileDamaged'
  }
}

/** Where the converted file of `segment` lies in `folder`. */
export function convertedFilePath(folder: string, segment: string): string {
  return join(folder, segment + SUFFIX)
}

/** The segment whose converted file is called `fileName`; null for other files, those aside among them. */
export function segmentOfConvertedFile(fileName: string): string | null {
  return fileName.endsWith(SUFFIX) ? fileName.slice(0, -SUFFIX.length) : null
}

/** Whole converted file at once; see `ConvertedFileWriter`. Resolves to its path when it survives a power cut. */
export async function writeConvertedFile(
  folder: string,
  index: ConvertedIndex,
  contents: (record: ConvertedRecord) => ConvertedContent,
): Promise<string> {
  const writer = await ConvertedFileWriter.open(folder, index.segment)
  try {
    const { records, ...facts } = index
    for (const record of records) await writer.append(record, contents(record))
    await writer.finish(facts)
    return await commitConvertedFile(folder, index.segment)
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/**
 * Gives what a writer has finished its name, for good: resolves to its path when it survives a power cut. That is a matter of the
 * disk alone, so that whoever converts may go on meanwhile.
 */
export async function commitConvertedFile(folder: string, segment: string): Promise<string> {
  const path = convertedFilePath(folder, segment)
  await renameDurably(asidePath(folder, segment), path)
  return path
}

/** Contents that wait to be written, in memory that one writer after the other may use. */
export function makeRoomForContents(): ContentBlock {
  return new ContentBlock(BLOCK_BYTES + ROOM_BYTES)
}

/** What a converted file's index says of the segment itself. */
export type ConvertedFacts = Omit<ConvertedIndex, 'records'>

const NO_RECORDS_END = '[]}'

/**
 * Writes a converted file record by record: `append` for each, then `finish`. Until that is committed (`commitConvertedFile`) the
 * file doesn't exist under its name. The aside file's name is the segment's own: only the holder of its claim writes it, and a
 * repeat after a crash writes over what the crash left.
 */
export class ConvertedFileWriter {
  readonly #segment: string
  readonly #handle: FileHandle
  /** As JSON: the texts of a record are parts of its payload's, which would stay in memory with them. */
  readonly #records: string[] = []
  readonly #waiting: ContentBlock
  #offset = MAGIC.length
  #blocks = 0

  private constructor(segment: string, handle: FileHandle, room: ContentBlock) {
    this.#segment = segment
    this.#handle = handle
    this.#waiting = room
    // What a writer left that was abandoned.
    room.take()
  }

  /** `room`: nobody else's until this writer is finished or abandoned. */
  static async open(folder: string, segment: string, room = makeRoomForContents()): Promise<ConvertedFileWriter> {
    await mkdir(folder, { recursive: true })
    const handle = await open(asidePath(folder, segment), 'w')
    try {
      await handle.writeFile(MAGIC)
    } catch (error) {
      await handle.close()
      throw error
    }
    return new ConvertedFileWriter(segment, handle, room)
  }

  async append(record: ConvertedRecord, content: FreshContent): Promise<void> {
    this.add(record, content)
    if (this.isBlockFull) await this.writeBlock()
  }

  /** For who appends very many and wouldn't wait for each: once `isBlockFull`, `writeBlock` must come before the next. */
  add(record: ConvertedRecord, content: FreshContent): void {
    this.#records.push(JSON.stringify(record))
    this.#waiting.add(record.frame, content)
  }

  get isBlockFull(): boolean {
    return this.#waiting.length >= BLOCK_BYTES
  }

  /** Writes what is left, unsynced. Throws where `facts` are those of another segment. */
  async finish(facts: ConvertedFacts): Promise<void> {
    if (facts.segment !== this.#segment) {
      throw new Error(`the facts of segment ${facts.segment} aren't those of ${this.#segment}`)
    }
    await this.writeBlock()
    const blocks = this.#blocks
    const indexOffset = this.#offset
    await this.#write(this.#index(facts))
    await this.#handle.writeFile(trailer(indexOffset, blocks))
    await this.#handle.close()
  }

  #index(facts: ConvertedFacts): Buffer {
    const json = JSON.stringify({ ...facts, records: [] })
    return Buffer.from(`${json.slice(0, -NO_RECORDS_END.length)}[${this.#records.join(',')}]}`)
  }

  /** Gives up; what was written stays aside until the segment is converted again. */
  async abandon(): Promise<void> {
    await this.#handle.close()
  }

  /** Writes what was added since the last block, if anything was. */
  async writeBlock(): Promise<void> {
    if (this.#waiting.length > 0) await this.#write(this.#waiting.take())
  }

  async #write(plain: Buffer): Promise<void> {
    const block = await compress(plain, ZSTD_LEVEL)
    const head = Buffer.alloc(BLOCK_HEAD_BYTES)
    head.writeUInt32LE(block.length, 0)
    head.writeUInt32LE(crc32(block), 4)
    await this.#handle.writeFile(Buffer.concat([head, block]))
    this.#offset += BLOCK_HEAD_BYTES + block.length
    this.#blocks++
  }
}

/** The index alone, without reading a single content. Throws ConvertedFileDamaged, and Node's errors of opening. */
export async function readConvertedIndex(path: string): Promise<ConvertedIndex> {
  return await reading(path, async (handle) => (await readIndex(path, handle)).index)
}

/**
 * The same, after every block has been read and held against its checksum: contents that a disk has spoilt are noticed while
 * the raw segment is still there.
 */
export async function readCheckedIndex(path: string): Promise<ConvertedIndex> {
  return await reading(path, async (handle) => {
    const { index, indexOffset, blocks } = await readIndex(path, handle)
    let offset = MAGIC.length
    for (let block = 0; block < blocks; block++) offset = (await readCompressed(path, handle, offset, indexOffset)).next
    return index
  })
}

/** A record, its content, and which converter decided. */
export interface ConvertedEntry {
  readonly record: ConvertedRecord
  readonly content: ConvertedContent
  readonly converterVersion: string
}

/** The same for those who only hand the texts on. */
export interface StoredEntry extends Omit<ConvertedEntry, 'content'> {
  readonly content: StoredContent
}

/**
 * Every record with its content, in the order of the index, a few blocks in memory at a time. Throws ConvertedFileDamaged
 * at the first block that isn't as it was written, or where contents and index disagree; and Node's errors of opening.
 */
export async function* readConvertedContents(path: string): AsyncGenerator<ConvertedEntry> {
  for await (const { content, ...entry } of readStoredContents(path)) {
    if (content.kind === 'raw') yield { ...entry, content }
    else {
      const { payload, dropped } = content
      yield { ...entry, content: { kind: 'converted', payload: payload.toString(), dropped: dropped.toString() } }
    }
  }
}

/** As `readConvertedContents`, without making texts of the contents: their bytes are views of whole blocks. */
export async function* readStoredContents(path: string): AsyncGenerator<StoredEntry> {
  const handle = await open(path, 'r')
  try {
    const { index, indexOffset, blocks } = await readIndex(path, handle)
    const records = index.records[Symbol.iterator]()
    for await (const plain of inflatedBlocks(path, handle, { indexOffset, blocks })) {
      for (const { frame, content } of contentsOf(path, plain)) {
        const record = records.next()
        if (record.done === true || record.value.frame !== frame) {
          throw new ConvertedFileDamaged(path, `the content of frame ${frame} isn't where the index has it`)
        }
        yield { record: record.value, content, converterVersion: index.converterVersion }
      }
    }
    const left = records.next()
    if (left.done !== true) throw new ConvertedFileDamaged(path, `frame ${left.value.frame} has no content`)
  } finally {
    await handle.close()
  }
}

/** In their order, some ahead: other threads inflate them while whoever asked is busy with the one before. */
async function* inflatedBlocks(
  path: string,
  handle: FileHandle,
  { indexOffset, blocks }: { readonly indexOffset: number; readonly blocks: number },
): AsyncGenerator<Buffer> {
  let next = Promise.resolve(MAGIC.length)
  const inflateNext = () => {
    const reading = next.then((offset) => readCompressed(path, handle, offset, indexOffset))
    next = unawaited(reading.then((read) => read.next))
    return unawaited(reading.then(({ block }) => decompress(block)))
  }
  const ahead = Array.from({ length: Math.min(BLOCKS_AHEAD, blocks) }, inflateNext)
  for (let begun = ahead.length, inflated = ahead.shift(); inflated !== undefined; inflated = ahead.shift()) {
    const plain = await inflated
    if (begun < blocks) ahead.push(inflateNext())
    begun += 1
    yield plain
  }
}

/** Its failure is told to whoever awaits it; that nobody does any more is no failure of its own. */
function unawaited<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

function asidePath(folder: string, segment: string): string {
  return `${convertedFilePath(folder, segment)}.aside`
}

function trailer(indexOffset: number, blocks: number): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES)
  bytes.writeBigUInt64LE(BigInt(indexOffset), 0)
  bytes.writeBigUInt64LE(BigInt(blocks), 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16)
  MAGIC.copy(bytes, 20)
  return bytes
}

async function reading<T>(path: string, read: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r')
  try {
    return await read(handle)
  } finally {
    await handle.close()
  }
}

async function readIndex(path: string, handle: FileHandle) {
  const { size } = await handle.stat()
  if (size < MAGIC.length + TRAILER_BYTES) throw new ConvertedFileDamaged(path, `it ends after ${size} bytes`)
  const end = await readExactly(path, handle, size - TRAILER_BYTES, TRAILER_BYTES)
  if (!end.subarray(20).equals(MAGIC) || crc32(end.subarray(0, 16)) !== end.readUInt32LE(16)) {
    throw new ConvertedFileDamaged(path, 'it has no proper end')
  }
  const indexOffset = Number(end.readBigUInt64LE(0))
  const blocks = Number(end.readBigUInt64LE(8))
  const { plain, next } = await readBlock(path, handle, indexOffset, size - TRAILER_BYTES)
  if (next !== size - TRAILER_BYTES) throw new ConvertedFileDamaged(path, 'its index ends before its end')
  const index = convertedIndexSchema.safeParse(parseJson(path, plain))
  if (!index.success) {
    const issue = index.error.issues[0]
    throw new ConvertedFileDamaged(path, `index: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (index.data.segment !== segmentOfConvertedFile(basename(path))) {
    throw new ConvertedFileDamaged(path, `it is the converted file of segment ${index.data.segment}`)
  }
  return { index: index.data, indexOffset, blocks }
}

async function readBlock(path: string, handle: FileHandle, offset: number, end: number) {
  const { block, next } = await readCompressed(path, handle, offset, end)
  return { plain: await decompress(block), next }
}

async function readCompressed(path: string, handle: FileHandle, offset: number, end: number) {
  const head = await readExactly(path, handle, offset, BLOCK_HEAD_BYTES)
  const length = head.readUInt32LE(0)
  const next = offset + BLOCK_HEAD_BYTES + length
  if (next > end) throw new ConvertedFileDamaged(path, `the block at ${offset} ends behind its place`)
  const block = await readExactly(path, handle, offset + BLOCK_HEAD_BYTES, length)
  if (crc32(block) !== head.readUInt32LE(4)) {
    throw new ConvertedFileDamaged(path, `the block at ${offset} isn't as it was written`)
  }
  return { block, next }
}

async function readExactly(path: string, handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) throw new ConvertedFileDamaged(path, `it ends before ${offset + length}`)
    filled += bytesRead
  }
  return bytes
}

function* contentsOf(path: string, plain: Buffer): Generator<{ frame: number; content: StoredContent }> {
  try {
    yield* decodeContents(plain)
  } catch (error) {
    throw new ConvertedFileDamaged(path, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function parseJson(path: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    throw new ConvertedFileDamaged(path, 'its index is no JSON', { cause: error })
  }
}
