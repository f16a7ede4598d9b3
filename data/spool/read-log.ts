import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DamagedStretch } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import type { Frame } from './frame.ts'
import type { ImportOrigin } from './import-name.ts'
import { openSegmentReader, type SegmentReader } from './read-segment.ts'
import { oldVersionOf } from './segment-name.ts'
import type { SegmentPiece } from './segment-piece.ts'

/** What a log holds, of the 2013 server's or a segment of this one's: found by reading it once. */
export interface LogFacts {
  /** Of its frames, whatever it is called, however it is compressed and whatever lies between them. */
  readonly digest: string
  /** The name under which it is read: none where its own says what it isn't. */
  readonly readAs: string
  /** Null where it has no frames. */
  readonly origin: ImportOrigin | null
  readonly frames: number
  readonly submissions: number
  /** Receipt times of the first frame in the file, and of the earliest and the latest one; 0 without frames. */
  readonly firstReceivedAt: EpochMs
  readonly from: EpochMs
  readonly to: EpochMs
  /** Offsets are those of what a gzip file inflates to. */
  readonly damaged: readonly DamagedStretch[]
  /** It is gzip that breaks off: what came before was read. */
  readonly isBroken: boolean
  readonly fileBytes: number
}

/** Told now and then how many bytes of the file are read; throws to give up. */
type OnRead = (readBytes: number, fileBytes: number) => void

/** Reads the log at `path`. Rejects with Node's error where it can't be read, and with LogChanged. */
export async function readLog(path: string, onRead: OnRead): Promise<LogFacts> {
  const named = await readLogAs(basename(path), path, onRead)
  // People rename: `.v1` in a name is worth something only where frames of that version are found.
  return named.frames > 0 || oldVersionOf(named.readAs) === null ? named : await readLogAs('', path, onRead)
}

async function readLogAs(readAs: string, path: string, onRead: OnRead): Promise<LogFacts> {
  const digest = new FrameDigest()
  const damaged: DamagedStretch[] = []
  let frames = 0
  let submissions = 0
  let firstReceivedAt = 0
  let from = Number.POSITIVE_INFINITY
  let to = 0
  const { version, isBroken, fileBytes } = await readPieces({ path, readAs, onRead }, async (piece) => {
    if (piece.kind === 'damaged') damaged.push(piece.stretch)
    if (piece.kind !== 'frame') return
    const { frame } = piece
    digest.add(frame)
    if (frames === 0) firstReceivedAt = frame.receivedAt
    frames++
    if (frame.kind === 'submission') submissions++
    from = Math.min(from, frame.receivedAt)
    to = Math.max(to, frame.receivedAt)
  })
  return {
    digest: digest.hex(),
    readAs,
    origin: frames === 0 || version === 'unknown' ? null : version,
    frames,
    submissions,
    firstReceivedAt,
    from: frames === 0 ? 0 : from,
    to,
    damaged,
    isBroken,
    fileBytes,
  }
}

/** Somebody wrote the file while it was read: what was read of it is no one log. */
export class LogChanged extends Error {
  constructor(path: string) {
    super(`${path} changed while it was read: import it when nothing writes it any more`)
  }
}

/** Reads the file at `path` piece by piece, and makes sure that it was one and the same all the while. */
export async function readPieces(
  { path, readAs, onRead }: { readonly path: string; readonly readAs: string; readonly onRead: OnRead },
  use: (piece: SegmentPiece) => Promise<void>,
): Promise<{ readonly version: ImportOrigin | 'unknown'; readonly isBroken: boolean; readonly fileBytes: number }> {
  const before = await identityOf(path)
  const reader = await openSegmentReader(path, readAs)
  try {
    let told = -1
    for await (const piece of reader) {
      if (reader.readBytes !== told) {
        told = reader.readBytes
        onRead(told, reader.fileBytes)
      }
      await use(piece)
    }
    if ((await identityOf(path)) !== before) throw new LogChanged(path)
    return endOf(reader)
  } finally {
    await reader.close()
  }
}

function endOf({ end, isBroken, fileBytes }: SegmentReader) {
  return { version: end.header.version, isBroken, fileBytes }
}

/** Changes with every write. */
export async function identityOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path)
  return [dev, ino, size, mtimeMs].join()
}

/** SHA-256 over what the frames say, in their order: the first 32 digits of it. */
class FrameDigest {
  readonly #hash = createHash('sha256')

  add(frame: Frame): void {
    const { offset: _offset, frameBytes: _frameBytes, number: _number, ...facts } = frame
    if (facts.kind !== 'submission') {
      this.#hash.update(`${JSON.stringify(facts)}\n`)
      return
    }
    const { body, ...rest } = facts
    this.#hash.update(`${JSON.stringify({ ...rest, bytes: body.length })}\n`).update(body)
  }

  hex(): string {
    return this.#hash.digest('hex').slice(0, 32)
  }
}
