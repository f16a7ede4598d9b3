import { crc32 } from 'node:zlib'
import type { DiscardCause } from '../domain/discard.ts'
import { SUBMISSION_PREFIX } from '../domain/submission-path.ts'
import type { EpochMs } from '../domain/time.ts'

/** What a receiver hands over to be written. Number and receipt time are given when it is written. */
export type SpoolEntry =
  | {
      readonly kind: 'submission'
      /** Raw, without query, one character a byte; at most 65,535 of them. */
      readonly path: string
      readonly attributes: Attributes
      /** The body as it arrived, in pieces. */
      readonly body: readonly Uint8Array[]
    }
  | { readonly kind: 'heartbeat' }
  | DiscardedEntry

/** Answered 202 for its size and not kept. */
export interface DiscardedEntry {
  readonly kind: 'discarded'
  /** As the path says, `UNKNOWN` where it says none. */
  readonly channel: string
  readonly cause: DiscardCause
  /** Size of what was too long. */
  readonly bytes: number
  /** The limit that it was over; absent in segments of before it was noted. */
  readonly limitBytes?: number
  /** What its header `X-Source-Tags` said: automation is counted apart, also where it is not kept. Absent: no such header. */
  readonly sourceTags?: string
}

/**
 * What came with a submission besides path and body: kept headers under their lower-case names, and `:client-address`
 * where that is kept (no header's name can hold a colon).
 */
export type Attributes = Readonly<Record<string, string>>

export const CLIENT_ADDRESS = ':client-address'

/** One record of a segment, as read. `number` names it within its segment for ever. */
export type Frame = FramePlace &
  (
    | {
        readonly kind: 'submission'
        /** As the request had it, without query, one character a byte. */
        readonly path: string
        readonly attributes: Attributes
        /** A view into the segment's bytes, not a copy. */
        readonly body: Uint8Array
      }
    | { readonly kind: 'heartbeat' }
    | DiscardedEntry
  )

export interface FramePlace {
  readonly number: number
  readonly receivedAt: EpochMs
  /** Where in the file it begins, and how long it is. */
  readonly offset: number
  readonly frameBytes: number
}

/**
 * What stands at an offset: a whole frame, one that holds nothing and only fills a block up, one that the end of the file
 * cuts off, or nothing that verifies.
 */
export type FrameAt<F extends Frame = Frame> =
  | { readonly kind: 'frame'; readonly frame: F }
  | { readonly kind: 'padding'; readonly receivedAt: EpochMs; readonly frameBytes: number }
  | { readonly kind: 'torn' }
  | { readonly kind: 'none' }

/** Length of a segment's random id. */
export const SEGMENT_ID_BYTES = 8

/**
 * A `v3` frame, ready to be written. Little endian:
 *
 *     offset  bytes
 *          0      8  marker: the segment's random id
 *          8      4  CRC-32 of all from byte 40 on
 *         12      4  number of the frame in its segment, from 0
 *         16      8  receipt time, milliseconds since 1970
 *         24      1  kind: 1 submission, 2 heartbeat, 3 discarded, 4 padding
 *         25      1  0
 *         26      2  length of the path
 *         28      4  length of the attributes
 *         32      4  length of the body
 *         36      4  CRC-32 of all before it
 *         40         path (one byte a character), attributes, body
 *
 * An attribute is u8 length of the name, u32 length of the value, name, value, both UTF-8. A discarded submission has
 * its facts as attributes `:channel`, `:cause`, `:bytes`, `:limit`, `:tags`. Padding has a body of zeros and no number of its
 * own; `block.ts` says what it is for.
 *
 * Why this way: a client chooses the body, so a body may hold anything that looks like a frame. A keyed 64-bit marker
 * that never leaves this machine's disk can't be guessed into a body (2^-64 a try), and is also what a reader looks for
 * after damage, at the speed of a byte search. Against chance CRC-32 is enough, and it is the one checksum that Node
 * brings at memory speed (4 µs for 18 KiB; SHA-1 takes three times that). The head has its own, so that a last frame
 * which the writer didn't live to finish (lengths right, end missing) is told from a damaged one. It covers the marker
 * and the other checksum, so neither head nor content verifies in another segment or behind another head; and the
 * content's own needs nothing of the place: it is made while the body, just copied, is in the processor's cache, and not
 * when a whole batch is sealed, which the cache can't hold. The number stands in
 * the frame so that damage before it never renames it.
 */
