import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const PALETTE_COLOURS = 256

/**
 * Opaque pixels (four bytes each, row by row) as a PNG with a palette: a third of the size of one in full colour, and a
 * mail is sent many times. A chart has few colours; of their blends at edges the rarest become the nearest kept one,
 * which nobody sees. Format: PNG specification, third edition, W3C 2025, https://www.w3.org/TR/png-3/.
 */
export function indexedPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const palette = commonColours(pixels)
  const indexOf = new Map(palette.map((colour, index) => [colour, index]))
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1) {
    // The first byte of a row says that it is stored as it is.
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(pixels, (y * width + x) * 4)
      rows[y * (width + 1) + x + 1] = indexOf.get(colour) ?? remember(indexOf, colour, nearest(palette, colour))
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(width, height)),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The most common colours, as 0xRRGGBB. */
function commonColours(pixels: Uint8Array): number[] {
  const counts = new Map<number, number>()
  for (let offset = 0; offset < pixels.length; offset += 4) {
    const colour = colourAt(pixels, offset)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, PALETTE_COLOURS)
    .map(([colour]) => colour)
}

function colourAt(pixels: Uint8Array, offset: number): number {
  return ((pixels[offset] ?? 0) << 16) | ((pixels[offset + 1] ?? 0) << 8) | (pixels[offset + 2] ?? 0)
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0
  let bestDistance = Number.POSITIVE_INFINITY
  for (const [index, candidate] of palette.entries()) {
    const red = (candidate >> 16) - (colour >> 16)
    const green = ((candidate >> 8) & 0xff) - ((colour >> 8) & 0xff)
    const blue = (candidate & 0xff) - (colour & 0xff)
    const distance = red * red + green * green + blue * blue
    if (distance < bestDistance) {
      best = index
      bestDistance = distance
    }
  }
  return best
}

function remember(indexOf: Map<number, number>, colour: number, index: number): number {
  indexOf.set(colour, index)
  return index
}

/** Eight bits a pixel, colours from the palette, not interlaced. */
function header(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(width, 0)
  bytes.writeUInt32BE(height, 4)
  bytes.set([8, 3, 0, 0, 0], 8)
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
