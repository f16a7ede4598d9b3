import { gunzipSync } from 'node:zlib'
import type { Problem } from '../domain/outcome.ts'

export type BodyText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly value: string }

/**
 * The text in a body as received: inflated where it is gzip, which its first two bytes tell (headers don't: proxies and
 * the clients of 2013 disagree about them), and at most `maxBytes` of it, however small it came. Nothing is replaced:
 * bytes that aren't UTF-8 are a problem, because a replaced character could never be undone.
 */
export function bodyText(body: Uint8Array, maxBytes: number): BodyText {
  const inflated = inflatedBody(body, maxBytes)
  return inflated.kind === 'bytes' ? decodeText(inflated.bytes) : inflated
}

export type InflatedBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | Extract<BodyText, { kind: 'problem' }>

/** The bytes that `bodyText` reads as text. */
export function inflatedBody(body: Uint8Array, maxBytes: number): InflatedBody {
  if (body.length === 0) return { kind: 'problem', problem: 'empty_data', value: '0 bytes' }
  if (!isGzip(body)) return body.length > maxBytes ? tooLarge(maxBytes) : { kind: 'bytes', bytes: body }
  try {
    return { kind: 'bytes', bytes: gunzipSync(body, { maxOutputLength: maxBytes, chunkSize: expectedBytes(body) }) }
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes)
    return { kind: 'problem', problem: 'bad_compression', value: messageOf(error) }
  }
}

function tooLarge(maxBytes: number): Extract<BodyText, { kind: 'problem' }> {
  return { kind: 'problem', problem: 'too_large_inflated', value: `more than ${maxBytes} bytes` }
}

const LEAST_CHUNK_BYTES = 16 * 1024
const MOST_CHUNK_BYTES = 1024 * 1024

/**
 * What a gzip stream says at its end that it inflates to, and a little more: inflating into one piece of that size takes
 * a quarter less time than into many small ones, and leaves less to collect than one that is always large enough. Who
 * lies here gains nothing: it is the size of a piece, not a limit.
 */
function expectedBytes(gzip: Uint8Array): number {
  const { buffer, byteOffset, length } = gzip
  const said = length < 4 ? 0 : new DataView(buffer, byteOffset).getUint32(length - 4, true)
  return Math.min(MOST_CHUNK_BYTES, Math.max(LEAST_CHUNK_BYTES, said + 1))
}

/** Whether it begins as gzip does. */
export function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function decodeText(bytes: Uint8Array): BodyText {
  if (bytes.length === 0) return { kind: 'problem', problem: 'empty_data', value: '0 bytes, inflated' }
  try {
    return { kind: 'text', text: utf8.decode(bytes) }
  } catch {
    return { kind: 'problem', problem: 'bad_json', value: 'not UTF-8' }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