export function encodeFrame(id: Uint8Array, number: number, receivedAt: EpochMs, entry: SpoolEntry): Buffer {
  const frame = Buffer.allocUnsafe(maxFrameBytes(entry))
  const end = writeFrame(frame, 0, entry)
  sealFrame(frame, 0, id, number, receivedAt)
  return frame.subarray(0, end)
}

/** As many bytes as `entry` takes at most as a frame. */
export function maxFrameBytes(entry: SpoolEntry): number {
  let bytes = HEAD_BYTES
  const attributes = attributesOf(entry)
  for (const name in attributes) {
    bytes += ATTRIBUTE_HEAD_BYTES + UTF8_BYTES * (name.length + (attributes[name] ?? '').length)
  }
  if (entry.kind !== 'submission') return bytes
  bytes += entry.path.length
  for (const piece of entry.body) bytes += piece.length
  return bytes
}

/**
 * Writes at `at` all of a frame that is known before it gets its place in a segment, with `maxFrameBytes` of room; answers
 * its end. `sealFrame` does the rest. Throws a RangeError where a part is too long.
 */
export function writeFrame(into: Buffer, at: number, entry: SpoolEntry): number {
  const path = entry.kind === 'submission' ? entry.path : ''
  const attributes = attributesOf(entry)
  const attributesAt = at + HEAD_BYTES + path.length
  into[at + KIND_AT] = KIND_CODES[entry.kind]
  into[at + KIND_AT + 1] = 0
  into.writeUInt16LE(path.length, at + PATH_LENGTH_AT)
  into.write(path, at + HEAD_BYTES, 'latin1')
  let end = attributesAt
  for (const name in attributes) end = writeAttribute(into, end, name, attributes[name] ?? '')
  into.writeUInt32LE(end - attributesAt, at + ATTRIBUTES_LENGTH_AT)
  const bodyAt = end
  if (entry.kind === 'submission') {
    for (const piece of entry.body) {
      into.set(piece, end)
      end += piece.length
    }
  }
  into.writeUInt32LE(end - bodyAt, at + BODY_LENGTH_AT)
  into.writeUInt32LE(crc32(into.subarray(at + HEAD_BYTES, end)), at + CONTENT_CHECKSUM_AT)
  return end
}

/** Makes what `writeFrame` wrote at `at` one of a segment's frames. */
export function sealFrame(into: Buffer, at: number, id: Uint8Array, number: number, receivedAt: EpochMs): void {
  into.set(id, at)
  into.writeUInt32LE(number, at + NUMBER_AT)
  writeTime(into, receivedAt, at + TIME_AT)
  into.writeUInt32LE(crc32(into.subarray(at, at + HEAD_CHECKSUM_AT)), at + HEAD_CHECKSUM_AT)
}

/** The least that padding takes. */
export const LEAST_PADDING_BYTES = 40

/** Fills `bytes` from `at` on, at least `LEAST_PADDING_BYTES`, with a frame that holds nothing. */
export function padFrame(into: Buffer, at: number, bytes: number, id: Uint8Array, receivedAt: EpochMs): void {
  into.fill(0, at, at + bytes)
  into[at + KIND_AT] = PADDING_CODE
  into.writeUInt32LE(bytes - HEAD_BYTES, at + BODY_LENGTH_AT)
  into.writeUInt32LE(crc32(into.subarray(at + HEAD_BYTES, at + bytes)), at + CONTENT_CHECKSUM_AT)
  sealFrame(into, at, id, NO_NUMBER, receivedAt)
}

