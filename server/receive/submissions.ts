import type { IncomingMessage, ServerResponse } from 'node:http'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import { notedBytes } from '../../data/domain/noted-bytes.ts'
import { isSubmissionPath, parseSubmissionPath, pathOfTarget } from '../../data/domain/submission-path.ts'
import type { DiscardedEntry } from '../../data/spool/frame.ts'
import { CLIENT_ADDRESS } from '../../data/spool/frame.ts'
import type { SpoolWriter } from '../../data/spool/spool-writer.ts'
import type { Admission, Refusal } from './admission.ts'
import { answer, answerUnasked, answerUnread, MAX_DRAINED_BYTES } from './answer.ts'
import type { ClientAddress } from './client-address.ts'
import type { PendingBytes } from './pending-bytes.ts'
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
}

/** Answers one request under `/submit`. `asks`: the client waits for our word before it sends the body. */
export type SubmissionHandler = (request: IncomingMessage, response: ServerResponse, asks: boolean) => Promise<void>

/**
 * Receives submissions. A request is looked at in this order, and the first that holds is its answer:
 * another path 404; neither POST nor PUT 405; no length 411; nothing taken at present 503 or 507; path or body too long
 * 202, and counted; no room in memory 503; else 200 once it is on disk. The body is never opened.
 */
export function submissionHandler(options: SubmissionsOptions): SubmissionHandler {
  const { writer, admission, pending, maxBodyBytes, maxPathBytes, clientAddress } = options
  const keptHeaders = options.keepHeaders.map((name) => name.toLowerCase())

  return async (request, response, asks) => {
    let clientWaits = asks
    const refuse: Refuse = (status, text, headers) =>
      clientWaits
        ? answerUnasked(response, status, text, headers)
        : answerUnread(request, response, status, text, headers)

    const path = pathOfTarget(request.url ?? '')
    if (!isSubmissionPath(path)) return refuse(404, 'Not found: submissions go to /submit/telemetry/<id>\n')
    if (request.method !== 'POST' && request.method !== 'PUT') {
      return refuse(405, `Method not allowed: ${request.method}; use POST or PUT\n`, { Allow: 'POST, PUT' })
    }
    const length = announcedLength(request)
    if (length === null) return refuse(411, 'Length required: send Content-Length, or a chunked body\n')
    if (admission.refusal() !== null) return refuseForNow()

    if (path.length > maxPathBytes) {
      const bytes = path.length
      const text = `Path of ${bytes} bytes is over the limit of ${maxPathBytes} bytes: submission discarded\n`
      return discard({ cause: 'path', bytes, limitBytes: maxPathBytes }, text)
    }
    if (length !== 'chunked' && length > maxBodyBytes) return discardBody(length, false)

    if (clientWaits) response.writeContinue()
    clientWaits = false
    const body = await readBody(request, { maxBytes: maxBodyBytes, maxDrainedBytes: MAX_DRAINED_BYTES, pending })
    switch (body.kind) {
      case 'gone':
        return
      case 'no_room':
        admission.noteOverload()
        return refuse(503, 'Too much is waiting for the disk: try again\n', retryAfter(BUSY_SECONDS))
      case 'too_long':
        return discardBody(body.bytes, true)
      case 'whole':
        break
    }
    const attributes = attributesOf(request)
    const result = await writer.append({ kind: 'submission', path, attributes, body: body.pieces })
    pending.release(body.bytes)
    admission.note(result)
    if (result.kind === 'synced') answer(response, 200, 'OK', admission.refusal()?.kind === 'stopping' ? CLOSE : {})
    else refuseForNow()

    function refuseForNow(): void {
      const { status, text, headers } = answerFor(admission.refusal())
      refuse(status, text, headers)
    }

    function discardBody(bytes: number, read: boolean): Promise<void> {
      const atLeast = read && !request.complete ? 'at least ' : ''
      const text = `Body of ${atLeast}${bytes} bytes is over the limit of ${maxBodyBytes} bytes: submission discarded\n`
      return discard({ cause: 'body', bytes: notedBytes(bytes), limitBytes: maxBodyBytes }, text)
    }

    /** 202, not 413 or 414: a client of 2013 sends again whatever isn't a 2xx, and this will never fit. */
    async function discard(facts: Omit<DiscardedEntry, 'kind' | 'channel'>, text: string): Promise<void> {
      const noted = await writer.append({ kind: 'discarded', channel: channelOf(path), ...facts })
      admission.note(noted)
      if (noted.kind === 'synced') refuse(202, text)
      else refuseForNow()
    }
  }

  function attributesOf(request: IncomingMessage): Record<string, string> {
    const attributes: Record<string, string> = {}
    for (const name of keptHeaders) {
      const value = request.headers[name]
      if (value !== undefined) attributes[name] = typeof value === 'string' ? value : value.join(', ')
    }
    if (clientAddress !== null) {
      const forwardedFor = request.headers['x-forwarded-for']
      const forwarded = typeof forwardedFor === 'string' ? forwardedFor : forwardedFor?.join(', ')
      const address = clientAddress(request.socket.remoteAddress, forwarded)
      if (address !== '') attributes[CLIENT_ADDRESS] = address
    }
    return attributes
  }
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

type Refuse = (status: number, text: string, headers?: Record<string, string>) => void

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
