// @ts-check
import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot, SetupError, say } from './project.mjs'

const LOCK = `${projectRoot}.setup.lock`
const WAIT_STEP_MS = 100
const SAY_AFTER_MS = 2_000

/**
 * Runs `work` while no other process sets up the same checkout; waits for one that does.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(work) {
  const mine = `${process.pid} ${startOf(process.pid) ?? 'unknown'} ${Date.now()}`
  for (let waitedMs = 0; !take(mine); waitedMs += WAIT_STEP_MS) {
    if (waitedMs === SAY_AFTER_MS)
      say(`Waiting for another set-up of this checkout (process ${holder()?.pid}; its lock is ${LOCK}) …`)
    await sleep(WAIT_STEP_MS)
  }
  try {
    return await work()
  } finally {
    unlinkSync(LOCK)
  }
}

/** @param {string} mine */
function take(mine) {
  const aside = `${LOCK}.${process.pid}`
  try {
    // Written first and linked then: whoever sees the lock sees its holder's whole name.
    writeFileSync(aside, mine)
    linkSync(aside, LOCK)
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw new SetupError(`The checkout can't be written to: ${messageOf(error)}`)
  } finally {
    rmSync(aside, { force: true })
  }
  const held = holder()
  if (held !== null && !held.alive) breakLock(held.text)
  return false
}

/**
 * Removes the lock of a process that is gone. The link's name is made of the dead lock's content, so of several
 * processes that saw the same dead lock only one gets to remove it, and none removes the lock that follows it.
 * @param {string} text
 */
function breakLock(text) {
  const grave = `${LOCK}.${text.replaceAll(' ', '-')}`
  try {
    linkSync(LOCK, grave)
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return
    throw error
  }
  if (readFileSync(grave, 'utf8') === text) unlinkSync(LOCK)
  unlinkSync(grave)
}

/** Who has the lock; null: nobody (any more). */
function holder() {
  let text = ''
  try {
    text = readFileSync(LOCK, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
  const [pid = '', start = ''] = text.split(' ')
  return { text, pid: Number(pid), alive: isAlive(Number(pid)) && (startOf(Number(pid)) ?? 'unknown') === start }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

/**
 * When a process started, in the kernel's clock ticks: with the process id it names a process for good. Null where the
 * system has no /proc.
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold blanks; the 22nd field is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** @param {unknown} error @param {string} code */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}
