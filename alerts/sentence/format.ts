import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../data/domain/time.ts'

/** Between groups of thousands. The fonts of rendered pictures lack it: they replace it by U+2008. */
export const THOUSANDS_SPACE = '\u202f'
/** Between a number and its unit, so that "41 %" never breaks over two lines. */
export const UNIT_SPACE = '\u00a0'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** A whole number with thousands apart: 68917 → `68 917`, 1439.4 → `1 439`, -12345 → `-12 345`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, THOUSANDS_SPACE)
}

/** A count that is an estimate, to three figures: 81237 → `81 200`, 999.6 → `1 000`, 41 → `41`. */
export function formatEstimate(count: number): string {
  return formatCount(Number(Math.round(count).toPrecision(3)))
}

/**
 * A ratio as a percentage: 0.408 → `41 %`, 0.4901 with one decimal → `49.0 %`. What isn't nothing is never `0 %`, and what
 * isn't all is never `100 %`: 0.0004 → `under 1 %`, 0.998 → `over 99 %`.
 */
export function formatPercent(ratio: number, decimals = 0): string {
  const unit = 10 ** -decimals
  const percent = ratio * 100
  if (percent > 0 && percent < unit / 2) return `under ${unit.toFixed(decimals)}${UNIT_SPACE}%`
  if (percent < 100 && percent >= 100 - unit / 2) return `over ${(100 - unit).toFixed(decimals)}${UNIT_SPACE}%`
  return `${percent.toFixed(decimals)}${UNIT_SPACE}%`
}

/** How much of what was expected came: `0.59`. */
export function formatOfExpected(ratio: number): string {
  return ratio.toFixed(2)
}

/** `1 190 – 1 440` */
export function formatRange(low: number, high: number): string {
  return `${formatCount(low)} – ${formatCount(high)}`
}

/** `Sat 1 Feb`, UTC. */
export function formatDay(time: EpochMs): string {
  const date = new Date(time)
  return `${WEEKDAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}

/** `14:00`, UTC. */
export function formatClock(time: EpochMs): string {
  return new Date(time).toISOString().slice(11, 16)
}

/** `Sat 1 Feb, 14:00`, UTC. */
export function formatTime(time: EpochMs): string {
  return `${formatDay(time)}, ${formatClock(time)}`
}

/** `Tue 17 Dec, 04:10 – 13:05`; over midnight both days are named. */
export function formatTimeRange(from: EpochMs, to: EpochMs): string {
  const sameDay = formatDay(from) === formatDay(to)
  return `${formatTime(from)} – ${sameDay ? formatClock(to) : formatTime(to)}`
}

/** In one unit, the largest that says enough: `40 s`, `22 min`, `9 h`, `47 h`, `13 days`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.round(durationMs / SECOND_MS)}${UNIT_SPACE}s`
  if (durationMs < HOUR_MS) return `${Math.round(durationMs / MINUTE_MS)}${UNIT_SPACE}min`
  if (durationMs < 2 * DAY_MS) return `${Math.round(durationMs / HOUR_MS)}${UNIT_SPACE}h`
  return `${Math.round(durationMs / DAY_MS)}${UNIT_SPACE}days`
}

/** To two figures at least, in the unit that fits: `312 KiB`, `9.3 GiB`; 0 → `0 B`. */
export function formatBytes(bytes: number): string {
  const unit = Math.max(0, Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const amount = bytes / 2 ** (10 * unit)
  return `${amount.toFixed(unit > 0 && amount < 10 ? 1 : 0)}${UNIT_SPACE}${BYTE_UNITS[unit]}`
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `nightly`, `aurora and nightly`, `aurora, beta and nightly`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
