import { crc32 } from 'node:zlib'
import { readTime, SEGMENT_ID_BYTES, writeTime } from './frame.ts'
import type { SegmentIdentity } from './segment-name.ts'

/**
 * The beginning of a `v3` segment. Little endian:
 *
 *     offset  bytes
 *          0      8  TIDESEG, 3
 *          8      8  the segment's random id
 *         16      8  created at, milliseconds since 1970
 *         24      2  length of the receiver's name
 *         26      2  length of the writer's identity
 *         28         receiver (UTF-8), writer (one byte a character)
 *                 4  CRC-32 of all before it
 */
export function encodeSegmentHeader({ id, createdAt, receiver, writer }: SegmentIdentity): Buffer {
  const receiverBytes = Buffer.byteLength(receiver)
  const header = Buffer.allocUnsafe(FIXED_BYTES + receiverBytes + writer.length + CHECKSUM_BYTES)
  MAGIC.copy(header)
  header.write(id, 8, 'hex')
  writeTime(header, createdAt, 16)
  header.writeUInt16LE(receiverBytes, 24)
  header.writeUInt16LE(writer.length, 26)
  header.write(receiver, FIXED_BYTES)
  header.write(writer, FIXED_BYTES + receiverBytes, 'latin1')
  const checkedTo = header.length - CHECKSUM_BYTES
  header.writeUInt32LE(crc32(header.subarray(0, checkedTo)), checkedTo)
  return header
}

/** The header and its length; null where `bytes` don't begin with a whole one. */
export function decodeSegmentHeader(bytes: Buffer): { identity: SegmentIdentity; length: number } | null {
  if (!looksLikeSegment(bytes) || bytes.length < FIXED_BYTES) return null
  const writerAt = FIXED_BYTES + bytes.readUInt16LE(24)
  const checkedTo = writerAt + bytes.readUInt16LE(26)
  if (checkedTo + CHECKSUM_BYTES > bytes.length) return null
  if (crc32(bytes.subarray(0, checkedTo)) !== bytes.readUInt32LE(checkedTo)) return null
  const identity = {
    id: bytes.toString('hex', 8, 8 + SEGMENT_ID_BYTES),
    createdAt: readTime(bytes, 16),
    receiver: bytes.toString('utf8', FIXED_BYTES, writerAt),
    writer: bytes.toString('latin1', writerAt, checkedTo),
  }
  return { identity, length: checkedTo + CHECKSUM_BYTES }
}

/** Whether `bytes` begin as a `v3` segment does, whatever became of the rest. */
export function looksLikeSegment(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC)
}

const MAGIC = Buffer.from('TIDESEG\x03', 'latin1')
const FIXED_BYTES = 28
const CHECKSUM_BYTES = 4

/** No header is longer. */
export const MOST_HEADER_BYTES = FIXED_BYTES + 2 * 0xffff + CHECKSUM_BYTES
