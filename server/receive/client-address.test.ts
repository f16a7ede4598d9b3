import { expect, test } from 'vitest'
import { clientAddressBehind } from './client-address.ts'

test.each([
  {
    claim: 'without proxies the socket tells',
    proxies: [],
    remote: '192.0.2.9',
    forwarded: undefined,
    client: '192.0.2.9',
  },
  {
    claim: 'what a stranger forwards is not believed',
    proxies: [],
    remote: '192.0.2.9',
    forwarded: '10.0.0.1',
    client: '192.0.2.9',
  },
  {
    claim: 'what a trusted proxy forwards is',
    proxies: ['127.0.0.1'],
    remote: '127.0.0.1',
    forwarded: '192.0.2.9',
    client: '192.0.2.9',
  },
  {
    claim: 'of several, the last that no trusted proxy has',
    proxies: ['127.0.0.1', '10.0.0.0/8'],
    remote: '127.0.0.1',
    forwarded: '203.0.113.5, 192.0.2.9, 10.1.2.3',
    client: '192.0.2.9',
  },
  {
    claim: 'a client behind trusted proxies alone is the first of them',
    proxies: ['10.0.0.0/8'],
    remote: '10.0.0.2',
    forwarded: '10.0.0.1',
    client: '10.0.0.1',
  },
  {
    claim: 'rubbish is never a client',
    proxies: ['127.0.0.1'],
    remote: '127.0.0.1',
    forwarded: '192.0.2.9, <script>',
    client: '127.0.0.1',
  },
  {
    claim: 'an IPv4 address is one in IPv6 clothes as well',
    proxies: ['127.0.0.1'],
    remote: '::ffff:127.0.0.1',
    forwarded: '192.0.2.9',
    client: '192.0.2.9',
  },
  {
    claim: 'IPv6 works alike',
    proxies: ['fd00::/8'],
    remote: 'fd00::1',
    forwarded: '2001:db8::7',
    client: '2001:db8::7',
  },
  { claim: 'a closed connection has none', proxies: [], remote: undefined, forwarded: undefined, client: '' },
])('$claim', ({ proxies, remote, forwarded, client }) => {
  expect(clientAddressBehind(proxies)(remote, forwarded)).toBe(client)
})

test.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', ''])('"%s" is no proxy', (proxy) => {
  expect(() => clientAddressBehind([proxy])).toThrow(`trustedProxies has "${proxy}": use an address`)
})
