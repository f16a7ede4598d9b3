import { open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../files/durable.ts'

/** A file that is only appended to. Errors are Node's own. */
export interface SegmentFile {
  /** Writes all the pieces, in order, behind what is there. */
  append(pieces: readonly Uint8Array[]): Promise<void>
  /** Resolves when all that was appended survives a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Makes a new file; tests make one that fails. */
export type CreateSegmentFile = (path: string) => Promise<SegmentFile>

/** Makes the file `path`, which must not exist, and its entry in the folder durable. */
export const createSegmentFile: CreateSegmentFile = async (path) => {
  const handle = await open(path, 'ax', 0o640)
  try {
    await syncFolder(dirname(path))
  } catch (error) {
    await handle.close()
    await unlink(path)
    throw error
  }
  return {
    async append(pieces) {
      for (let rest = pieces; rest.length > 0; ) {
        // Of more pieces than that the kernel would refuse, or take, the first ones: so they needn't be handed over.
        const { bytesWritten } = await handle.writev(rest.slice(0, MOST_PIECES))
        rest = withoutFirst(rest, bytesWritten)
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  }
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
