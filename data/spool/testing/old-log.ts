/** A frame as the server of 2013 wrote it; see `decodeOldFrame`. */
export function oldFrame(
  path: string,
  body: Uint8Array | string,
  { receivedAt, version = 1 }: { readonly receivedAt: number; readonly version?: 1 | 2 },
): Buffer {
  const address = version === 2 ? '192.0.2.7' : ''
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(14 + version)
  head.writeUInt8(0x1e, 0)
  if (version === 2) head.writeUInt8(address.length, 1)
  head.writeUInt16LE(path.length, version)
  head.writeUInt32LE(bytes.length, version + 2)
  head.writeBigUInt64LE(BigInt(receivedAt), version + 6)
  return Buffer.concat([head, Buffer.from(address + path, 'latin1'), bytes])
}
