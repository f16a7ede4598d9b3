import { BlockList, isIP } from 'node:net'

/** Gives the address of the client that a request came from. */
export type ClientAddress = (remoteAddress: string | undefined, forwardedFor: string | undefined) => string

/**
 * The client's address, as far as it can be believed: `X-Forwarded-For` is what anybody writes, so of its addresses only
 * those count that a trusted proxy added. From the right, the first that isn't a trusted proxy's is the client's. Empty
 * where a connection has none any more. Throws where an entry of `trustedProxies` is neither address nor network.
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList()
  for (const proxy of trustedProxies) addTo(trusted, proxy)

  return (remoteAddress = '', forwardedFor = '') => {
    const hops = [...forwardedFor.split(',').map((hop) => hop.trim()), remoteAddress].map(plainAddress)
    let client = ''
    for (const hop of hops.reverse()) {
      // What isn't an address ends what can be believed: it was written by whoever spoke to the last proxy.
      if (isIP(hop) === 0) break
      client = hop
      if (!trusted.check(hop, familyOf(hop))) break
    }
    return client
  }
}

function addTo(list: BlockList, proxy: string): void {
  const [address = '', prefix, ...more] = proxy.split('/')
  const bits = Number(prefix)
  const most = isIP(address) === 4 ? 32 : 128
  const isNetwork = prefix !== undefined && /^\d+$/.test(prefix) && bits <= most
  if (isIP(address) === 0 || more.length > 0 || (prefix !== undefined && !isNetwork)) {
    throw new Error(`trustedProxies has "${proxy}": use an address (192.0.2.1, ::1) or a network (10.0.0.0/8)`)
  }
  if (prefix === undefined) list.addAddress(address, familyOf(address))
  else list.addSubnet(address, bits, familyOf(address))
}

/** `::ffff:192.0.2.1` is how a socket for both families names 192.0.2.1. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
