import { describe, expect, test } from 'vitest'
import { isProxy, trustedProxies } from './trusted-proxies.ts'

test.each(['192.0.2.1', '::1', '10.0.0.0/8', '0.0.0.0/0', '10.0.0.0/32', 'fd00::/8', '::/0', '2001:db8::/128'])(
  '"%s" is a proxy',
  (entry) => {
    expect(isProxy(entry)).toBe(true)
    expect(() => trustedProxies([entry])).not.toThrow()
  },
)

test.each([
  'proxy.example',
  '10.0.0.0/33',
  '10.0.0.0/99',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.0/8 ',
  '::1/129',
  'fe80::1%eth0',
  '',
])('"%s" is none', (entry) => {
  expect(isProxy(entry)).toBe(false)
  expect(() => trustedProxies([entry])).toThrow(`trustedProxies has "${entry}": use an address`)
})

describe('what is trusted', () => {
  const isTrusted = trustedProxies(['192.0.2.1', '10.0.0.0/8', 'fd00::/8'])
  test.each([
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['fd12::1', true],
    ['fe12::1', false],
    ['', false],
    ['proxy.example', false],
  ])('%s: %s', (address, trusted) => expect(isTrusted(address)).toBe(trusted))
})