/** The `v3` frame at `offset` of a segment with the random id `id`. Never throws. */
export function decodeFrame(bytes: Buffer, offset: number, id: Uint8Array): FrameAt {
  const marker = bytes.subarray(offset, offset + SEGMENT_ID_BYTES)
  if (!marker.equals(id.subarray(0, marker.length))) return NONE
  const restFrom = offset + HEAD_BYTES
  if (restFrom > bytes.length) return TORN
  const headChecksumAt = offset + HEAD_CHECKSUM_AT
  if (crc32(bytes.subarray(offset, headChecksumAt)) !== bytes.readUInt32LE(headChecksumAt)) return NONE

  const pathEnd = restFrom + bytes.readUInt16LE(offset + PATH_LENGTH_AT)
  const attributesEnd = pathEnd + bytes.readUInt32LE(offset + ATTRIBUTES_LENGTH_AT)
  const end = attributesEnd + bytes.readUInt32LE(offset + BODY_LENGTH_AT)
  if (end > bytes.length) return TORN
  if (crc32(bytes.subarray(restFrom, end)) !== bytes.readUInt32LE(offset + CONTENT_CHECKSUM_AT)) return NONE

  const kind = bytes.readUInt8(offset + KIND_AT)
  const receivedAt = readTime(bytes, offset + TIME_AT)
  const frameBytes = end - offset
  if (kind === PADDING_CODE) return { kind: 'padding', receivedAt, frameBytes }
  const number = bytes.readUInt32LE(offset + NUMBER_AT)
  const attributes = readAttributes(bytes.subarray(pathEnd, attributesEnd))
  if (attributes === null) return NONE
  switch (kind) {
    case KIND_CODES.submission: {
      const path = bytes.toString('latin1', restFrom, pathEnd)
      const body = bytes.subarray(attributesEnd, end)
      return {
        kind: 'frame',
        frame: { kind: 'submission', number, receivedAt, offset, frameBytes, path, attributes, body },
      }
    }
    case KIND_CODES.heartbeat:
      return { kind: 'frame', frame: { kind: 'heartbeat', number, receivedAt, offset, frameBytes } }
    case KIND_CODES.discarded:
      return {
        kind: 'frame',
        frame: { kind: 'discarded', number, receivedAt, offset, frameBytes, ...discardedFacts(attributes) },
      }
    default:
      return NONE
  }
}

/** The first byte of every frame of the years 2013 and 2014. */
export const RECORD_SEPARATOR = 0x1e

/**
 * The frame of the 2013 server at `offset`, numbered `number`. Little endian, without any checksum:
 *
 *     v1: 0x1e, u16 path length, u32 body length, u64 milliseconds; path, body
 *     v2: 0x1e, u8 address length, u16 path length, u32 body length, u64 milliseconds; client address, path, body
 *
 * So "verifies" means here: the lengths are ones that server let pass, the time is of its century, and the path holds
 * no blanks or control characters. That server cut the prefix off its paths; here it stands again, so that a path is
 * the same thing in every frame. Never throws.
 */
export function decodeOldFrame(
  bytes: Buffer,
  offset: number,
  version: 1 | 2,
  number: number,
): FrameAt<Extract<Frame, { kind: 'submission' }>> {
  if (bytes[offset] !== RECORD_SEPARATOR) return NONE
  const lengthsAt = offset + version
  const headEnd = lengthsAt + OLD_LENGTHS_BYTES
  if (headEnd > bytes.length) return TORN

  const addressLength = version === 2 ? bytes.readUInt8(offset + 1) : 0
  const pathLength = bytes.readUInt16LE(lengthsAt)
  const bodyLength = bytes.readUInt32LE(lengthsAt + 2)
  const receivedAt = readTime(bytes, lengthsAt + 6)
  if (addressLength > OLD_LIMITS.addressBytes || pathLength > OLD_LIMITS.pathBytes) return NONE
  if (bodyLength > OLD_LIMITS.bodyBytes || receivedAt < OLD_LIMITS.from || receivedAt > OLD_LIMITS.to) return NONE

  const pathAt = headEnd + addressLength
  const bodyAt = pathAt + pathLength
  const path = bytes.toString('latin1', pathAt, bodyAt)
  const address = bytes.toString('latin1', headEnd, pathAt)
  if (!OLD_TEXT.test(path) || !OLD_TEXT.test(address.replaceAll(' ', ''))) return NONE
  const end = bodyAt + bodyLength
  if (end > bytes.length) return TORN
  return {
    kind: 'frame',
    frame: {
      kind: 'submission',
      number,
      receivedAt,
      offset,
      frameBytes: end - offset,
      path: SUBMISSION_PREFIX + path,
      attributes: version === 2 ? { [CLIENT_ADDRESS]: address } : {},
      body: bytes.subarray(bodyAt, end),
    },
  }
}

