import type { Ring, Value } from './water.ts'

/** SVG path data. Coordinates are rounded to hundredths: more is invisible and triples the document. */

/** A line through the known values, broken where one is unknown. A lone value is drawn as a short dash. */
export function linePath(x: readonly number[], values: readonly Value[], toY: (value: number) => number): string {
  let path = ''
  let isDrawing = false
  values.forEach((value, index) => {
    const at = x[index]
    if (value === null || at === undefined) {
      isDrawing = false
      return
    }
    const isLone = !isDrawing && (index + 1 >= values.length || values[index + 1] === null)
    path += `${isDrawing ? 'L' : 'M'}${round(at)} ${round(toY(value))}`
    if (isLone) path += 'h0.5'
    isDrawing = true
  })
  return path
}

export function ringPath(rings: readonly Ring[], toY: (value: number) => number): string {
  return rings.map((ring) => `M${ring.map(([x, y]) => `${round(x)} ${round(toY(y))}`).join('L')}Z`).join('')
}

/** Upright lines at `x`, from `top` to `bottom`. */
export function uprightsPath(x: readonly number[], top: number, bottom: number): string {
  return x.map((at) => `M${round(at)} ${top}V${bottom}`).join('')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
