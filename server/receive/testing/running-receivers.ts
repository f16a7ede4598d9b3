import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame } from '../../../data/spool/frame.ts'
import { readSegment } from '../../../data/spool/read-segment.ts'
import { createLog } from '../../log.ts'
import type { Limit } from '../limit.ts'
import { type ReceiveOptions, receiveOptions } from '../options.ts'
import { type Receiver, type ReceiverSurroundings, startReceiver } from '../receiver.ts'

/** Receivers of one test, on a spool of their own in a temporary folder. */
export interface RunningReceivers {
  readonly spool: string
  /** What the receivers refused for a limit, in order. */
  readonly refused: readonly Limit[]
  start(overrides?: Partial<ReceiveOptions>, surroundings?: Partial<ReceiverSurroundings>): Promise<Receiver>
  /** Every frame in the spool, by segment; throws where one is damaged. */
  frames(): Promise<Frame[]>
  /** Names of the segments that aren't closed. */
  openSegments(): Promise<string[]>
  /** Puts an empty file into the folder. */
  putFile(name: string): Promise<void>
  submissions(): Promise<Extract<Frame, { kind: 'submission' }>[]>
  /** Stops them and removes the folder. */
  remove(): Promise<void>
}

export async function runningReceivers(): Promise<RunningReceivers> {
  const spool = await mkdtemp(join(tmpdir(), 'tidewatch-receive-'))
  const receivers: Receiver[] = []
  const refused: Limit[] = []
  const frames = async () => {
    const found: Frame[] = []
    for (const folder of ['closed', 'open']) {
      for (const name of (await readdir(join(spool, folder))).sort()) {
        const { frames, damaged } = await readSegment(join(spool, folder, name))
        if (damaged.length > 0) throw new Error(`${name} is damaged`)
        found.push(...frames)
      }
    }
    return found
  }
  return {
    spool,
    refused,
    async start(overrides = {}, surroundings = {}) {
      const log = createLog({ level: 'silent', role: 'receiver' })
      const noteRefused = (limit: Limit) => refused.push(limit)
      const receiver = await startReceiver(optionsFor(spool, overrides), { log, noteRefused, ...surroundings })
      receivers.push(receiver)
      return receiver
    },
    frames,
    submissions: async () => (await frames()).flatMap((frame) => (frame.kind === 'submission' ? [frame] : [])),
    openSegments: () => readdir(join(spool, 'open')),
    putFile: (name) => writeFile(join(spool, name), ''),
    async remove() {
      for (const receiver of receivers) await receiver.stop()
      await rm(spool, { recursive: true })
    },
  }
}

function optionsFor(spool: string, overrides: Partial<ReceiveOptions>): ReceiveOptions {
  return receiveOptions.parse({
    receiver: 'local',
    version: '1.2.3',
    spool,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    maxBodyBytes: 1000,
    maxPathBytes: 300,
    maxHeaderBytes: 4096,
    maxHeaderCount: 50,
    headerTimeoutSeconds: 10,
    bodyTimeoutSeconds: 30,
    maxConnections: 100,
    maxConnectionsPerAddress: 100,
    maxRequestsPerConnection: 1000,
    maxPendingBytes: 1_000_000,
    minFreeDiskBytes: 0,
    heartbeatSeconds: 60,
    trustedProxies: [],
    keepClientAddress: false,
    keepHeaders: ['User-Agent', 'X-Debug-ID'],
    segmentMaxAgeSeconds: 60,
    segmentMaxBytes: 1 << 20,
    ...overrides,
  })
}

export interface Sent {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  chunked?: boolean
  agent?: Agent
}

export interface Answered {
  status: number
  headers: NodeJS.Dict<string | string[]>
  text: string
}

export const ID = '17caa68c-25f5-450a-9cce-7d31318846d8'
export const PATH = `/submit/telemetry/${ID}/idle-daily/Firefox/23.0.1/nightly/20130814063812`

/** One real request; without `agent` on a connection of its own. */
export function send(
  { port }: Pick<Receiver, 'port'>,
  { method = 'POST', path = PATH, headers = {}, body, chunked = false, agent }: Sent,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, ...(agent ? { agent } : {}) },
      async (response) => {
        const pieces: Buffer[] = []
        for await (const piece of response) pieces.push(piece)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends these bytes as they are (one a character), and gives all that comes back until the connection is closed. */
export function sendRaw({ port }: Pick<Receiver, 'port'>, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'))
    let answer = ''
    socket.on('data', (piece) => {
      answer += piece.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', () => {})
  })
}