const CONTENT_CHECKSUM_AT = 8
const NUMBER_AT = 12
const TIME_AT = 16
const KIND_AT = 24
const PATH_LENGTH_AT = 26
const ATTRIBUTES_LENGTH_AT = 28
const BODY_LENGTH_AT = 32
const HEAD_CHECKSUM_AT = 36
const HEAD_BYTES = 40
const KIND_CODES = { submission: 1, heartbeat: 2, discarded: 3 } as const
const PADDING_CODE = 4
/** Padding names no submission, and takes no number from those that do. */
const NO_NUMBER = 0xffff_ffff
const NONE = { kind: 'none' } as const
const TORN = { kind: 'torn' } as const

const OLD_LENGTHS_BYTES = 14
/** The 2013 server's own limits, with room for installations that had raised the one for bodies. */
const OLD_LIMITS = {
  addressBytes: 100,
  pathBytes: 10 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  from: Date.UTC(2010, 0),
  to: Date.UTC(2100, 0),
}
const OLD_TEXT = /^[\x21-\x7e\x80-\xff]*$/

function attributesOf(entry: SpoolEntry): Attributes {
  switch (entry.kind) {
    case 'submission':
      return entry.attributes
    case 'heartbeat':
      return {}
    case 'discarded':
      return {
        ':channel': entry.channel,
        ':cause': entry.cause,
        ':bytes': String(entry.bytes),
        ...(entry.limitBytes === undefined ? {} : { ':limit': String(entry.limitBytes) }),
        ...(entry.sourceTags === undefined ? {} : { ':tags': entry.sourceTags }),
      }
  }
}

function discardedFacts(attributes: Attributes): Omit<DiscardedEntry, 'kind'> {
  const {
    ':channel': channel = '',
    ':cause': cause,
    ':bytes': bytes,
    ':limit': limit,
    ':tags': sourceTags,
  } = attributes
  return {
    channel,
    cause: cause === 'path' ? 'path' : 'body',
    bytes: Number(bytes),
    ...(limit === undefined ? {} : { limitBytes: Number(limit) }),
    ...(sourceTags === undefined ? {} : { sourceTags }),
  }
}

const ATTRIBUTE_HEAD_BYTES = 5
/** The most that one unit of a string takes in UTF-8. */
const UTF8_BYTES = 3

function writeAttribute(into: Buffer, at: number, name: string, value: string): number {
  const nameLength = into.write(name, at + ATTRIBUTE_HEAD_BYTES)
  const valueLength = into.write(value, at + ATTRIBUTE_HEAD_BYTES + nameLength)
  into.writeUInt8(nameLength, at)
  into.writeUInt32LE(valueLength, at + 1)
  return at + ATTRIBUTE_HEAD_BYTES + nameLength + valueLength
}

/** Null where the lengths don't add up. */
function readAttributes(bytes: Buffer): Attributes | null {
  const entries: [string, string][] = []
  let at = 0
  while (at < bytes.length) {
    if (at + ATTRIBUTE_HEAD_BYTES > bytes.length) return null
    const nameEnd = at + ATTRIBUTE_HEAD_BYTES + bytes.readUInt8(at)
    const valueEnd = nameEnd + bytes.readUInt32LE(at + 1)
    if (valueEnd > bytes.length) return null
    entries.push([
      bytes.toString('utf8', at + ATTRIBUTE_HEAD_BYTES, nameEnd),
      bytes.toString('utf8', nameEnd, valueEnd),
    ])
    at = valueEnd
  }
  return Object.fromEntries(entries)
}

/** Times fit in 53 bits; two halves are several times faster than a bigint. */
export function writeTime(into: Buffer, time: EpochMs, at: number): void {
  into.writeUInt32LE(time % 2 ** 32, at)
  into.writeUInt32LE(Math.floor(time / 2 ** 32), at + 4)
}

export function readTime(bytes: Buffer, at: number): EpochMs {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}
