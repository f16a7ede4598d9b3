import { isIP } from 'node:net'
import { type IsTrustedProxy, plainAddress } from './trusted-proxies.ts'

/** Gives the address of the client that a request came from. */
export type ClientAddress = (remoteAddress: string | undefined, forwardedFor: string | undefined) => string

/**
 * The client's address, as far as it can be believed: `X-Forwarded-For` is what anybody writes, so of its addresses only
 * those count that a trusted proxy added. From the right, the first that isn't a trusted proxy's is the client's. Empty
 * where a connection has none any more.
 */
export function clientAddressBehind(isTrusted: IsTrustedProxy): ClientAddress {
  return (remoteAddress = '', forwardedFor = '') => {
    const hops = [...forwardedFor.split(',').map((hop) => hop.trim()), remoteAddress].map(plainAddress)
    let client = ''
    for (const hop of hops.reverse()) {
      // What isn't an address ends what can be believed: it was written by whoever spoke to the last proxy.
      if (isIP(hop) === 0) break
      client = hop
      if (!isTrusted(hop)) break
    }
    return client
  }
}
