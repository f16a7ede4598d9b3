import { type ReadRequest, readRequests } from './http-oracle.ts'

/** The receiver's limits that the model knows of; names as in its options. */
export interface Limits {
  readonly maxBodyBytes: number
  readonly maxPathBytes: number
  readonly maxHeaderBytes: number
  readonly maxHeaderCount: number
  readonly keepHeaders: readonly string[]
}

/** What docs/receiving.md says of one request. */
export interface ExpectedAnswer {
  /** One of these. */
  readonly statuses: readonly number[]
  /** False: there may be no such answer. */
  readonly isSure: boolean
  /** What lies in the spool where the answer is 200. */
  readonly kept: KeptSubmission | null
  /** Noted where the answer is 202. */
  readonly discarded: string | null
  readonly isHead: boolean
  /** The connection may end behind it. */
  readonly mayClose: boolean
  /** What it answers is no whole request. `isIncomplete`: that shows only when the client ends its side. */
  readonly isBroken: boolean
  readonly isIncomplete: boolean
  readonly says: string
}

export interface KeptSubmission {
  readonly path: string
  readonly attributes: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * The answers to all that `bytes`, sent on one connection, ask for, in order. An answer says whether the connection
 * closes; what follows it then gets none.
 */
export function expectedAnswers(bytes: Buffer, limits: Limits): ExpectedAnswer[] {
  const { requests, after, unreadBytes } = readRequests(bytes)
  const answers: ExpectedAnswer[] = []
  for (const request of requests) {
    answers.push(...answersTo(request, limits))
    // Nobody knows where the next request begins.
    if (answers.at(-1)?.isBroken) return answers
  }
  if (after === 'nothing') return answers
  const mayOverflow = unreadBytes > 0.9 * mostHeadBytes(limits)
  return [...answers, broken(mayOverflow ? [400, 431] : [400], true, after)]
}

/** A discarded submission as `channel cause bytes`. */
export function discardedText(channel: string, cause: string, bytes: number): string {
  return `${channel} ${cause} ${bytes}`
}

const MOST_NOTED_BYTES = 2 ** 30

/** More than one, where a request that is broken in its body was refused by its head. */
function answersTo(request: ReadRequest, limits: Limits): ExpectedAnswer[] {
  const most = mostHeadBytes(limits)
  if (request.headBytes > 1.1 * most) return [broken([431], true, 'a head too long to be read')]
  const answer = wholeAnswer(request, limits)
  // How many bytes the parser counts beyond those of names and values isn't said anywhere.
  const mayOverflow = request.headBytes > 0.9 * most
  const statuses = [...answer.statuses, ...(mayOverflow ? [431] : []), ...(request.isOdd ? [400] : [])]
  if (request.ending === 'whole')
    return [{ ...answer, statuses, mayClose: answer.mayClose || mayOverflow || request.isOdd }]
  // The rest of its body would have to come first; a refusal by the head may be out before that is seen.
  const needsBody = answer.statuses.includes(200) && answer.kept !== null
  const refusal = { ...answer, statuses, isSure: request.framing.kind === 'endless' }
  const brokenStatuses = mayOverflow ? [400, 431] : [400]
  // On the way to another protocol, as it would be, nobody complains before the client ends its side.
  const ending = valuesOf(request, 'upgrade').length > 0 ? 'incomplete' : request.ending
  return [...(needsBody ? [] : [refusal]), broken(brokenStatuses, needsBody, `${ending} body`)]
}

function broken(statuses: readonly number[], isSure: boolean, why: string): ExpectedAnswer {
  return {
    statuses,
    isSure,
    kept: null,
    discarded: null,
    isHead: false,
    mayClose: true,
    isBroken: true,
    isIncomplete: why.startsWith('incomplete'),
    says: why,
  }
}

/** Because it says so, or because it is refused in a way that ends the connection. */
function mayClose(request: ReadRequest): boolean {
  const saysSo = valuesOf(request, 'connection').some((value) => /close/i.test(value))
  return saysSo || request.version !== '1.1' || ['upgrade', 'expect'].some((name) => valuesOf(request, name).length > 0)
}

/** A header's bytes are those of its line, with its end. */
function areTooManyHeaders({ headers }: ReadRequest, { maxHeaderCount, maxHeaderBytes }: Limits): boolean {
  const bytes = headers.reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0)
  return headers.length > maxHeaderCount || bytes > maxHeaderBytes
}

