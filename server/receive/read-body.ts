import type { IncomingMessage } from 'node:http'
import type { PendingBytes } from './pending-bytes.ts'

/**
 * How reading a body ended. Only of `whole` is anything still in memory; who has it releases `bytes`.
 * - `too_long`: `bytes` arrived; `ended` says whether that was all of it.
 * - `no_room`: others fill the memory; the rest hasn't been read.
 * - `gone`: the client went away, or was too slow and cut off.
 */
export type BodyRead =
  | { readonly kind: 'whole'; readonly pieces: readonly Uint8Array[]; readonly bytes: number }
  | { readonly kind: 'too_long'; readonly bytes: number; readonly ended: boolean }
  | { readonly kind: 'no_room' }
  | { readonly kind: 'gone' }

/** Reads a body of at most `maxBytes`. A longer one is read on and thrown away, up to `maxDrainedBytes`. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, maxDrainedBytes, pending }: { maxBytes: number; maxDrainedBytes: number; pending: PendingBytes },
): Promise<BodyRead> {
  return new Promise((resolve) => {
    let pieces: Uint8Array[] = []
    let bytes = 0
    let taken = 0

    const giveUp = (result: BodyRead) => {
      pending.release(taken)
      pieces = []
      finish(result)
    }
    const finish = (result: BodyRead) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      resolve(result)
    }
    const onData = (piece: Buffer) => {
      bytes += piece.length
      if (bytes > maxBytes) {
        pending.release(taken)
        taken = 0
        pieces = []
        if (bytes >= maxDrainedBytes) giveUp({ kind: 'too_long', bytes, ended: false })
      } else if (pending.take(piece.length)) {
        taken += piece.length
        pieces.push(piece)
      } else {
        giveUp({ kind: 'no_room' })
      }
    }
    const onEnd = () =>
      finish(bytes > maxBytes ? { kind: 'too_long', bytes, ended: true } : { kind: 'whole', pieces, bytes })
    const onClose = () => giveUp({ kind: 'gone' })
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}
