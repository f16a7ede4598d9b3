import type { Socket } from 'node:net'
import { type IsTrustedProxy, plainAddress } from './trusted-proxies.ts'

/**
 * The connections that are open. Keeps any one address from taking all the connections there are. An IPv6 address counts with its /64 network: that is
 * what one client has for itself. Proxies stand for many clients and are exempt; so is what has no address any more.
 */
export class OpenConnections {
  readonly #max: number
  readonly #isExempt: IsTrustedProxy
  readonly #sockets = new Set<Socket>()
  readonly #byNetwork = new Map<string, number>()

  constructor({ max, isExempt }: { readonly max: number; readonly isExempt: IsTrustedProxy }) {
    this.#max = max
    this.#isExempt = isExempt
  }

  /** Whether this connection may stay; if so it counts until it closes. */
  admit(socket: Socket): boolean {
    const address = plainAddress(socket.remoteAddress ?? '')
    const network = address === '' || this.#isExempt(address) ? null : networkOf(address)
    if (network !== null && !this.#enter(network)) return false
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (network !== null) this.#leave(network)
    })
    return true
  }

  /** Also those that are just agreeing on TLS, which Node's own `closeAllConnections` doesn't know of. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #enter(network: string): boolean {
    const open = this.#byNetwork.get(network) ?? 0
    if (open >= this.#max) return false
    this.#byNetwork.set(network, open + 1)
    return true
  }

  #leave(network: string): void {
    const open = this.#byNetwork.get(network) ?? 0
    if (open > 1) this.#byNetwork.set(network, open - 1)
    else this.#byNetwork.delete(network)
  }
}

/** `2001:db8:0:7` of 2001:db8:0:7::1; an IPv4 address is its own. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [left = '', right] = address.split('::')
  const before = groups(left)
  const after = right === undefined ? [] : groups(right)
  const zeros = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
