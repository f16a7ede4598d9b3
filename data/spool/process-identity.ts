import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A process, named so that no other is ever taken for it: `<pid>.<start>`. A pid alone comes back within hours. `start`
 * is `<ticks>x<boot>` on Linux (start in clock ticks since boot; the beginning of the boot's own id, because a machine
 * that always boots alike gives the same pid and ticks again), seconds since 1970 elsewhere, 0 where nothing tells.
 */
export type ProcessIdentity = string

/** How an identity is spelt, for patterns of file names. */
export const IDENTITY_PATTERN = '[0-9]+\\.[0-9a-z]+'

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid) ?? `${process.pid}.0`
  return own
}

/** Identity of the running process `pid`; null: there is none, or nothing tells. */
export function identityOf(pid: number): ProcessIdentity | null {
  const start = startOf(pid)
  return start === null ? null : `${pid}.${start}`
}

/**
 * Whether the process still runs. False is proof that it can write no more (gone, or a zombie); true may be said of a
 * dead one only where nothing tells start times. Identities are of this machine: never share a state directory
 * between machines.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!new RegExp(`^${IDENTITY_PATTERN}$`).test(identity)) return false
  const [pid, start] = identity.split('.')
  if (start === '0') return mayBeRunning(Number(pid))
  return identityOf(Number(pid)) === identity
}

let own: ProcessIdentity | undefined

function startOf(pid: number): string | null {
  return process.platform === 'linux' ? linuxStart(pid) : psStart(pid)
}

function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command in parentheses, which may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    const ticks = fields[22 - 3]
    if (ticks === undefined || state === 'Z' || state === 'X') return null
    return `${ticks}x${bootId()}`
  } catch {
    return null
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
  } catch {
    return '0'
  }
}

function psStart(pid: number): string | null {
  try {
    const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1', env: environment })
    const started = Date.parse(`${text.trim()} UTC`)
    return Number.isNaN(started) ? null : String(started / 1000)
  } catch {
    return null
  }
}

function mayBeRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
