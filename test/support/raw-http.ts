import { connect } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** A 1xx came before it. */
  readonly wasContinued: boolean
}

export interface Exchange {
  readonly answers: readonly RawAnswer[]
  /** What came and is no answer; empty unless the server is broken. */
  readonly rest: string
  /** `server`: it ended the connection before we did; `us`: after us; `never`: not within the time. */
  readonly closedBy: 'server' | 'us' | 'never'
}

export interface ExchangeOptions {
  /** After how many answers we end our side; at once where `endsAtOnce`. By default never: the server has to close. */
  readonly answers?: number
  readonly endsAtOnce?: boolean
  /** Whether the n-th request is a HEAD, whose answer has a length and no body. */
  readonly isHead?: (index: number) => boolean
  /** Pause between the pieces; null: as fast as they are taken. */
  readonly pauseMs?: number | null
  readonly timeoutMs?: number
  /** The local address to come from. */
  readonly localAddress?: string
}

/** Sends these bytes on a connection of its own, whatever they are, and gives all that came back once it is closed. */
export function exchange(
  port: number,
  pieces: readonly (Uint8Array | string)[],
  {
    answers: wanted = Number.POSITIVE_INFINITY,
    endsAtOnce = false,
    isHead,
    pauseMs = null,
    timeoutMs = 20_000,
    localAddress,
  }: ExchangeOptions = {},
): Promise<Exchange> {
  return new Promise((resolve) => {
    const reader = new AnswerReader(isHead)
    let endedByUs = false
    let endedByServer = false
    let isSent = false
    const socket = connect({
      port,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    })
    const end = () => {
      if (endedByUs) return
      endedByUs = true
      socket.end()
    }
    const timer = setTimeout(() => finish('never'), timeoutMs)
    const finish = (closedBy: Exchange['closedBy']) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ answers: reader.answers, rest: reader.rest(), closedBy })
    }
    socket.on('data', (bytes) => {
      reader.feed(bytes)
      if (isSent && reader.answers.length >= wanted) end()
    })
    socket.on('end', () => {
      if (!endedByUs) endedByServer = true
      end()
    })
    // A reset is a way to close, too: what was answered before it has been read.
    socket.on('error', () => {})
    socket.on('close', () => finish(endedByServer || !endedByUs ? 'server' : 'us'))
    void send()

    async function send(): Promise<void> {
      for (const piece of pieces) {
        if (!socket.writable) return
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
        await new Promise<void>((sent) => socket.write(bytes, () => sent()))
        if (pauseMs !== null) await new Promise((passed) => setTimeout(passed, pauseMs))
      }
      isSent = true
      if (endsAtOnce || reader.answers.length >= wanted) end()
    }
  })
}

/** Cuts the stream into answers. */
class AnswerReader {
  readonly answers: RawAnswer[] = []
  readonly #isHead: (index: number) => boolean
  #pending = Buffer.alloc(0)
  #wasContinued = false

  constructor(isHead: (index: number) => boolean = () => false) {
    this.#isHead = isHead
  }

  feed(bytes: Uint8Array): void {
    this.#pending = Buffer.concat([this.#pending, bytes])
    while (this.#readOne());
  }

  rest(): string {
    return this.#pending.toString('latin1')
  }

  #readOne(): boolean {
    const headEnd = this.#pending.indexOf('\r\n\r\n')
    if (headEnd === -1) return false
    const [statusLine = '', ...lines] = this.#pending.toString('latin1', 0, headEnd).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) /.exec(statusLine)?.[1])
    if (Number.isNaN(status)) return false
    const headers = new Map(lines.map((line) => [nameOf(line), line.slice(line.indexOf(':') + 1).trim()]))
    const bodyFrom = headEnd + 4
    if (status < 200) {
      this.#wasContinued = true
      this.#pending = this.#pending.subarray(bodyFrom)
      return true
    }
    const bodyless = status === 204 || status === 304 || this.#isHead(this.answers.length)
    const body = bodyless ? { text: '', to: bodyFrom } : this.#body(headers, bodyFrom)
    if (body === null) return false
    this.answers.push({ status, headers, body: body.text, wasContinued: this.#wasContinued })
    this.#wasContinued = false
    this.#pending = this.#pending.subarray(body.to)
    return true
  }

  /** Null: not all there yet. */
  #body(headers: ReadonlyMap<string, string>, from: number): { text: string; to: number } | null {
    if (headers.get('transfer-encoding') === 'chunked') return this.#chunks(from)
    const to = from + Number(headers.get('content-length') ?? 0)
    return to > this.#pending.length ? null : { text: this.#pending.toString('latin1', from, to), to }
  }

  #chunks(from: number): { text: string; to: number } | null {
    let text = ''
    for (let at = from; ; ) {
      const sizeEnd = this.#pending.indexOf('\r\n', at)
      if (sizeEnd === -1) return null
      const size = Number.parseInt(this.#pending.toString('latin1', at, sizeEnd), 16)
      const dataEnd = sizeEnd + 2 + size
      if (dataEnd + 2 > this.#pending.length) return null
      if (size === 0) return { text, to: dataEnd + 2 }
      text += this.#pending.toString('latin1', sizeEnd + 2, dataEnd)
      at = dataEnd + 2
    }
  }
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase()
}
