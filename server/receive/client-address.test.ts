import { expect, test } from 'vitest'
import { clientAddressBehind } from './client-address.ts'
import { trustedProxies } from './trusted-proxies.ts'

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
  {
    claim: 'a chain of proxies of both families is followed to its end',
    proxies: ['127.0.0.1', '10.0.0.0/8', '2001:db8:1::/48'],
    remote: '::ffff:127.0.0.1',
    forwarded: '198.51.100.1, 203.0.113.7, 10.9.9.9, 2001:db8:1:2::3, ::ffff:10.0.0.5',
    client: '203.0.113.7',
  },
  {
    claim: 'what a client put before its own address is its own word',
    proxies: ['10.0.0.0/8'],
    remote: '10.0.0.1',
    forwarded: '10.0.0.9, 127.0.0.1, 203.0.113.7',
    client: '203.0.113.7',
  },
  {
    claim: 'a proxy that forwards an address with a port is as far as it goes',
    proxies: ['10.0.0.0/8'],
    remote: '10.0.0.1',
    forwarded: '203.0.113.7:51234',
    client: '10.0.0.1',
  },
  {
    claim: 'empty elements end it',
    proxies: ['10.0.0.0/8'],
    remote: '10.0.0.1',
    forwarded: '203.0.113.7, , ',
    client: '10.0.0.1',
  },
  {
    claim: 'a name is no address',
    proxies: ['10.0.0.0/8'],
    remote: '10.0.0.1',
    forwarded: 'unknown',
    client: '10.0.0.1',
  },
  {
    claim: 'a zone is part of how a neighbour is reached',
    proxies: ['fe80::/10'],
    remote: 'fe80::1%eth0',
    forwarded: '203.0.113.7',
    client: '203.0.113.7',
  },
  { claim: 'a closed connection has none', proxies: [], remote: undefined, forwarded: undefined, client: '' },
])('$claim', ({ proxies, remote, forwarded, client }) => {
  expect(clientAddressBehind(trustedProxies(proxies))(remote, forwarded)).toBe(client)
})
