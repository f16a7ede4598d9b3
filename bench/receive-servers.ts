import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A server under load. */
export interface Contestant {
  readonly port: number
  /** Its process and all of its children. */
  usage(): Promise<Usage>
  /** What it committed since its start; nothing where it keeps nothing. */
  commits(): Promise<{ readonly submissions: number; readonly syncs: number }>
  /** Removes what was received and closed. */
  tidy(): Promise<void>
  stop(): Promise<void>
}

/** What a server's processes have used so far. */
export interface Usage {
  readonly cpuSeconds: number
  /** The most memory that one of them has had at any time. */
  readonly peakBytes: number
}

export async function startBare(): Promise<Contestant> {
  const entry = fileURLToPath(new URL('./receive-bare.js', import.meta.url))
  const nothing = async () => ({ submissions: 0, syncs: 0 })
  return contestant([entry], { commits: nothing, tidy: async () => {} })
}

/** The product itself, in the role that receives alone, with its default settings and a state directory in `folder`. */
export async function startReceivers(count: number, folder: string): Promise<Contestant> {
  const metrics = await freeAddress()
  const closed = join(folder, 'spool', 'closed')
  const listen = ['--receive.listen', '127.0.0.1:0', '--admin.listen', metrics]
  const args = [
    PROGRAM,
    'serve',
    '--role',
    'receive',
    '--state',
    folder,
    '--receive.receivers',
    String(count),
    ...listen,
  ]
  return contestant(args, {
    commits: () => commitsAt(`http://${metrics}/metrics`),
    async tidy() {
      for (const segment of await readdir(closed)) await unlink(join(closed, segment)).catch(() => {})
    },
  })
}

const PROGRAM = fileURLToPath(new URL('../server/cli/main.js', import.meta.url))

async function freeAddress(): Promise<string> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

async function commitsAt(url: string) {
  const text = await (await fetch(url)).text()
  const total = (name: string) => {
    const samples = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0)
  }
  const name = 'tidewatch_receive_commit_submissions'
  return { submissions: total(`${name}_sum`), syncs: total(`${name}_count`) }
}

async function contestant(args: readonly string[], keeping: Pick<Contestant, 'commits' | 'tidy'>): Promise<Contestant> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const port = await Promise.race([
    portSaidBy(child.stdout, child.stderr),
    exited.then(([code]) => Promise.reject(new Error(`${args[0]} ended before it listened, with exit code ${code}`))),
  ])
  return {
    port,
    usage: () => usageOf(child),
    ...keeping,
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** The product says its port in a line of its log, the bare server in one of its own. */
function portSaidBy(...outputs: readonly Readable[]): Promise<number> {
  return new Promise((resolve) => {
    for (const input of outputs) {
      createInterface({ input }).on('line', (line) => {
        const port = /"port":(\d+).*"receiving submissions"/.exec(line)?.[1]
        if (port !== undefined) resolve(Number(port))
      })
    }
  })
}

async function usageOf({ pid }: ChildProcess): Promise<Usage> {
  let cpuSeconds = 0
  let peakBytes = 0
  for (const each of await familyOf(pid ?? 0)) {
    // Counted from behind the name, which may hold blanks: user and system time are the 12th and 13th.
    const stat = (await readFile(`/proc/${each}/stat`, 'latin1')).split(') ').at(-1)?.split(' ') ?? []
    cpuSeconds += (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND
    const status = await readFile(`/proc/${each}/status`, 'latin1')
    peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024)
  }
  return { cpuSeconds, peakBytes }
}

/** The process itself, its children, and theirs. */
async function familyOf(pid: number): Promise<number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1'))
    .split(' ')
    .filter((text) => text.trim() !== '')
  const families = await Promise.all(children.map((child) => familyOf(Number(child))))
  return [pid, ...families.flat()]
}

/** The kernel's USER_HZ, which is 100 wherever Node.js runs. */
const TICKS_PER_SECOND = 100
