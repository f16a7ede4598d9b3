import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/**
 * A process, named so that no other is ever taken for it: `<pid>.<start>`. A pid alone comes back within hours. `start`
 * is `<ticks>x<boot>x<namespace>` on Linux, seconds since 1970 elsewhere, 0 where nothing tells:
 *
 * - clock ticks from the boot to the process's start;
 * - the beginning of the boot's own id, because a machine that always boots alike gives the same pid and ticks again;
 * - the number of the pid namespace, because containers that share a state directory each count their processes from 1.
 */
export type ProcessIdentity = string

/** How an identity is spelt, for patterns of file names. */
export const IDENTITY_PATTERN = '[0-9]+\\.[0-9a-z]+'

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid) ?? `${process.pid}.0`
  return own
}

/** Identity of the running process `pid`, of this pid namespace; null: there is none, or nothing tells. */
export function identityOf(pid: number): ProcessIdentity | null {
  const state = stateOf(pid)
  if (state.kind !== 'running') return null
  const { boot, namespace } = ownPlace()
  return isLinux ? `${pid}.${state.start}x${boot}x${namespace}` : `${pid}.${state.start}`
}

/**
 * Whether the process may still run. False is proof that it can write no more: it is gone or a zombie, or the machine has
 * booted since, or no process was ever named so. What can't be seen is alive: a process of another pid namespace (until
 * the next boot), or one that nothing tells about. Identities are of this machine: never share a state directory between
 * machines.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!IDENTITY.test(identity)) return false
  const [pid = '', start = ''] = identity.split('.')
  if (!isLinux) return mayBeRunning(Number(pid), start)
  const [ticks = '', boot = UNTOLD, namespace = UNTOLD] = start.split('x')
  const here = ownPlace()
  if (boot !== UNTOLD && here.boot !== UNTOLD && boot !== here.boot) return false
  if (boot === UNTOLD || namespace === UNTOLD || namespace !== here.namespace) return true
  return mayBeRunning(Number(pid), ticks)
}

/** What the system tells of a pid; `start` as in an identity, without boot and namespace. */
type ProcessState = { readonly kind: 'running'; readonly start: string } | { readonly kind: 'gone' | 'untold' }

/** Where pids and ticks mean what they mean to this process. */
interface Place {
  readonly boot: string
  readonly namespace: string
}

const IDENTITY = new RegExp(`^${IDENTITY_PATTERN}$`)
const UNTOLD = '0'
const isLinux = process.platform === 'linux'

let own: ProcessIdentity | undefined
let place: Place | undefined

function mayBeRunning(pid: number, start: string): boolean {
  const state = stateOf(pid)
  if (state.kind === 'running' && start !== UNTOLD) return state.start === start
  return state.kind !== 'gone'
}

function stateOf(pid: number): ProcessState {
  return isLinux ? linuxState(pid) : psState(pid)
}

function linuxState(pid: number): ProcessState {
  const stat = readable(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // That there is no such file proves nothing where /proc is mounted to hide the processes of others.
  if (stat === null) return { kind: isGone(pid) ? 'gone' : 'untold' }
  // The second field is the command in parentheses, which may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const threads = Number(fields[20 - 3])
  const start = fields[22 - 3]
  // A zombie with threads has one that is still to end: the kernel may be in the middle of its write.
  if ((state === 'Z' || state === 'X') && threads <= 1) return { kind: 'gone' }
  return start === undefined ? { kind: 'untold' } : { kind: 'running', start }
}

function psState(pid: number): ProcessState {
  const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const text = readable(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1', env: environment }),
  )
  const started = Date.parse(`${text?.trim()} UTC`)
  if (!Number.isNaN(started)) return { kind: 'running', start: String(started / 1000) }
  return { kind: isGone(pid) ? 'gone' : 'untold' }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function ownPlace(): Place {
  place ??= { boot: bootId(), namespace: pidNamespace() }
  return place
}

function bootId(): string {
  return readable(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'))?.slice(0, 8) ?? UNTOLD
}

function pidNamespace(): string {
  // A /proc of another namespace has other processes under the same numbers.
  if (readable(() => readlinkSync('/proc/self')) !== String(process.pid)) return UNTOLD
  const link = readable(() => readlinkSync('/proc/self/ns/pid')) ?? ''
  return /^pid:\[([0-9]+)\]$/.exec(link)?.[1] ?? UNTOLD
}

function readable(read: () => string): string | null {
  try {
    return read()
  } catch {
    return null
  }
}
