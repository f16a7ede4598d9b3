import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { frameOfLine, type LineFrame } from './frame-of-line.ts'
import { parseLineFileName } from './line-file-name.ts'
import { inflatedBytes } from './open-lines.ts'

export interface LinesAsLog {
  readonly lines: number
  /** The first twenty. */
  readonly bad: readonly { readonly line: number; readonly why: string }[]
  readonly badCount: number
}

/** No payload is as long: what has no line end for so long is something else. */
const LONGEST_LINE = 256 * 1024 * 1024
const MOST_TOLD = 20

/**
 * Writes the file at `path`, lines as the archive of 2013 had them, as a raw log of 2013 (gzip) to `logPath`: the same lines always make
 * the same log, so what is imported of it is known again. Lines that are none are told and left out.
 */
export async function writeLinesAsLog(path: string, logPath: string): Promise<LinesAsLog> {
  const name = parseLineFileName(path)
  const bad: { line: number; why: string }[] = []
  let lines = 0
  let badCount = 0
  async function* frames(): AsyncGenerator<Buffer> {
    for await (const line of linesOf(path)) {
      lines++
      const frame = frameOfLine(line, name)
      if (frame.kind === 'frame') yield encoded(frame)
      else {
        badCount++
        if (bad.length < MOST_TOLD) bad.push({ line: lines, why: frame.why })
      }
    }
  }
  await pipeline(Readable.from(frames()), createGzip({ level: 1 }), createWriteStream(logPath))
  return { lines, bad, badCount }
}

/** Without their ends; empty ones are none. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let length = 0
  const take = (last: Buffer): Buffer => {
    const line = pieces.length === 0 ? last : Buffer.concat([...pieces, last])
    pieces = []
    length = 0
    return line.at(-1) === 0x0d ? line.subarray(0, -1) : line
  }
  for await (const bytes of inflatedBytes(path)) {
    let from = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, from)) {
      const line = take(bytes.subarray(from, end))
      from = end + 1
      if (line.length > 0) yield line
    }
    const rest = bytes.subarray(from)
    length += rest.length
    if (length > LONGEST_LINE)
      throw new RangeError(`${path} has a line of more than ${LONGEST_LINE} bytes: it is no file of submissions`)
    if (rest.length > 0) pieces.push(rest)
  }
  const last = take(Buffer.alloc(0))
  if (last.length > 0) yield last
}

/** A `v1` frame: 0x1e, u16 length of the path, u32 length of the body, u64 milliseconds, path, body. */
function encoded({ path, body, receivedAt }: LineFrame): Buffer {
  const head = Buffer.alloc(15)
  head.writeUInt8(0x1e, 0)
  head.writeUInt16LE(path.length, 1)
  head.writeUInt32LE(body.length, 3)
  head.writeBigUInt64LE(BigInt(receivedAt), 7)
  return Buffer.concat([head, Buffer.from(path, 'latin1'), body])
}
