import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../files/durable.ts'

/** A file that is only appended to. Errors are Node's own. */
export interface SegmentFile {
  /** Makes its entry in the folder survive a power cut: nothing that is in the file is sure before that. */
  syncEntry(): Promise<void>
  /** Writes all the pieces, in order, behind what is there. */
  append(pieces: readonly Uint8Array[]): Promise<void>
  /** Resolves when all that was appended survives a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Makes a new file; tests make one that fails. */
export type CreateSegmentFile = (path: string) => Promise<SegmentFile>

/**
 * Makes the file `path`, which must not exist.
 *
 * What is appended goes to the disk without a copy in the kernel's memory (`O_DIRECT`), where file system and system have that,
 * and pieces are whole blocks: making that copy, page by page, and writing it back takes four times as much of the processor,
 * and a commit twice as long. Where they haven't it, or somebody hands over other pieces, the file goes on as any other.
 */
export const createSegmentFile: CreateSegmentFile = async (path) => {
  let handle = await openNew(path)
  let isDirect = DIRECT !== 0
  return {
    syncEntry: () => syncFolder(dirname(path)),
    async append(pieces) {
      for (let rest = pieces; rest.length > 0; ) {
        try {
          // Of more pieces than that the kernel would refuse, or take, the first ones: so they needn't be handed over.
          const { bytesWritten } = await handle.writev(rest.slice(0, MOST_PIECES))
          rest = withoutFirst(rest, bytesWritten)
        } catch (error) {
          if (!isDirect || !isRefused(error)) throw error
          isDirect = false
          const next = await open(path, APPENDING)
          await handle.close()
          handle = next
        }
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
}

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants
const APPENDING = O_WRONLY | O_APPEND
/** macOS, for one, hasn't it. */
const DIRECT = constants.O_DIRECT ?? 0

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, APPENDING | O_CREAT | O_EXCL | DIRECT, FILE_MODE)
  } catch (error) {
    if (!isRefused(error)) throw error
    // Some systems make the file before they refuse.
    return await open(path, APPENDING | O_CREAT, FILE_MODE)
  }
}

const FILE_MODE = 0o640

/** Whether it can't be done in this way: nothing of it was. The second is what some network and user-space file systems say. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP')
}

/** Linux's IOV_MAX. */
const MOST_PIECES = 1024

/** A full disk or a signal can end a write early; what is left is written (or fails) next. */
function withoutFirst(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes
  for (const [index, piece] of pieces.entries()) {
    if (left < piece.length) return [piece.subarray(left), ...pieces.slice(index + 1)]
    left -= piece.length
  }
  return []
}
