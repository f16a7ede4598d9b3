import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Logger } from '../log.ts'
import { STOP_MESSAGE } from './stop-message.ts'

/** How long a child that died is left alone before it is started again: the first time, the second time … */
const RESTART_DELAYS_MS = [200, 1_000, 5_000, 15_000, 60_000]
/** A child that ran so long is well again: its next death counts as the first. */
const STEADY_AFTER_MS = 60_000

/** A child's number of the first of `fds`: standard streams and the channel to its parent stand before it. */
export const FIRST_HANDED_FD = 4

export interface ChildOptions {
  /** In the log: `receiver`. */
  readonly name: string
  /** The compiled file that the child runs; it calls endWithParent. */
  readonly entry: URL
  readonly args?: readonly string[]
  /** Options of Node.js itself, besides those that every child has. */
  readonly nodeOptions?: readonly string[]
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Open files and sockets that the child inherits; it has them as `FIRST_HANDED_FD` and so on. */
  readonly fds?: readonly number[]
  readonly log: Logger
  /** What the child sends, as it came: parse it. */
  readonly onMessage?: (message: unknown) => void
  /** How long a child may take to stop after it was asked to, and again after SIGTERM, before SIGKILL. */
  readonly stopGraceMs?: number
  readonly restartDelaysMs?: readonly number[]
}

export interface SupervisedChild {
  /** Null while none runs. */
  readonly pid: number | null
  /** How often it was started again. */
  readonly restarts: number
  /** Whether the message could be handed on; a child that is just being started again misses it. */
  send(message: object): boolean
  /** Asks the child to stop, and makes sure that it does; it isn't started again. Resolves once it is gone. */
  stop(): Promise<void>
}

/** Starts a child process and starts it again whenever it dies, ever later while it goes on dying. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  const { name, log, restartDelaysMs = RESTART_DELAYS_MS, stopGraceMs = 10_000 } = options
  let child: ChildProcess | null = null
  let restarts = 0
  let deathsInARow = 0
  let restartTimer: NodeJS.Timeout | undefined
  let stopping: Promise<void> | null = null

  function start(): void {
    const startedAt = performance.now()
    child = forkChild(options)
    // Not at its exit: what it said before that may still be on its way.
    child.once('close', (exitCode, signal) => {
      child = null
      if (stopping !== null) return
      deathsInARow = performance.now() - startedAt > STEADY_AFTER_MS ? 1 : deathsInARow + 1
      const restartInMs = restartDelaysMs[Math.min(deathsInARow, restartDelaysMs.length) - 1] ?? 0
      log.error({ child: name, exitCode, signal, restartInMs }, 'a child process died; it is started again')
      restartTimer = setTimeout(restart, restartInMs)
    })
  }

  function restart(): void {
    restarts++
    start()
  }

  async function stopOnce(): Promise<void> {
    clearTimeout(restartTimer)
    const running = child
    if (running === null) return
    const gone = new Promise<void>((resolve) => running.once('close', () => resolve()))
    if (running.connected) running.send(STOP_MESSAGE, ignoreFailure)
    const timers = [
      setTimeout(() => kill(running, 'SIGTERM'), stopGraceMs),
      setTimeout(() => kill(running, 'SIGKILL'), 2 * stopGraceMs),
    ]
    await gone
    for (const timer of timers) clearTimeout(timer)
  }

  function kill(running: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
    log.warn({ child: name, signal }, 'a child process does not stop')
    running.kill(signal)
  }

  start()
  return {
    get pid() {
      return child?.pid ?? null
    },
    get restarts() {
      return restarts
    },
    send: (message) => child?.connected === true && child.send(message, ignoreFailure),
    stop() {
      stopping ??= stopOnce()
      return stopping
    },
  }
}

function forkChild({
  name,
  entry,
  args = [],
  nodeOptions = [],
  env = {},
  fds = [],
  log,
  onMessage,
}: ChildOptions): ChildProcess {
  const child = fork(fileURLToPath(entry), [...args], {
    env: { ...process.env, ...env },
    execArgv: ['--enable-source-maps', ...nodeOptions],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...fds],
  })
  // Where it can't even be started there is an error and no end; the end that supervision waits for is made up for it.
  child.once('error', (error) => {
    log.error({ child: name, error }, 'a child process is in trouble')
    if (child.pid === undefined) child.emit('close', null, null)
  })
  if (onMessage !== undefined) child.on('message', onMessage)
  return child
}

/** A message to a child that dies just now: its exit tells all there is to tell. */
function ignoreFailure(): void {}
