import { once } from 'node:events'
import { connect } from 'node:net'

const PATIENCE_MS = 20_000

/** Resolves once a mail server greets on this port of loopback. */
export async function untilGreeted(port: number): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'data')
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      socket.destroy()
    }
  }
}
