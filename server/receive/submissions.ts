import type { IncomingMessage, ServerResponse } from 'node:http'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import { notedBytes } from '../../data/domain/noted-bytes.ts'
import { isSubmissionPath, parseSubmissionPath, pathOfTarget } from '../../data/domain/submission-path.ts'
import type { DiscardedEntry, SpoolEntry } from '../../data/spool/frame.ts'
import { CLIENT_ADDRESS } from '../../data/spool/frame.ts'
import type { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { Logger } from '../log.ts'
import type { Admission, Refusal } from './admission.ts'
import { answerFault, answerKept, answerUnasked, answerUnread, MAX_DRAINED_BYTES } from './answer.ts'
import type { ClientAddress } from './client-address.ts'
import type { NoteRefused } from './limit.ts'
import type { PendingBytes } from './pending-bytes.ts'
import type { BodyRead } from './read-body.ts'
import { readBody } from './read-body.ts'

export interface SubmissionsOptions {
  readonly writer: SpoolWriter
  readonly admission: Admission
  readonly pending: PendingBytes
  readonly maxBodyBytes: number
  readonly maxPathBytes: number
  readonly keepHeaders: readonly string[]
  /** Null: the client's address isn't kept. */
  readonly clientAddress: ClientAddress | null
  readonly noteRefused: NoteRefused
  readonly log: Logger
}

/**
 * Answers one request under `/submit`; never throws. `asks`: the client waits for our word before it sends the body.
 */
export type SubmissionHandler = (request: IncomingMessage, response: ServerResponse, asks: boolean) => void

/**
 * Receives submissions. A request is looked at in this order, and the first that holds is its answer:
 * another path 404; neither POST nor PUT 405; no length 411; nothing taken at present 503 or 507; path or body too long
 * 202, and counted; no room in memory 503; else 200 once it is on disk. The body is never opened.
 *
 * This is the way that every submission goes, so it does without promises: they would cost as much as the rest of it.
 */
export function submissionHandler(options: SubmissionsOptions): SubmissionHandler {
  const { admission, maxPathBytes, maxBodyBytes } = options
  const context: Context = { ...options, attributesOf: attributeReader(options) }

  return (request, response, asks) => {
    const path = pathOfTarget(request.url ?? '')
    const exchange = new Exchange(context, request, response, path, asks)
    exchange.guard(() => {
      if (!isSubmissionPath(path)) return exchange.refuse(404, 'Not found: submissions go to /submit/telemetry/<id>\n')
      if (request.method !== 'POST' && request.method !== 'PUT') {
        const text = `Method not allowed: ${request.method}; use POST or PUT\n`
        return exchange.refuse(405, text, { Allow: 'POST, PUT' })
      }
      const length = announcedLength(request)
      if (length === null) return exchange.refuse(411, 'Length required: send Content-Length, or a chunked body\n')
      if (admission.refusal() !== null) return exchange.refuseForNow()
      if (path.length > maxPathBytes) return exchange.discardPath()
      if (length !== 'chunked' && length > maxBodyBytes) return exchange.discardBody(length)
      exchange.receive(length)
    })
  }
}

interface Context extends SubmissionsOptions {
  readonly attributesOf: (request: IncomingMessage) => Record<string, string>
}

/** One submission and its answer. */
class Exchange {
  readonly #context: Context
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #path: string
  /** Whether the client hasn't been told yet to send the body. */
  #isAsking: boolean

  constructor(context: Context, request: IncomingMessage, response: ServerResponse, path: string, asks: boolean) {
    this.#context = context
    this.#request = request
    this.#response = response
    this.#path = path
    this.#isAsking = asks
  }

  receive(announced: number | 'chunked'): void {
    if (this.#isAsking) this.#response.writeContinue()
    this.#isAsking = false
    const { maxBodyBytes: maxBytes, pending } = this.#context
    const limits = { announced, maxBytes, maxDrainedBytes: MAX_DRAINED_BYTES, pending }
    readBody(this.#request, limits, (body) => this.guard(() => this.#received(body)))
  }

  /** Whatever goes wrong with one submission is this one's trouble alone. */
  guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#context.log.error({ error, url: this.#request.url }, 'a request failed')
      answerFault(this.#response)
    }
  }

  #received(body: BodyRead): void {
    switch (body.kind) {
      case 'gone':
        return
      case 'no_room':
        this.#context.admission.noteOverload()
        this.#context.noteRefused('pending')
        this.refuse(503, 'Too much is waiting for the disk: try again\n', retryAfter(BUSY_SECONDS))
        return
      case 'too_long':
        this.discardBody(body.bytes)
        return
      case 'whole':
        this.#keep(body.pieces, body.bytes)
    }
  }

  #keep(body: readonly Uint8Array[], bytes: number): void {
    const { writer, pending, admission, attributesOf } = this.#context
    const entry: SpoolEntry = { kind: 'submission', path: this.#path, attributes: attributesOf(this.#request), body }
    writer.put(entry, (result) =>
      this.guard(() => {
        pending.release(bytes)
        admission.note(result)
        if (result.kind === 'synced') answerKept(this.#response, admission.refusal()?.kind === 'stopping')
        else this.refuseForNow()
      }),
    )
  }

  discardPath(): void {
    const { length: bytes } = this.#path
    const { maxPathBytes: limitBytes } = this.#context
    const text = `Path of ${bytes} bytes is over the limit of ${limitBytes} bytes: submission discarded\n`
    this.#discard({ cause: 'path', bytes, limitBytes }, text)
  }

  /** `bytes`: as announced, or as far as it was read. The connection ends behind the answer. */
  discardBody(bytes: number): void {
    const { maxBodyBytes: limitBytes } = this.#context
    const isLonger = announcedLength(this.#request) === 'chunked' && !this.#request.complete
    this.#response.shouldKeepAlive = false
    const size = `${isLonger ? 'at least ' : ''}${bytes}`
    const text = `Body of ${size} bytes is over the limit of ${limitBytes} bytes: submission discarded\n`
    this.#discard({ cause: 'body', bytes: notedBytes(bytes), limitBytes }, text)
  }

  /** 202, not 413 or 414: a client of 2013 sends again whatever isn't a 2xx, and this will never fit. */
  #discard(facts: Omit<DiscardedEntry, 'kind' | 'channel' | 'sourceTags'>, text: string): void {
    const { writer, admission, noteRefused } = this.#context
    const sourceTags = headerOf(this.#request, SOURCE_TAGS)
    const tags = sourceTags === undefined ? {} : { sourceTags }
    writer.put({ kind: 'discarded', channel: channelOf(this.#path), ...facts, ...tags }, (noted) =>
      this.guard(() => {
        admission.note(noted)
        if (noted.kind !== 'synced') return this.refuseForNow()
        noteRefused(facts.cause)
        this.refuse(202, text)
      }),
    )
  }

  refuseForNow(): void {
    const refusal = this.#context.admission.refusal()
    if (refusal?.kind === 'disk_full') this.#context.noteRefused('disk')
    const { status, text, headers } = answerFor(refusal)
    this.refuse(status, text, headers)
  }

  /** Any answer but 200: the body, or the rest of it, isn't wanted. */
  refuse(status: number, text: string, headers?: Record<string, string>): void {
    if (this.#isAsking) answerUnasked(this.#request, this.#response, status, text, headers)
    else answerUnread(this.#request, this.#response, status, text, headers)
  }
}

/** Kept whatever the settings say: what automation sends must never count as people's. */
const SOURCE_TAGS = 'x-source-tags'

function attributeReader({ keepHeaders, clientAddress }: SubmissionsOptions): Context['attributesOf'] {
  const keptHeaders = [...new Set([SOURCE_TAGS, ...keepHeaders.map((name) => name.toLowerCase())])]
  return (request) => {
    const attributes: Record<string, string> = {}
    for (const name of keptHeaders) {
      const value = headerOf(request, name)
      if (value !== undefined) attributes[name] = value
    }
    if (clientAddress !== null) {
      const address = clientAddress(request.socket.remoteAddress, headerOf(request, 'x-forwarded-for'))
      if (address !== '') attributes[CLIENT_ADDRESS] = address
    }
    return attributes
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Record<string, string>
}

/** Without a refusal: it has just ended, but not soon enough for this submission. */
function answerFor(refusal: Refusal | null): Answer {
  switch (refusal?.kind) {
    case 'disk_full':
      return { status: 507, text: 'The disk is nearly full: try again later\n', headers: retryAfter(BROKEN_SECONDS) }
    case 'stopping':
      return { status: 503, text: 'Shutting down: try again\n', headers: { ...retryAfter(BUSY_SECONDS), ...CLOSE } }
    case 'write_failed':
    case undefined:
      return { status: 503, text: 'It could not be written: try again later\n', headers: retryAfter(BROKEN_SECONDS) }
  }
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(seconds) }
}

const BUSY_SECONDS = 5
const BROKEN_SECONDS = 60
const CLOSE = { Connection: 'close' }
const MAX_CHANNEL_LENGTH = 64

/** Null: neither a length nor chunks. */
function announcedLength(request: IncomingMessage): number | 'chunked' | null {
  if (request.headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = request.headers['content-length']
  return length === undefined ? null : Number(length)
}

function channelOf(path: string): string {
  const parsed = parseSubmissionPath(path)
  return parsed.kind === 'full' ? parsed.dimensions.channel.slice(0, MAX_CHANNEL_LENGTH) : UNKNOWN
}
