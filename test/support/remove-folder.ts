import { rm } from 'node:fs/promises'

/** The children of a service that was killed go on for up to a second, and write what they have in hand. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
