import { METHODS } from 'node:http'
import type { Random } from '../../support/random.ts'
import type { Limits } from './expected-answers.ts'

/**
 * A request as bytes: mostly a good submission, each part now and then something else. HTTP all of it. `isLast`: the
 * connection may end with it.
 */
export function anyRequest(random: Random, limits: Limits, isLast: boolean): Buffer {
  const version = isLast ? random.pick(['1.1', '1.1', '1.1', '1.0', '2.0']) : '1.1'
  const target = anyTarget(random, limits)
  const method = random.weighted([
    [80, 'POST'],
    [8, 'PUT'],
    [8, 'GET'],
    [2, 'HEAD'],
    [2, random.pick(METHODS.filter((name) => name !== 'CONNECT'))],
  ])
  const headers = [
    ...otherHeaders(random, limits),
    ...(isLast ? closingHeaders(random, limits) : []),
    ...(version === '1.0' && random.chance(50) ? [] : [['Host', anyHost(random)]]),
  ]
  const { announced, bytes } = anyBody(random, limits, method, isLast)
  headers.push(...announced)
  const lines = shuffled(random, headers).map(
    ([name, value]) => `${anyCase(random, name ?? '')}:${anySpace(random)}${value}${random.chance(5) ? ' ' : ''}`,
  )
  const head = [`${method} ${target} HTTP/${version}`, ...lines, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(random.chance(1) ? `\r\n${head}` : head, 'latin1'), bytes])
}

