import { METHODS } from 'node:http'

/**
 * HTTP/1.1 as RFC 9112 has it, read by the plainest means: a second opinion on what the receiver's parser makes of some
 * bytes. Slow, and not meant to be sent to.
 */
export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly version: string
  /** In the order of the wire, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** As announced: a length, chunks, neither, or codings that don't say where the body ends. */
  readonly framing:
    | { readonly kind: 'length'; readonly length: number }
    | { readonly kind: 'chunked' | 'none' | 'endless' }
  /** `whole`, or how it stops short: the bytes end, or go against the grammar. */
  readonly ending: 'whole' | 'incomplete' | 'invalid'
  /** As far as it was readable. */
  readonly body: Buffer
  /** Bytes of target, header names and values. */
  readonly headBytes: number
  /** What no rule forbids and nobody sends: a parser may well refuse it. */
  readonly isOdd: boolean
}

/** All requests in `bytes`, and what follows the last whole one. After the first that isn't whole, nothing is read. */
export function readRequests(bytes: Buffer): {
  readonly requests: readonly ReadRequest[]
  readonly after: 'nothing' | 'incomplete' | 'invalid'
  /** Bytes of the head that `after` speaks of. */
  readonly unreadBytes: number
} {
  const requests: ReadRequest[] = []
  let at = 0
  for (;;) {
    while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++
    if (at >= bytes.length) return { requests, after: 'nothing', unreadBytes: 0 }
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    const head = bytes.toString('latin1', at, headEnd === -1 ? bytes.length : headEnd)
    const read = headEnd === -1 ? null : readHead(head)
    if (read === null) {
      return { requests, after: headEnd === -1 ? 'incomplete' : 'invalid', unreadBytes: head.length }
    }
    const { body, ending, to, isOdd } = readBody(bytes, headEnd + 4, read.framing)
    requests.push({ ...read, body, ending, isOdd: read.isOdd || isOdd, headBytes: read.headBytes })
    if (ending !== 'whole') return { requests, after: 'nothing', unreadBytes: 0 }
    at = to
  }
}

const REQUEST_LINE = /^([A-Z-]+)( +)([\x21-\x7e]+)(?:( +)HTTP\/(0\.9|1\.0|1\.1|2\.0))?$/
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const FORBIDDEN_IN_VALUES = /[\x00-\x08\x0a-\x1f\x7f]/
const ORIGIN_FORM = /^\/[\x21-\x7e]*$/
const ABSOLUTE_FORM = /^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:[/?][\x21-\x7e]*)?$/

type Head = Omit<ReadRequest, 'body' | 'ending'>

/** Null where it isn't a request's. */
function readHead(text: string): Head | null {
  const [requestLine = '', ...lines] = text.split('\r\n')
  const [, method = '', gap = '', target = '', secondGap = ' ', version = '0.9'] = REQUEST_LINE.exec(requestLine) ?? []
  if (!METHODS.includes(method) && method !== 'QUERY') return null
  const headers: [string, string][] = []
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? []
    if (name === '' || FORBIDDEN_IN_VALUES.test(value)) return null
    headers.push([name.toLowerCase(), value])
  }
  const framing = framingOf(headers)
  if (framing === null) return null
  const headBytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length, target.length)
  const isOdd =
    gap !== ' ' ||
    secondGap !== ' ' ||
    version === '2.0' ||
    version === '0.9' ||
    method === 'PRI' ||
    !(ORIGIN_FORM.test(target) || ABSOLUTE_FORM.test(target)) ||
    /[#\\"<>^`{|}]/.test(target) ||
    headers.some(([name, value]) => name === 'transfer-encoding' && /chunked.*chunked/i.test(value)) ||
    headers.filter(([name]) => name === 'transfer-encoding').length > 1 ||
    lines.some((line) => /^(?:content-length|transfer-encoding):.*\t[ \t]*$/i.test(line))
  return { method, target, version, headers, framing, headBytes, isOdd }
}

