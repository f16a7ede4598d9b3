import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

export interface RunningServer {
  /** The TCP port; 0 for a socket in the file system. */
  readonly port: number
  /** Ends what is open: streams never end by themselves. */
  stop(): Promise<void>
}

/** Serves `app` on a TCP address (port 0: any free one). Throws Node's error where the address can't be had. */
export async function serveOn(
  app: Hono,
  address: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const server = createServer(getRequestListener(app.fetch))
  await listening(server, () => server.listen(address.port, address.host))
  const bound = server.address()
  return running(server, typeof bound === 'object' && bound !== null ? bound.port : 0)
}

/** Serves `app` on a socket in the file system that only this user may use; one that a dead process left is replaced. */
export async function serveOnSocket(app: Hono, path: string): Promise<RunningServer> {
  await rm(path, { force: true })
  const server = createServer(getRequestListener(app.fetch))
  // Between its creation and chmod the socket must not be open to others either.
  const before = process.umask(0o177)
  try {
    await listening(server, () => server.listen(path))
  } finally {
    process.umask(before)
  }
  await chmod(path, 0o600)
  return running(server, 0)
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
    listen()
  })
}

function running(server: Server, port: number): RunningServer {
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
