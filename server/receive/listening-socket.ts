import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getSystemErrorName } from 'node:util'
import { CannotListen } from './cannot-listen.ts'

/** The address that submissions come to, held by a process that takes none itself. */
export interface ListeningSocket {
  /** For `stdio` of the children that listen on it (`server.listen({ fd })`). */
  readonly fd: number
  readonly port: number
  /** Lets go of the address; children that listen on it go on until they close it themselves. */
  close(): void
}

/**
 * Binds the address, once, for all receivers: while this process lives, connections that come in a moment when no
 * receiver runs wait in the kernel's queue for the next one, instead of being refused; and of several receivers, whoever
 * is free takes the next. An address in use is tried for `patienceMs`: the receivers of a service that was killed hold it
 * for up to a second after their parent's death. Throws CannotListen.
 *
 * A server that listens also accepts, and this process must not. So the socket is only bound here, with what Node's
 * `cluster` uses for the same purpose; it begins to listen when the first receiver does.
 */
export async function openListeningSocket(
  { host, port }: { readonly host: string; readonly port: number },
  patienceMs = 3_000,
): Promise<ListeningSocket> {
  const { address, family } = await addressOf(host, port)
  const impatientAt = performance.now() + patienceMs
  for (;;) {
    const bound = bind(address, port, family)
    if (typeof bound !== 'string') return bound
    if (bound !== 'EADDRINUSE' || performance.now() >= impatientAt) throw cannotListen(host, port, bound)
    await sleep(RETRY_MS)
  }
}

const RETRY_MS = 100

async function addressOf(host: string, port: number): Promise<{ address: string; family: number }> {
  try {
    return await lookup(host)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw cannotListen(host, port, code)
  }
}

/** The bound socket, or Node's code of what prevents it. */
function bind(address: string, port: number, family: number): ListeningSocket | string {
  const create: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof create !== 'function') throw new Error(`Node.js ${process.version} can't bind without listening`)
  const handle: unknown = create(address, port, family)
  if (typeof handle === 'number') return getSystemErrorName(handle)
  if (!isServerHandle(handle)) throw new Error(`Node.js ${process.version} gave something else than a bound socket`)
  const name: { port?: number } = {}
  // What was wrong with binding, libuv may tell only when it is asked something.
  const trouble = handle.getsockname(name)
  if (trouble !== 0) {
    handle.close()
    return getSystemErrorName(trouble)
  }
  return { fd: handle.fd, port: name.port ?? port, close: () => handle.close() }
}

interface ServerHandle {
  readonly fd: number
  getsockname(name: { port?: number }): number
  close(): void
}

function isServerHandle(handle: unknown): handle is ServerHandle {
  if (typeof handle !== 'object' || handle === null) return false
  const methods = ['getsockname', 'close'].map((method) => Reflect.get(handle, method))
  return 'fd' in handle && typeof handle.fd === 'number' && methods.every((method) => typeof method === 'function')
}

function cannotListen(host: string, port: number, code: string): CannotListen {
  return new CannotListen(`can't listen on ${host}:${port}: ${code}`, code)
}
