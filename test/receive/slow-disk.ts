import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

// Loaded into a receiver's process before its own code (`node --import`): a disk that syncs so many bytes a second, given
// as TEST_DISK_BYTES_PER_SECOND, and not before it has written them.

const bytesPerSecond = Number(process.env.TEST_DISK_BYTES_PER_SECOND)
const handle = await open('/dev/null')
const prototype: unknown = Object.getPrototypeOf(handle)
await handle.close()
if (!isFileHandle(prototype)) throw new Error('this Node.js has other file handles')

const { writev, datasync } = prototype
const unsynced = new WeakMap<object, number>()
let freeAt = 0
Object.assign(prototype, {
  async writev(this: Handle, pieces: readonly NodeJS.ArrayBufferView[]) {
    const result = await writev.call(this, pieces)
    unsynced.set(this, (unsynced.get(this) ?? 0) + result.bytesWritten)
    return result
  },
  async datasync(this: Handle) {
    // One disk: whoever syncs waits for those before.
    const now = performance.now()
    freeAt = Math.max(now, freeAt) + ((unsynced.get(this) ?? 0) / bytesPerSecond) * 1000
    unsynced.delete(this)
    await sleep(freeAt - now)
    await datasync.call(this)
  },
})

type Handle = Awaited<ReturnType<typeof open>>

function isFileHandle(value: unknown): value is Pick<Handle, 'writev' | 'datasync'> {
  return typeof value === 'object' && value !== null && 'writev' in value && 'datasync' in value
}
