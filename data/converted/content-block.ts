import type { ConvertedContent } from './converted-record.ts'

/**
 * Contents of several records as bytes, before compression. One entry a record, all numbers little endian:
 *
 *     u32  number of the record's frame
 *     u8   kind: 1 converted, 2 raw
 *     two or three parts, each u32 length and bytes
 *          converted: payload, dropped (UTF-8 both)
 *          raw:       path (UTF-8), headers (JSON object of strings, UTF-8), body (as received)
 */
const KIND_CONVERTED = 1
const KIND_RAW = 2

export function encodeContent(frame: number, content: ConvertedContent): Buffer {
  const parts =
    content.kind === 'converted'
      ? [Buffer.from(content.payload), Buffer.from(content.dropped)]
      : [Buffer.from(content.path), Buffer.from(JSON.stringify(content.headers)), content.body]
  const head = Buffer.alloc(5)
  head.writeUInt32LE(frame, 0)
  head.writeUInt8(content.kind === 'converted' ? KIND_CONVERTED : KIND_RAW, 4)
  return Buffer.concat([head, ...parts.flatMap((part) => [lengthOf(part), part])])
}

/** Entries of a block, in their order. Throws RangeError where it isn't one; bodies are views of `block`. */
export function* decodeContents(block: Buffer): Generator<{ frame: number; content: ConvertedContent }> {
  let at = 0
  const part = (): Buffer => {
    const length = block.readUInt32LE(at)
    const end = at + 4 + length
    if (end > block.length) throw new RangeError(`a part of ${length} bytes ends behind its block`)
    const bytes = block.subarray(at + 4, end)
    at = end
    return bytes
  }
  while (at < block.length) {
    const frame = block.readUInt32LE(at)
    const kind = block.readUInt8(at + 4)
    at += 5
    if (kind === KIND_CONVERTED) {
      yield { frame, content: { kind: 'converted', payload: part().toString(), dropped: part().toString() } }
    } else if (kind === KIND_RAW) {
      yield { frame, content: { kind: 'raw', path: part().toString(), headers: headersOf(part()), body: part() } }
    } else {
      throw new RangeError(`an entry of kind ${kind}, where 1 and 2 are known`)
    }
  }
}

function headersOf(bytes: Buffer): Record<string, string> {
  const headers: unknown = JSON.parse(bytes.toString())
  if (typeof headers !== 'object' || headers === null) throw new RangeError('headers that are no object')
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(part.length)
  return length
}