/** Null where the announcements contradict themselves or each other. */
function framingOf(headers: readonly (readonly [string, string])[]): ReadRequest['framing'] | null {
  const lengths = headers.filter(([name]) => name === 'content-length').map(([, value]) => value)
  const codings = headers.filter(([name]) => name === 'transfer-encoding').map(([, value]) => value)
  if (codings.length > 0) {
    if (lengths.length > 0) return null
    return { kind: /(?:^|,)[ \t]*chunked$/i.test(codings.at(-1) ?? '') ? 'chunked' : 'endless' }
  }
  const [length, ...more] = lengths
  if (length === undefined) return { kind: 'none' }
  const isLength = /^\d+$/.test(length) && BigInt(length) < 2n ** 64n
  return isLength && more.length === 0 ? { kind: 'length', length: Number(length) } : null
}

type Body = Pick<ReadRequest, 'body' | 'ending' | 'isOdd'> & { readonly to: number }

function readBody(bytes: Buffer, from: number, framing: ReadRequest['framing']): Body {
  switch (framing.kind) {
    case 'none':
      return { body: Buffer.alloc(0), ending: 'whole', to: from, isOdd: false }
    case 'endless':
      return { body: Buffer.alloc(0), ending: 'invalid', to: from, isOdd: false }
    case 'length': {
      const to = from + framing.length
      const ending = to <= bytes.length ? 'whole' : 'incomplete'
      return { body: bytes.subarray(from, to), ending, to, isOdd: false }
    }
    case 'chunked':
      return readChunks(bytes, from)
  }
}

const CHUNK_HEAD = /^([0-9a-fA-F]+)((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?)*)$/

function readChunks(bytes: Buffer, from: number): Body {
  const pieces: Buffer[] = []
  let isOdd = false
  const stop = (ending: 'incomplete' | 'invalid', to: number): Body => ({
    body: Buffer.concat(pieces),
    ending,
    to,
    isOdd,
  })
  for (let at = from; ; ) {
    const headEnd = bytes.indexOf('\r\n', at)
    if (headEnd === -1) return stop('incomplete', at)
    const line = bytes.toString('latin1', at, headEnd)
    const [, digits] = CHUNK_HEAD.exec(line) ?? []
    if (digits === undefined || BigInt(`0x${digits}`) >= 2n ** 64n) {
      // A semicolon may be followed by more than the plain pattern knows, quoted values for example.
      isOdd ||= /^[0-9a-fA-F]+[ \t]*;/.test(line)
      return stop('invalid', at)
    }
    const size = Number.parseInt(digits, 16)
    const dataFrom = headEnd + 2
    if (size === 0) {
      const trailers = readTrailers(bytes, dataFrom)
      return typeof trailers === 'number'
        ? { body: Buffer.concat(pieces), ending: 'whole', to: trailers, isOdd }
        : stop(trailers, dataFrom)
    }
    const data = bytes.subarray(dataFrom, dataFrom + size)
    pieces.push(data)
    at = dataFrom + size + 2
    const end = bytes.toString('latin1', at - 2, at)
    if (data.length < size || !'\r\n'.startsWith(end)) return stop(data.length < size ? 'incomplete' : 'invalid', at)
    if (end.length < 2) return stop('incomplete', at)
  }
}

/** Where the request ends, or how it fails to. */
function readTrailers(bytes: Buffer, from: number): number | 'incomplete' | 'invalid' {
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return 'incomplete'
    if (lineEnd === at) return at + 2
    const [, name = '', value = ''] = HEADER.exec(bytes.toString('latin1', at, lineEnd)) ?? []
    if (name === '' || FORBIDDEN_IN_VALUES.test(value)) return 'invalid'
    if (/^(?:content-length|transfer-encoding)$/i.test(name)) return 'invalid'
    at = lineEnd + 2
  }
}
