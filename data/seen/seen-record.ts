import { createHash } from 'node:crypto'
import type { EpochMs } from '../domain/time.ts'

/**
 * A document as it is remembered on disk, 22 bytes, big-endian:
 *
 *     12  the beginning of its key, which is a hash and so spreads evenly
 *      4  the tag of the segment that brought it
 *      6  when it was received, EpochMs
 *
 * Of 128 bits of the key 96 are kept: among 100 million documents another one is taken for a copy once in 10^21. The frame's number isn't kept: a
 * segment is merged whole or not at all, so what it brought itself is told by its tag and decided anew.
 */
export const RECORD_BYTES = 22

const KEY_BYTES = 12
const TAG_AT = KEY_BYTES
const TIME_AT = TAG_AT + 4
/** What fills a block up has a time that no record has: later ones (after the year 10889) count as the last before it. */
const FILLING_TIME = 2 ** 48 - 1

/** The 96 bits of a key by which it is looked for, as three unsigned numbers; records are sorted by the first. */
export interface KeyWords {
  readonly first: number
  readonly second: number
  readonly third: number
}

/** `duplicateKey` has 32 hexadecimal digits. */
export function keyWords(duplicateKey: string): KeyWords {
  return {
    first: Number.parseInt(duplicateKey.slice(0, 8), 16),
    second: Number.parseInt(duplicateKey.slice(8, 16), 16),
    third: Number.parseInt(duplicateKey.slice(16, 24), 16),
  }
}

/** Tells segments apart well enough: two have the same tag once in four thousand million. */
export function segmentTag(segment: string): number {
  return createHash('sha256').update(segment).digest().readUInt32BE(0)
}

export function writeRecord(
  records: Buffer,
  at: number,
  {
    duplicateKey,
    receivedAt,
    tag,
  }: { readonly duplicateKey: string; readonly receivedAt: EpochMs; readonly tag: number },
): void {
  records.write(duplicateKey.slice(0, 2 * KEY_BYTES), at, 'hex')
  records.writeUInt32BE(tag, at + TAG_AT)
  records.writeUIntBE(Math.max(0, Math.min(FILLING_TIME - 1, receivedAt)), at + TIME_AT, 6)
}

export function firstWord(records: Buffer, at: number): number {
  return records.readUInt32BE(at)
}

export function secondWord(records: Buffer, at: number): number {
  return records.readUInt32BE(at + 4)
}

export function thirdWord(records: Buffer, at: number): number {
  return records.readUInt32BE(at + 8)
}

export function hasKey(records: Buffer, at: number, { first, second, third }: KeyWords): boolean {
  return (
    records.readUInt32BE(at) === first &&
    records.readUInt32BE(at + 4) === second &&
    records.readUInt32BE(at + 8) === third
  )
}

export function tagOf(records: Buffer, at: number): number {
  return records.readUInt32BE(at + TAG_AT)
}

export function receivedAtOf(records: Buffer, at: number): EpochMs {
  return records.readUIntBE(at + TIME_AT, 6)
}

/** Whether there are only ones, where a block isn't full. */
export function isFilling(records: Buffer, at: number): boolean {
  return receivedAtOf(records, at) === FILLING_TIME
}
