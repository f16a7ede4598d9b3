import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT_ADDRESS } from '../../data/spool/frame.ts'
import { exchange } from '../support/raw-http.ts'
import { type ReceiverProcess, segmentsOnDisk, startReceiverProcess } from './receiver-process.ts'

const PROXY = '127.0.0.2'
const STRANGER = '127.0.0.3'

let spool: string
let receiver: ReceiverProcess
beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'tidewatch-proxies-'))
  const overrides = { keepClientAddress: true, trustedProxies: [PROXY, '10.0.0.0/8', '2001:db8::/32'] }
  receiver = await startReceiverProcess(spool, { overrides })
})
afterAll(async () => {
  receiver.child.kill('SIGKILL')
  await rm(spool, { recursive: true })
})

test.each<{ claim: string; from: string; forwarded: readonly string[]; client: string }>([
  { claim: 'no proxy: the peer', from: STRANGER, forwarded: [], client: STRANGER },
  {
    claim: 'what a stranger says of itself is not believed',
    from: STRANGER,
    forwarded: ['192.0.2.1'],
    client: STRANGER,
  },
  { claim: 'what a trusted proxy says is', from: PROXY, forwarded: ['192.0.2.1'], client: '192.0.2.1' },
  {
    claim: 'but not what was written before it',
    from: PROXY,
    forwarded: ['198.51.100.1, 192.0.2.1'],
    client: '192.0.2.1',
  },
  {
    claim: 'through several trusted ones',
    from: PROXY,
    forwarded: ['198.51.100.1, 192.0.2.1, 10.1.2.3'],
    client: '192.0.2.1',
  },
  { claim: 'in several headers', from: PROXY, forwarded: ['192.0.2.1', '10.1.2.3', '10.1.2.4'], client: '192.0.2.1' },
  { claim: 'of IPv6', from: PROXY, forwarded: ['2001:db9::1, 2001:db8::7'], client: '2001:db9::1' },
  { claim: 'IPv4 in the form of IPv6', from: PROXY, forwarded: ['::ffff:192.0.2.1'], client: '192.0.2.1' },
  { claim: 'a proxy that says nothing', from: PROXY, forwarded: [], client: PROXY },
  {
    claim: 'garbage ends what can be believed',
    from: PROXY,
    forwarded: ['192.0.2.1, <script>, 10.1.2.3'],
    client: '10.1.2.3',
  },
])('$claim', async ({ claim, from, forwarded, client }) => {
  const lines = ['Host: x', 'Content-Length: 0', ...forwarded.map((value) => `X-Forwarded-For: ${value}`)]
  const path = `/submit/telemetry/${encodeURIComponent(claim)}`
  const send = [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
  const { answers } = await exchange(receiver.port, [send], { answers: 1, localAddress: from })
  expect(answers.map(({ status }) => status)).toEqual([200])
  const kept = (await segmentsOnDisk(spool)).flatMap(({ frames }) =>
    frames.flatMap((frame) => (frame.kind === 'submission' && frame.path === path ? [frame.attributes] : [])),
  )
  expect(kept).toEqual([{ [CLIENT_ADDRESS]: client }])
})
