import { access, constants, stat, statfs } from 'node:fs/promises'
import { formatBytes } from '../../alerts/sentence/format.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import { stateFolders } from '../owner/state-folders.ts'
import type { Settings } from '../settings/schema.ts'
import type { DoctorFinding } from './finding.ts'

/** The state directory: whether it can be written, has room, and keeps its secret. Nothing is written. */
export async function checkState(settings: Settings): Promise<DoctorFinding[]> {
  const folders = stateFolders(settings.state)
  return [await directory(folders.state, settings.receive.minFreeDiskBytes), ...(await linkKey(folders.linkKeys))]
}

async function directory(path: string, minFreeBytes: number): Promise<DoctorFinding> {
  const about = 'state directory'
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    const { bavail, bsize } = await statfs(path)
    const free = bavail * bsize
    const room = `${path} has ${formatBytes(free)} free`
    if (free > minFreeBytes) return { about, verdict: 'well', says: `${room}.` }
    return {
      about,
      verdict: 'wrong',
      says: `${room}: with less than ${formatBytes(minFreeBytes)}, submissions are refused.`,
    }
  } catch (error) {
    if (isNotFound(error))
      return { about, verdict: 'mind', says: `${path} is not there yet: the first start makes it.` }
    return {
      about,
      verdict: 'wrong',
      says: `${path} can't be used: ${error instanceof Error ? error.message : error}.`,
    }
  }
}

async function linkKey(path: string): Promise<DoctorFinding[]> {
  const about = 'key of links'
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) === 0) return []
    return [
      {
        about,
        verdict: 'wrong',
        says: `${path} can be read by others, who can then act in anybody's name: chmod 600.`,
      },
    ]
  } catch (error) {
    if (isNotFound(error)) return []
    return [{ about, verdict: 'wrong', says: `${path}: ${error instanceof Error ? error.message : error}.` }]
  }
}