/** Bytes that were a request before chance came over them. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let broken = bytes
  for (let left = 1 + random.below(3); left > 0; left--) {
    const headEnd = Math.max(1, broken.indexOf('\r\n\r\n') + 4)
    const at = random.below(random.chance(75) ? headEnd : broken.length + 1)
    const length = random.below(12)
    const insert = (piece: Buffer, skip = 0) =>
      Buffer.concat([broken.subarray(0, at), piece, broken.subarray(at + skip)])
    broken = random.weighted<() => Buffer>([
      [3, () => insert(random.bytes(1), 1)],
      [3, () => insert(Buffer.from(random.pick(HOSTILE), 'latin1'))],
      [1, () => insert(Buffer.from(random.pick(HOSTILE), 'latin1'), length)],
      [1, () => insert(Buffer.alloc(0), 1 + length)],
      [1, () => insert(broken.subarray(at, at + 1 + length))],
      [1, () => broken.subarray(0, at)],
    ])()
  }
  return broken
}

const HOSTILE = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    '\0',
    ' ',
    '\t',
    '\x0b',
    ':',
    ';',
    ',',
    '"',
    '\x7f',
    '\x80',
    '\xff',
    '#',
    '?',
    '/',
    '\\',
    '%',
    '%00',
    '%2F',
  ],
  ...[
    '..',
    '/../',
    '//',
    'http://',
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/0.9',
    'POST ',
    'GET / HTTP/1.1\r\n',
    'CONNECT ',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ],
  ...[
    'Content-Length: 0\r\n',
    'Content-Length: 5\r\n',
    'Content-Length: -1\r\n',
    'Content-Length: +5\r\n',
    'Content-Length: 5, 5\r\n',
    'Content-Length: 0x5\r\n',
  ],
  ...[
    'Content-Length: 18446744073709551616\r\n',
    'Content-Length: 9007199254740993\r\n',
    'Content-Length : 5\r\n',
    ' Content-Length: 5\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Transfer-Encoding: chunked, gzip\r\n',
  ],
  ...[
    'Transfer-Encoding : chunked\r\n',
    'Transfer-Encoding:\x0bchunked\r\n',
    'Transfer-Encoding: xchunked\r\n',
    'chunked',
    '0\r\n\r\n',
    '5\r\nabcde\r\n',
    'ffffffff\r\n',
  ],
  ...[
    'Expect: 100-continue\r\n',
    'Expect: much\r\n',
    'Connection: close\r\n',
    'Connection: keep-alive\r\n',
    'Connection: upgrade\r\nUpgrade: h2c\r\n',
    'Host: other\r\n',
  ],
  ...['0', '1', '9', '-', '+', 'f', 'x'],
]

function anyTarget(random: Random, { maxPathBytes }: Limits): string {
  const id = `${random.word(8)}-${random.word(4)}-${random.word(4)}-${random.word(4)}-${random.word(12)}`
  const channel = random.pick([
    'nightly',
    'aurora',
    'beta',
    'release',
    '',
    'b%C3%A9ta',
    'a%2Fb',
    '%ff',
    '%00',
    '..',
    'x'.repeat(70),
  ])
  const full = `/submit/telemetry/${id}/${random.pick(['idle-daily', 'saved-session', ''])}/Firefox/29.0a1/${channel}/20140116030201`
  const path = random.weighted<() => string>([
    [60, () => full],
    [15, () => `/submit/telemetry/${id}`],
    [3, () => `${full}/${'x'.repeat(random.below(2 * maxPathBytes))}`],
    [2, () => `${full}${random.pick(['/', '//', '/..', '/../../etc/passwd', '/a/b', '%', '%zz', '%2e%2e'])}`],
    [2, () => `/submit/telemetry//${id}`],
    [
      2,
      () =>
        `/submit/telemetry/${random.pick(['', '/', '//', '.', '..', '%2F', '%20', "'", '*', '~', '@', ':', ';=&', '!$()+,'])}`,
    ],
    [
      2,
      () =>
        random.pick([
          '/submit',
          '/submit/',
          '/submit/telemetr',
          '/submit/telemetryx/y',
          '/Submit/telemetry/x',
          '/SUBMIT/TELEMETRY/x',
        ]),
    ],
    [
      2,
      () =>
        random.pick([
          '/submit/other/x',
          '/submitx',
          '/submit//telemetry/x',
          '//submit/telemetry/x',
          '/x/submit/telemetry/x',
        ]),
    ],
    [
      4,
      () =>
        random.pick([
          '/',
          '/status',
          '/__heartbeat__',
          '/__lbheartbeat__',
          '/__version__',
          '/metrics',
          '/status/',
          '/favicon.ico',
          '/api/v1/series',
        ]),
    ],
  ])()
  const query = random.chance(10)
    ? `?${random.pick(['', 'v=4', 'a=b&c=/submit/telemetry/x', '?', `x=${'y'.repeat(random.below(maxPathBytes))}`])}`
    : ''
  const origin = random.chance(2)
    ? random.pick(['http://example.org', 'https://example.org:443', 'HTTP://EXAMPLE.ORG', 'http://1.2.3.4'])
    : ''
  return origin + path + query
}

function anyHost(random: Random): string {
  return random.pick(['localhost', 'telemetry.example.org', '127.0.0.1:8080'])
}

type Header = [name: string, value: string]

function otherHeaders(random: Random, { maxHeaderBytes }: Limits): Header[] {
  const headers: Header[] = []
  const add = (percent: number, name: string, value: () => string) => {
    if (random.chance(percent)) headers.push([name, value()])
  }
  add(20, 'X-Debug-ID', () => random.pick([random.word(10), '', 'a b', 'Gr\xfc\xdfe', '"quoted"', '<script>']))
  add(2, 'X-Debug-ID', () => 'again')
  add(10, 'X-Source-Tags', () => random.pick(['automation', 'automation, full', 'Automation', '']))
  add(30, 'User-Agent', () =>
    random.pick(['Mozilla/5.0 (X11; Linux x86_64; rv:29.0) Gecko/20140116 Firefox/29.0a1', 'curl/8', '']),
  )
  add(2, 'User-Agent', () => 'second')
  add(10, 'Date', () => 'Thu, 16 Jan 2014 14:00:00 GMT')
  add(10, 'Content-Encoding', () => 'gzip')
  add(10, 'Content-Type', () => 'application/json')
  add(5, 'X-Forwarded-For', () => random.pick(['192.0.2.1', '192.0.2.1, 10.0.0.1', 'unknown', '::1', ',,,']))
  add(3, 'Connection', () => random.pick(['keep-alive', 'Keep-Alive', 'TE', 'x, y']))
  add(2, 'Cookie', () => 'a=b; c=d')
  add(1, 'Expect', () => 'something-else')
  add(1, 'X-Padding', () => 'x'.repeat(random.below(maxHeaderBytes / 2)))
  if (random.chance(2)) headers.push(...manyHeaders(random, 20))
  return headers
}

/** After these the connection ends, always or at times. */
function closingHeaders(random: Random, { maxHeaderBytes, maxHeaderCount, maxPathBytes }: Limits): Header[] {
  return random.weighted<Header[]>([
    [5, manyHeaders(random, 2 * maxHeaderCount)],
    [60, []],
    [15, [['Connection', 'close']]],
    [10, [['Expect', random.pick(['100-continue', '100-Continue'])]]],
    [
      5,
      [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'h2c'],
      ],
    ],
    [10, [['X-Padding', 'x'.repeat(random.below(2 * (maxHeaderBytes + 4 * maxPathBytes)))]]],
  ])
}

