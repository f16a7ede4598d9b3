import { expect, test } from 'vitest'
import { networkOf } from './open-connections.ts'

test.each([
  { address: '192.0.2.1', network: '192.0.2.1' },
  { address: '2001:db8:0:7:1:2:3:4', network: '2001:db8:0:7' },
  { address: '2001:db8:0:7::1', network: '2001:db8:0:7' },
  { address: '2001:db8::7', network: '2001:db8:0:0' },
  { address: '2001:db8::', network: '2001:db8:0:0' },
  { address: '::1', network: '0:0:0:0' },
  { address: '::', network: '0:0:0:0' },
])('$address counts with $network', ({ address, network }) => expect(networkOf(address)).toBe(network))
