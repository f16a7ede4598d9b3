import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNotFound } from '../files/is-not-found.ts'
import { filesIn } from './folders.ts'

/** Bytes of the segments that are closed and whose counts aren't in: what waits on the disk to be converted and merged. */
export async function backlogBytes(spool: string): Promise<number> {
  let bytes = 0
  for (const folder of ['closed', 'claimed'] as const) {
    for (const name of await filesIn(spool, folder)) bytes += await sizeOf(join(spool, folder, name))
  }
  return bytes
}

/** 0 where it was moved on or merged since the folder was read. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isNotFound(error)) return 0
    throw error
  }
}
