import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { SpecificationFolder } from '../../data/histograms/specification-folder.ts'
import { type HistogramAppOptions, histogramApp } from './histogram-app.ts'

export interface HistogramServerOptions extends Omit<HistogramAppOptions, 'find'> {
  readonly folder: SpecificationFolder
  readonly listen: { readonly host: string; readonly port: number }
  /** How long a stop waits for answers that are on their way. */
  readonly graceMs?: number
}

export interface HistogramServer {
  /** The port in fact listened on. */
  readonly port: number
  /** Answers what was asked, takes nothing new, and ends. */
  stop(): Promise<void>
}

/** A converter asks on a few connections; whatever takes more isn't one. */
const MOST_CONNECTIONS = 1_000
const SLOWEST_REQUEST_MS = 10_000
/** After so long without a byte in either direction. */
const IDLE_MS = 30_000

/** Resolves once it listens; rejects with Node's error where the address can't be had. */
export async function startHistogramServer(options: HistogramServerOptions): Promise<HistogramServer> {
  const { folder, listen, rules, constants, graceMs = 5_000 } = options
  const app = histogramApp({ find: (hex) => folder.find(hex), rules, constants })
  const server = createServer(
    { headersTimeout: SLOWEST_REQUEST_MS, requestTimeout: SLOWEST_REQUEST_MS },
    getRequestListener(app.fetch),
  )
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(IDLE_MS)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen.port, listen.host, resolve)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : listen.port,
    stop: () => stopped(server, graceMs),
  }
}

function stopped(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(grace)
      resolve()
    })
    server.closeIdleConnections()
  })
}
