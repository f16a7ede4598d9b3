import { open } from 'node:fs/promises'

/** What was written to the file survives a power cut. Errors are Node's own. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
