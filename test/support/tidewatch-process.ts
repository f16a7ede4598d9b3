import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** The compiled command line. */
export const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))

/** A real `tidewatch serve`, as compiled, with its children. */
export interface TidewatchProcess {
  readonly receiveUrl: string
  readonly dashboardUrl: string
  readonly pid: number
  /** Process ids of the owner's children, as `receive` (one of them) or `convert`. */
  children(): ReadonlyMap<string, number>
  /** Process ids of the receivers, ascending. */
  receivers(): readonly number[]
  /** Everything that it wrote, both streams. */
  output(): string
  /** Asks it to stop, as Ctrl-C does, and answers its exit code. */
  stop(): Promise<number | null>
  /** `kill -9` of the owner alone; resolves once it is gone. */
  kill(): Promise<void>
}

export interface ServeOptions {
  readonly state: string
  readonly receivePort: number
  readonly dashboardPort: number
  readonly environment?: Readonly<Record<string, string>>
  readonly command?: readonly string[]
  /** For a role that receives alone. */
  readonly hasNoDashboard?: boolean
}

/** Starts it and resolves once it receives and shows. Throws with its output where it ends before. */
export async function startTidewatch(options: ServeOptions): Promise<TidewatchProcess> {
  const child = spawn(process.execPath, [PROGRAM, ...(options.command ?? ['serve'])], {
    env: {
      PATH: process.env.PATH ?? '',
      TZ: process.env.TZ ?? '',
      TIDEWATCH_STATE: options.state,
      TIDEWATCH_RECEIVE_LISTEN: `127.0.0.1:${options.receivePort}`,
      TIDEWATCH_DASHBOARD_LISTEN: `127.0.0.1:${options.dashboardPort}`,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const { pid } = child
  if (pid === undefined) throw new Error(`could not start ${PROGRAM}`)
  const receiveUrl = `http://127.0.0.1:${options.receivePort}`
  const dashboardUrl = `http://127.0.0.1:${options.dashboardPort}`
  const ended = once(child, 'exit')
  try {
    await untilAnswers(`${receiveUrl}/status`, child)
    if (!options.hasNoDashboard) await untilAnswers(`${dashboardUrl}/api/v1/freshness`, child)
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`tidewatch did not come up: ${error instanceof Error ? error.message : error}\n${output}`)
  }
  return {
    receiveUrl,
    dashboardUrl,
    pid,
    children: () => new Map(childrenOf(pid).map(({ role, id }) => [role, id])),
    receivers: () => childrenOf(pid).flatMap(({ role, id }) => (role === 'receive' ? [id] : [])),
    output: () => output,
    async stop() {
      child.kill('SIGINT')
      await ended
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const given = new Set<number>()

/** A port that was free a moment ago, and that nobody in this process was given before; for processes that must come back on the same one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await portOfTheMoment()
    if (given.has(port)) continue
    given.add(port)
    return port
  }
}

/** The system may well name the same one twice in a row. */
async function portOfTheMoment(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Asks again and again until `question` answers something else than null; throws what it was about after a while. */
export async function eventually<T>(about: string, question: () => Promise<T | null>, attempts = 600): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await question()
    if (answer !== null) return answer
    await pause(100)
  }
  throw new Error(`never seen: ${about}`)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  // A demo imports three months first; on a busy machine that takes more than half a minute.
  const attempts = 1200
  const hasAnswered = async (): Promise<true | null> => {
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`)
    const answer = await fetch(url).catch(() => null)
    return answer?.ok === true ? true : null
  }
  await eventually(`${url} answers`, hasAnswered, attempts)
}

function childrenOf(pid: number): { readonly role: string; readonly id: number }[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/)
  return children
    .filter((text) => text !== '')
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((id) => {
      const role = /server\/(receive|convert)\/main\.js/.exec(readOrEmpty(`/proc/${id}/cmdline`))?.[1]
      return role === undefined ? [] : [{ role, id }]
    })
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
