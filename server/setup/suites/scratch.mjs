// @ts-check
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { say } from '../project.mjs'

/** Linux keeps what is written here in memory. */
const IN_MEMORY = '/dev/shm'
const GIB = 1024 ** 3
/** Several times what all tests ever have there at once. */
const LEAST_ROOM = 4 * GIB
/** Files in memory count as memory that is in use. */
const LEAST_MEMORY = 8 * GIB

/**
 * Runs `work` with the environment in which tests keep their files in memory, where a machine has enough of it. Tests kill processes and never
 * the machine, so files outlive just as much there as on a disk; each of thousands of syncs takes no time. Whoever sets TMPDIR is obeyed.
 * @template T
 * @param {(env: Readonly<Record<string, string>>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withScratch(work) {
  const { TMPDIR: chosen } = process.env
  const folder = chosen === undefined ? folderInMemory() : null
  if (folder === null) return work({})
  const remove = () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      // Something that a test left behind writes there still. What the tests said is worth more.
      say(`${folder} is left, and takes memory until it is removed: ${error instanceof Error ? error.message : error}`)
    }
  }
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    remove()
    process.kill(process.pid, signal)
  }
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    return await work({ TMPDIR: folder })
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end)
    remove()
  }
}

/** Null where there is too little room, or programs in it may not be run. */
function folderInMemory() {
  if (freeBytes() < LEAST_ROOM || freeMemoryBytes() < LEAST_MEMORY) return null
  const folder = mkdtempSync(join(IN_MEMORY, 'tidewatch-tests-'))
  // Mail servers and browsers work as somebody else.
  chmodSync(folder, 0o755)
  if (mayRunPrograms(folder)) return folder
  rmSync(folder, { recursive: true })
  return null
}

function freeBytes() {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize
  } catch {
    return 0
  }
}

/** What processes of this group may still take. */
function freeMemoryBytes() {
  const limit = process.constrainedMemory()
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo'))?.[1] ?? '0'
  const free = Number(kibibytes) * 1024
  return limit > 0 ? Math.min(limit, free) : free
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** @param {string} folder */
function mayRunPrograms(folder) {
  try {
    const program = join(folder, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 })
    execFileSync(program)
    rmSync(program)
    return true
  } catch {
    return false
  }
}
