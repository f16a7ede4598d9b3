import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { makePicture } from '../testing/make-picture.ts'
import { drawPicture } from './draw-picture.ts'
import { indexedPng } from './indexed-png.ts'
import { PICTURE_HEIGHT, PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'

const picture = makePicture()
const [seen] = picture.lines
const values = seen?.values ?? []

function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** Share of the picture's pixels that have about this colour. */
function shareOf(png: Uint8Array, colour: string): number {
  const { palette, indices } = decode(png)
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  const matching = new Set(
    palette.flatMap((rgb, index) => (rgb.every((part, at) => Math.abs(part - (wanted[at] ?? 0)) < 6) ? [index] : [])),
  )
  return indices.filter((index) => matching.has(index)).length / indices.length
}

function decode(png: Uint8Array): { palette: number[][]; indices: number[] } {
  const bytes = Buffer.from(png)
  const { width, height } = sizeOf(png)
  const chunkAt = (type: string) => {
    const at = bytes.indexOf(type, 0, 'latin1')
    return bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4))
  }
  const colours = [...chunkAt('PLTE')]
  const palette = Array.from({ length: colours.length / 3 }, (_, index) => colours.slice(index * 3, index * 3 + 3))
  const rows = inflateSync(chunkAt('IDAT'))
  const indices = Array.from({ length: height }, (_, y) => [
    ...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
  ]).flat()
  return { palette, indices }
}

test('a picture is twice as fine as it is shown, and small enough for a mail', () => {
  const png = drawPicture(picture)
  expect(sizeOf(png)).toEqual({ width: 2 * PICTURE_WIDTH, height: 2 * PICTURE_HEIGHT })
  expect(png.length).toBeLessThan(100_000)
})

test('its words are really drawn: without the fonts it is another picture', () => {
  const withoutFonts = drawPicture(picture, [])
  const png = drawPicture(picture)
  expect(Buffer.from(png).equals(withoutFonts)).toBe(false)
  // "since Sat 14:00" is as red as the line under it.
  expect(shareOf(png, '#BF3015')).toBeGreaterThan(1.5 * shareOf(withoutFonts, '#BF3015'))
})

test('drawing the same twice gives the same bytes', () => {
  expect(Buffer.from(drawPicture(picture)).equals(drawPicture(picture))).toBe(true)
})

const red = '#EFC9C1'
/** Where the red start line blends into the paper, some pixels have the ground's colour. */
const EDGES = 0.001
test('what is missing is red ground, and nothing else is', () => {
  const silent = { ...picture, lines: [{ label: 'seen', channel: 'nightly', values: after(38, () => 0) }] }
  const well = {
    ...picture,
    lines: [{ label: 'seen', channel: 'nightly', values: picture.water?.low.slice(0, 47) ?? [] }],
  }
  expect(shareOf(drawPicture(silent), red)).toBeGreaterThan(0.04)
  expect(shareOf(drawPicture(well), red)).toBeLessThan(EDGES)
})

test('what lies below the water before the trouble began is not red', () => {
  const later = { ...picture.trouble, from: picture.start + 46 * HOUR_MS }
  const low = { ...picture, lines: [{ label: 'seen', channel: 'nightly', values: values.map(() => 300) }] }
  expect(shareOf(drawPicture({ ...low, trouble: later }), red)).toBeLessThan(0.01)
})

test('an hour without coverage is a gap, never a zero', () => {
  const unknown = { ...picture, lines: [{ label: 'seen', channel: 'nightly', values: after(38, () => null) }] }
  const png = drawPicture({ ...unknown, gaps: [{ from: 38, to: 47 }] })
  expect(shareOf(png, red)).toBeLessThan(EDGES)
  expect(shareOf(png, '#87959D')).toBeGreaterThan(2 * shareOf(drawPicture(unknown), '#87959D'))
})

test.each<{ claim: string; spec: PictureSpec }>([
  { claim: 'of a channel that was never learnt', spec: { ...picture, water: null, lastWeek: null } },
  {
    claim: 'of nothing but unknown hours',
    spec: { ...picture, lines: [{ ...line(), values: values.map(() => null) }] },
  },
  { claim: 'of no line at all', spec: { ...picture, lines: [], water: null, lastWeek: null } },
  { claim: 'of zeros', spec: { ...picture, lines: [{ ...line(), values: values.map(() => 0) }], water: null } },
  { claim: 'of an incident older than it shows', spec: { ...picture, trouble: { kind: 'below', from: 0, to: null } } },
  {
    claim: 'of rates on many channels',
    spec: {
      ...picture,
      unit: 'ratio',
      water: null,
      lines: ['aurora', 'nightly', '__proto__', 'x'.repeat(60)].map((channel) => ({
        label: channel,
        channel,
        values: values.map(() => 0.2),
      })),
    },
  },
])('a picture $claim can be drawn', ({ spec }) => {
  expect(sizeOf(drawPicture(spec)).width).toBe(2 * PICTURE_WIDTH)
})

test('more colours than a palette holds become the nearest ones', () => {
  const colours = Array.from({ length: 400 }, (_, pixel) => [12 * (pixel % 20), 12 * Math.floor(pixel / 20), 0, 255])
  const { palette, indices } = decode(indexedPng(Uint8Array.from(colours.flat()), 20, 20))
  expect(palette.length).toBe(256)
  const off = indices.flatMap((index, pixel) =>
    [0, 1, 2].map((part) => Math.abs((palette[index]?.[part] ?? 0) - (colours[pixel]?.[part] ?? 0))),
  )
  // 256 of 400 colours are kept whole; the others lie beyond them on one side.
  expect(off.filter((each) => each === 0).length).toBeGreaterThan(256 * 3)
  expect(Math.max(...off)).toBeLessThanOrEqual(12 * 8)
})

function after(hour: number, value: () => number | null): (number | null)[] {
  return values.map((each, index) => (index >= hour ? value() : each))
}

function line() {
  return { label: 'seen', channel: 'nightly' }
}
