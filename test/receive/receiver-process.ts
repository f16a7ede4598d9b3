import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type Agent, request } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Segment } from '../../data/spool/read-segment.ts'
import { readSegment } from '../../data/spool/read-segment.ts'
import { RECEIVER_ENVIRONMENT, RECEIVER_NODE_OPTIONS, type ReceiveOptions } from '../../server/receive/options.ts'

/** The compiled receiver: run `npx tsc -b` first. */
const ENTRY = fileURLToPath(new URL('../../dist/server/receive/main.js', import.meta.url))

export interface ReceiverProcess {
  readonly child: ChildProcess
  readonly port: number
  readonly exited: Promise<unknown>
}

/** Starts a receiver as a process of its own, as a service starts it, behind the command `wrapper` where there is one. */
export async function startReceiverProcess(
  spool: string,
  {
    wrapper = [],
    nodeArguments = [],
    overrides = {},
  }: { wrapper?: readonly string[]; nodeArguments?: readonly string[]; overrides?: Partial<ReceiveOptions> } = {},
): Promise<ReceiverProcess> {
  const options: ReceiveOptions = {
    receiver: 'local',
    version: 'test',
    spool,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    maxBodyBytes: 200 * 1024,
    maxPathBytes: 10 * 1024,
    maxHeaderBytes: 16 * 1024,
    maxHeaderCount: 100,
    headerTimeoutSeconds: 10,
    bodyTimeoutSeconds: 30,
    maxConnections: 100,
    maxConnectionsPerAddress: 100_000,
    maxRequestsPerConnection: 100_000,
    maxPendingBytes: 64 * 1024 * 1024,
    minFreeDiskBytes: 0,
    heartbeatSeconds: 0.05,
    trustedProxies: [],
    keepClientAddress: false,
    keepHeaders: [],
    segmentMaxAgeSeconds: 0.1,
    segmentMaxBytes: 64 * 1024,
    logLevel: 'silent',
    ...overrides,
  }
  const node = [process.execPath, ...RECEIVER_NODE_OPTIONS, ...nodeArguments]
  const [command = '', ...args] = [...wrapper, ...node, ENTRY, JSON.stringify(options)]
  // No io_uring: what the kernel does on its own behalf, no strace sees.
  const env = { ...process.env, ...RECEIVER_ENVIRONMENT, UV_USE_IO_URING: '0' }
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
  const exited = once(child, 'exit')
  const port = await Promise.race([
    once(child, 'message').then(([message]: { port?: number }[]) => message?.port ?? 0),
    exited.then(([code]) => Promise.reject(new Error(`the receiver ended before it listened, with exit code ${code}`))),
  ])
  return { child, port, exited }
}

/** POSTs a submission; resolves with the status, null where the connection broke first. */
export function submit(port: number, agent: Agent, id: string, body: string): Promise<number | null> {
  return new Promise((resolve) => {
    const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140116030201`
    const headers = { 'Content-Length': Buffer.byteLength(body) }
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent }, (response) => {
      response.on('end', () => resolve(response.statusCode ?? null)).on('error', () => resolve(null))
      response.resume()
    })
    sent.on('error', () => resolve(null))
    sent.end(body)
  })
}

/** All segments in the spool, oldest first. One that is closed meanwhile is met twice, and counts as it is found last. */
export async function segmentsOnDisk(spool: string): Promise<Segment[]> {
  const segments = new Map<string, Segment>()
  for (const folder of ['open', 'closed']) {
    for (const name of await readdir(join(spool, folder))) {
      const segment = await readSegment(join(spool, folder, name)).catch(ignoreMoved)
      if (segment !== null) segments.set(name, segment)
    }
  }
  return [...segments.values()].sort((a, b) => a.header.createdAt - b.header.createdAt)
}

/** From `open/`, between being listed and being read: `closed/` has it. */
function ignoreMoved(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
