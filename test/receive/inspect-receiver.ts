import { PendingBytes } from '../../server/receive/pending-bytes.ts'

/**
 * Loaded into a receiver's process before its own code (`node --expose-gc --import`), it answers what nobody can see from
 * outside: `{kind: 'inspect'}` with an `Inspection`.
 */
export interface Inspection {
  readonly kind: 'inspection'
  /** After a collection of garbage. */
  readonly heapBytes: number
  /** Memory outside the heap that belongs to buffers, after the same. */
  readonly bufferBytes: number
  /** Sockets and timers and whatever else is open, by kind. */
  readonly resources: Readonly<Record<string, number>>
  /** Of bodies that wait for the disk, as the receiver counts them. */
  readonly pendingBytes: number
}

const all = new Set<PendingBytes>()
const { take } = PendingBytes.prototype
PendingBytes.prototype.take = function (...taken) {
  all.add(this)
  return take.apply(this, taken)
}

process.on('message', (message: { kind?: unknown }) => {
  if (message.kind !== 'inspect') return
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const pendingBytes = [...all].reduce((sum, { bytes }) => sum + bytes, 0)
  const inspection: Inspection = {
    kind: 'inspection',
    heapBytes: heapUsed,
    bufferBytes: arrayBuffers,
    resources,
    pendingBytes,
  }
  process.send?.(inspection)
})
