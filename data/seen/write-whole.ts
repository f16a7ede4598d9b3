import type { FileHandle } from 'node:fs/promises'

/** Appends all of `bytes`. Throws also where the disk had room for a part of them only, as for a full disk. */
export async function writeWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return
  const { bytesWritten } = await handle.writev([bytes])
  if (bytesWritten === bytes.length) return
  const error = new Error(`ENOSPC: only ${bytesWritten} of ${bytes.length} bytes were written`)
  throw Object.assign(error, { code: 'ENOSPC', syscall: 'writev' })
}
