import { randomBytes } from 'node:crypto'
import { access, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { BLOCK_BYTES } from './block.ts'
import { blockMemory } from './block-memory.ts'
import { padFrame, SEGMENT_ID_BYTES } from './frame.ts'
import type { ProcessIdentity } from './process-identity.ts'
import type { CreateSegmentFile, SegmentFile } from './segment-file.ts'
import { encodeSegmentHeader } from './segment-header.ts'
import { segmentName } from './segment-name.ts'

/** A segment that its writer appends to. */
export interface OpenSegment {
  readonly name: string
  readonly path: string
  readonly id: Uint8Array
  readonly file: SegmentFile
  /** On the monotonic clock: a clock that is set back must not keep a segment open. */
  readonly dueAt: number
  /** Receipt time of the last frame, the creation time before there is one. */
  lastTime: EpochMs
  frames: number
  bytes: number
  /** Whether anything in it was ever acknowledged. */
  holdsSynced: boolean
}

export interface SegmentMaking {
  readonly spool: string
  readonly receiver: string
  readonly identity: ProcessIdentity
  readonly segmentMaxAgeMs: number
  readonly createFile: CreateSegmentFile
}

/**
 * Makes the file in `open/`, its header written and its entry in the folder durable. Of a file that couldn't be made whole
 * `closer` disposes, when it can: the whole folder may have been moved away meanwhile, and come back with the file in it, which would
 * hold the watermark for as long as this process lives.
 */
export async function openSegment(
  { spool, receiver, identity: writer, segmentMaxAgeMs, createFile }: SegmentMaking,
  createdAt: EpochMs,
  closer: SegmentCloser,
): Promise<OpenSegment> {
  const id = randomBytes(SEGMENT_ID_BYTES)
  const description = { receiver, createdAt, writer, id: id.toString('hex') }
  const name = segmentName(description)
  const path = join(spool, 'open', name)
  const file = await createFile(path)
  const segment: OpenSegment = {
    name,
    path,
    id,
    file,
    dueAt: performance.now() + segmentMaxAgeMs,
    lastTime: createdAt,
    frames: 0,
    bytes: BLOCK_BYTES,
    holdsSynced: false,
  }
  const block = freeBlocks.pop() ?? blockMemory(BLOCK_BYTES)
  try {
    const headerBytes = encodeSegmentHeader(description).copy(block)
    // Frames begin with a block, too. Names are limited: no header fills one.
    padFrame(block, headerBytes, BLOCK_BYTES - headerBytes, id, createdAt)
    await file.append([block])
    await file.syncEntry()
  } catch (error) {
    closer.close(segment)
    throw error
  } finally {
    freeBlocks.push(block)
  }
  return segment
}

const freeBlocks: Buffer[] = []

/**
 * Closes segments, one after the other, behind the back of those who wait for a commit: none of it happens on the
 * thread that receives, which a large file would hold up for a tenth of a second.
 */
export class SegmentCloser {
  readonly #spool: string
  readonly #onTrouble: (doing: string, error: unknown) => void
  #closing: Promise<void> = Promise.resolve()
  /** Segments that couldn't be moved yet: tried again with the next one. */
  #unmoved: OpenSegment[] = []

  constructor(spool: string, onTrouble: (doing: string, error: unknown) => void) {
    this.#spool = spool
    this.#onTrouble = onTrouble
  }

  close(segment: OpenSegment): void {
    this.#closing = this.#closing.then(async () => {
      await segment.file.close().catch((error: unknown) => this.#onTrouble(`closing ${segment.path}`, error))
      for (const due of [...this.#unmoved.splice(0), segment]) await this.#moveToClosed(due)
    })
  }

  /** Resolves when all that were given so far are closed, or can't be. */
  done(): Promise<void> {
    return this.#closing
  }

  async #moveToClosed(segment: OpenSegment): Promise<void> {
    try {
      // Where nothing was ever acknowledged, there is nothing to convert: so it is when a full disk takes not even a frame.
      if (segment.holdsSynced) await renameDurably(segment.path, join(this.#spool, 'closed', segment.name))
      else await unlink(segment.path)
    } catch (error) {
      this.#onTrouble(`closing ${segment.path}`, error)
      if (!(await isGone(segment, error))) this.#unmoved.push(segment)
    }
  }
}

/**
 * Whether the file is there no more, for ever: its folder is, and it isn't. A spool that was moved away or unmounted as a
 * whole may come back, and what was acknowledged in this segment is counted only once it is closed.
 */
async function isGone({ path }: OpenSegment, error: unknown): Promise<boolean> {
  return isNotFound(error) && (await exists(dirname(path))) && !(await exists(path))
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