function manyHeaders(random: Random, most: number): Header[] {
  return Array.from({ length: random.below(most) }, () => [`X-${random.word(3)}`, random.word(5)])
}

function anyBody(
  random: Random,
  limits: Limits,
  method: string,
  isLast: boolean,
): { announced: Header[]; bytes: Buffer } {
  const bytes = bodyBytes(random, limits, isLast)
  const framing = random.weighted([
    [method === 'POST' || method === 'PUT' ? 1 : 60, 'none'],
    [70, 'length'],
    [25, 'chunked'],
  ])
  switch (framing) {
    case 'none':
      return { announced: [], bytes: Buffer.alloc(0) }
    case 'length':
      return { announced: [['Content-Length', `${random.chance(2) ? '00' : ''}${bytes.length}`]], bytes }
    default:
      return {
        announced: [['Transfer-Encoding', random.pick(['chunked', 'chunked', 'Chunked', 'gzip, chunked'])]],
        bytes: chunked(random, bytes),
      }
  }
}

/** Behind one that is too long the connection ends. */
function bodyBytes(random: Random, { maxBodyBytes }: Limits, isLast: boolean): Buffer {
  const drawn = random.weighted<() => number>([
    [70, () => random.below(400)],
    [20, () => random.below(maxBodyBytes)],
    [3, () => maxBodyBytes],
    [3, () => maxBodyBytes + 1],
    [4, () => random.below(4 * maxBodyBytes)],
  ])()
  const length = isLast ? drawn : Math.min(drawn, maxBodyBytes)
  // A body may be anything: here one that would be a request, should anybody take its end for a beginning.
  const pattern = random.pick([
    '{"ver":1}',
    '\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
    '0\r\n\r\n',
    '\0',
    'TIDESEG\x03',
    random.bytes(16).toString('latin1'),
  ])
  return Buffer.alloc(length, pattern, 'latin1')
}

function chunked(random: Random, bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + random.below(Math.max(1, bytes.length)))
    const size = piece.length.toString(16)
    const extension = random.chance(5) ? random.pick([';a', ';a=b', ';a=b;c=d']) : ''
    const head = `${random.chance(10) ? '0' : ''}${random.chance(10) ? size.toUpperCase() : size}${extension}\r\n`
    pieces.push(Buffer.from(head), piece, Buffer.from('\r\n'))
    at += piece.length
  }
  const trailer = random.chance(5) ? 'X-Trailer: t\r\n' : ''
  return Buffer.concat([...pieces, Buffer.from(`0\r\n${trailer}\r\n`)])
}

function anyCase(random: Random, name: string): string {
  return random.weighted([
    [8, name],
    [1, name.toLowerCase()],
    [1, name.toUpperCase()],
  ])
}

function anySpace(random: Random): string {
  return random.weighted([
    [18, ' '],
    [1, ''],
    [1, ' \t '],
  ])
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random.below(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
