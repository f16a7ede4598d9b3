/** Numbers as people read them. Every number on a page goes through here; the look (spaces, decimals) is decided once. */

/** Narrow and unbreakable between thousands; unbreakable before a unit, so that "41 %" never parts at a line's end. */
const THOUSANDS_SPACE = '\u202f'
export const UNIT_SPACE = '\u00a0'

/** What stands where a number is unknown: never a zero. */
export const UNKNOWN = '—'

/** 68917 → `68 917`; 1439.4 → `1 439`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, THOUSANDS_SPACE)
}

/** An estimate, to three figures: 81237 → `81 200`, 41 → `41`. */
export function estimate(value: number): string {
  return count(Number(Math.round(value).toPrecision(3)))
}

/** 2238, 2677 → `2 238 – 2 677` */
export function countRange(low: number, high: number): string {
  return `${count(low)} – ${count(high)}`
}

/** 0.588 → `0.59`; from 10 on none of its decimals matter: 12.3 → `12`. */
export function ofExpected(ratio: number): string {
  return ratio >= 10 ? count(ratio) : ratio.toFixed(2)
}

/** A rate in a table: 0.4901 → `49.0 %` */
export function rate(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}${UNIT_SPACE}%`
}

/** 0.059, 0.101 → `5.9 – 10.1 %` */
export function rateRange(low: number, high: number): string {
  return `${(low * 100).toFixed(1)} – ${rate(high)}`
}

/** A share in a sentence: 0.991 → `99 %`. What isn't nothing is never 0 %, what isn't all is never 100 %. */
export function share(ratio: number): string {
  if (ratio > 0 && ratio < 0.005) return `under 1${UNIT_SPACE}%`
  if (ratio < 1 && ratio >= 0.995) return `over 99${UNIT_SPACE}%`
  return `${(ratio * 100).toFixed(0)}${UNIT_SPACE}%`
}

/** In two figures at least: 312 → `312 B`, 312000 → `305 KiB`, 1500000 → `1.4 MiB`. */
export function size(bytes: number): string {
  const power = Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const scaled = bytes / 1024 ** power
  return `${scaled.toFixed(power > 0 && scaled < 10 ? 1 : 0)}${UNIT_SPACE}${SIZE_UNITS[power]}`
}

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

/** On an axis: 0 → `0`, 800 → `800`, 3000 → `3 k`, 2400 → `2.4 k`, 93000 → `93 k`, 1200000 → `1.2 M`. */
export function axisCount(value: number): string {
  if (value < 1000) return String(Number(value.toPrecision(3)))
  const [scaled, unit] = value < 999_500 ? [value / 1000, 'k'] : [value / 1_000_000, 'M']
  return `${scaled < 10 ? Number(scaled.toFixed(1)) : Math.round(scaled)}${UNIT_SPACE}${unit}`
}

/** A rate on an axis: 0.4 → `40 %`, 0.025 → `2.5 %`, 0.0075 → `0.75 %`. */
export function axisRate(ratio: number): string {
  const percent = ratio * 100
  return `${Number(percent.toFixed(percent < 1 ? 2 : 1))}${UNIT_SPACE}%`
}

/** Thousands with one decimal, as in the tide table: 52140 → `52.1`. */
export function thousands(value: number): string {
  return (value / 1000).toFixed(1)
}

/** 1, 'receiver' → `1 receiver`; 2 → `2 receivers`. Only for words that take an s. */
export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`
}
