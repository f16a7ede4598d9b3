import { BlockList, isIP } from 'node:net'

/** Whether an address is one of them. What isn't an address is none. */
export type IsTrustedProxy = (address: string) => boolean

/** Throws where an entry is neither address nor network. */
export function trustedProxies(entries: readonly string[]): IsTrustedProxy {
  const trusted = new BlockList()
  for (const entry of entries) {
    const proxy = parseProxy(entry)
    if (proxy === null) {
      throw new Error(`trustedProxies has "${entry}": use an address (192.0.2.1, ::1) or a network (10.0.0.0/8)`)
    }
    if (proxy.bits === null) trusted.addAddress(proxy.address, familyOf(proxy.address))
    else trusted.addSubnet(proxy.address, proxy.bits, familyOf(proxy.address))
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, familyOf(address))
}

/** Whether it is an address, `192.0.2.1`, or a network, `10.0.0.0/8`. */
export function isProxy(entry: string): boolean {
  return parseProxy(entry) !== null
}

/** `::ffff:192.0.2.1` is how a socket for both families names 192.0.2.1. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function parseProxy(entry: string): { readonly address: string; readonly bits: number | null } | null {
  const [address = '', prefix, ...more] = entry.split('/')
  const family = isIP(address)
  // A zone (`fe80::1%eth0`) is no part of an address that a request could come with.
  if (family === 0 || address.includes('%') || more.length > 0) return null
  if (prefix === undefined) return { address, bits: null }
  const bits = Number(prefix)
  return /^\d{1,3}$/.test(prefix) && bits <= (family === 4 ? 32 : 128) ? { address, bits } : null
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
