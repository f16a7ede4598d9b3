import { z } from 'zod'
import { RECEIVER_NAME } from '../../data/spool/segment-name.ts'

/** Lengths of paths and header names are part of a frame, which has 16 and 8 bits for them. */
const MAX_PATH_BYTES = 65_535
const MAX_HEADER_NAME_BYTES = 255

/** What a receiver needs to know; as JSON the one argument of its process. Names as in the settings. */
export const receiveOptions = z.strictObject({
  /** Names the receiver in segments and coverage; each receiver of a spool has its own. */
  receiver: z.string().regex(RECEIVER_NAME),
  /** The service's version, for `/__version__`. */
  version: z.string(),
  /** The spool's folder. */
  spool: z.string().min(1),
  host: z.string(),
  /** 0: any that is free. */
  port: z.int().min(0).max(65_535),
  /** The socket to listen on, where the parent has bound that address already. */
  fd: z.int().min(0).optional(),
  /** Files in PEM; null: without TLS. */
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).nullable(),
  maxBodyBytes: z.int().min(1),
  maxPathBytes: z.int().min(64).max(MAX_PATH_BYTES),
  maxHeaderBytes: z.int().min(1024),
  maxHeaderCount: z.int().min(1),
  headerTimeoutSeconds: z.number().positive(),
  bodyTimeoutSeconds: z.number().positive(),
  maxConnections: z.int().min(1),
  maxConnectionsPerAddress: z.int().min(1),
  maxRequestsPerConnection: z.int().min(1),
  maxPendingBytes: z.int().min(1),
  minFreeDiskBytes: z.int().min(0),
  heartbeatSeconds: z.number().positive(),
  /** Addresses, or networks as `10.0.0.0/8`. */
  trustedProxies: z.array(z.string()),
  keepClientAddress: z.boolean(),
  keepHeaders: z.array(z.string().min(1).max(MAX_HEADER_NAME_BYTES)),
  segmentMaxAgeSeconds: z.number().positive(),
  segmentMaxBytes: z.int().min(1),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})
export type ReceiveOptions = z.infer<typeof receiveOptions>

/**
 * What a receiver's process is started with. A request's objects live until its commit, some hundred at a time: they stay
 * young in 16 MiB, and needn't be moved, where with Node's own small steps most grew old, and were collected with the
 * whole of the memory, by helper threads that take the processor from those who convert.
 */
export const RECEIVER_NODE_OPTIONS: readonly string[] = [
  '--single-threaded-gc',
  '--min-semi-space-size=16',
  '--initial-old-space-size=32',
]

/**
 * … and with which environment. The C library gives memory back to the system whenever some is free at the end, and bodies
 * come and go thousands of times a second: every one of them was mapped, and zeroed, page by page anew. (Of other C libraries
 * none looks at this.)
 */
export const RECEIVER_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024 * 1024),
}