/** Path and headers together, as the table of answers says. */
function mostHeadBytes({ maxHeaderBytes, maxPathBytes }: Limits): number {
  return maxHeaderBytes + 4 * maxPathBytes
}

function wholeAnswer(request: ReadRequest, limits: Limits): ExpectedAnswer {
  const { method, target, framing, body } = request
  const says = `${method} ${target.slice(0, 80)} ${framing.kind}`
  const isHead = method === 'HEAD'
  const status = (...statuses: number[]) => ({
    statuses,
    isSure: true,
    kept: null,
    discarded: null,
    isHead,
    mayClose: mayClose(request),
    isBroken: false,
    isIncomplete: false,
    says,
  })
  if (method === 'CONNECT') return status(405, 400)
  const expectation = valuesOf(request, 'expect').join(', ')
  if (
    request.version === '1.1' &&
    valuesOf(request, 'expect').length > 0 &&
    !/(?:^|\W)100-continue(?:$|\W)/i.test(expectation)
  ) {
    return status(417)
  }

  if (framing.kind === 'endless') return { ...status(400), mayClose: true }
  const lacksHost = request.version === '1.1' && valuesOf(request, 'host').length === 0
  if (lacksHost || !request.version.startsWith('1.')) return { ...status(400), mayClose: true }
  if (areTooManyHeaders(request, limits)) return { ...status(431), mayClose: true }

  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  if (!/^\/submit(?:\/|$)/i.test(path))
    return status(...elsewhere(method, path, valuesOf(request, 'host')[0] ?? '', target))
  if (!/^\/submit\/telemetry\/\/*[^/]/.test(path)) return status(404)
  if (method !== 'POST' && method !== 'PUT') return status(405)
  if (framing.kind === 'none') return status(411)

  const channel = channelOf(path)
  const discard = (cause: string, bytes: number) => ({
    ...status(202),
    discarded: discardedText(channel, cause, bytes),
  })
  if (path.length > limits.maxPathBytes) return discard('path', path.length)
  const bodyBytes = framing.kind === 'length' ? framing.length : body.length
  if (bodyBytes > limits.maxBodyBytes)
    return { ...discard('body', Math.min(bodyBytes, MOST_NOTED_BYTES)), mayClose: true }
  return { ...status(200), kept: { path, attributes: keptHeaders(request, limits), body } }
}

/** Addresses that aren't for submissions: they are the router's, which reads a host and a path more narrowly than HTTP. */
function elsewhere(method: string, path: string, host: string, target: string): number[] {
  const isPlain =
    /^(?:localhost|telemetry\.example\.org|127\.0\.0\.1:8080)$/.test(host) &&
    target.startsWith('/') &&
    !/[%\\[\]#]|\/\.|\/\//.test(target)
  const statuses = /^\/(?:status|__lbheartbeat__|__heartbeat__|__version__)$/.test(path)
    ? [method === 'GET' || method === 'HEAD' ? 200 : 405]
    : [404]
  return isPlain ? statuses : [200, 400, 404, 405]
}

/** The fifth part behind the id, where there are just six; `UNKNOWN` where it is empty or can't be read. */
function channelOf(path: string): string {
  const parts = path
    .replace('/submit/telemetry/', '')
    .replace(/^\/+|\/+$/g, '')
    .split('/')
  try {
    const [id = '', , , , channel = ''] = parts.map(decodeURIComponent)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    if (parts.length !== 6 || id === '' || id.length > 64 || /[\x00-\x1f\x7f-\x9f]/.test(decodeURIComponent(path)))
      return 'UNKNOWN'
    return channel === '' ? 'UNKNOWN' : channel.slice(0, 64)
  } catch {
    return 'UNKNOWN'
  }
}

/** Of headers that may come once only, the first counts; the others are joined. */
function keptHeaders(request: ReadRequest, { keepHeaders }: Limits): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of keepHeaders.map((kept) => kept.toLowerCase())) {
    const values = valuesOf(request, name)
    const [first] = values
    if (first !== undefined) kept[name] = name === 'user-agent' ? first : values.join(', ')
  }
  return kept
}

function valuesOf({ headers }: ReadRequest, name: string): string[] {
  return headers.filter(([other]) => other === name).map(([, value]) => value)
}
