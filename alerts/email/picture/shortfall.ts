import { area, type Bounds, between, bounds, stretches } from './areas.ts'
import type { Mark } from './marks.ts'
import { hourIndex } from './picture-hours.ts'
import type { HourValue, PictureSpec } from './picture-spec.ts'
import { COLOUR } from './picture-style.ts'

/** Red ground: between the shore (or the expected line) and what was seen, from the start of the trouble on; of rates, all of the rate. */
export function shortfall(spec: PictureSpec): Mark[] {
  const [main] = spec.lines
  if (main === undefined || spec.lines.length > 1 || spec.trouble.kind === 'gap') return []
  const first = Math.max(0, Math.floor(hourIndex(spec, spec.trouble.from)))
  const end = spec.trouble.to === null ? main.values.length : Math.ceil(hourIndex(spec, spec.trouble.to))
  const during = main.values.map((value, hour) => (hour >= first && hour < end ? value : null))
  if (spec.trouble.kind === 'invalid') {
    return between(
      during.map((value) => (value === null ? null : 0)),
      during,
      COLOUR.wrong,
      0.26,
    )
  }
  const isBelow = spec.trouble.kind === 'below'
  const shore = (isBelow ? spec.water?.low : spec.water?.high) ?? spec.expected?.values
  if (shore === undefined) return []
  return beyond(during, shore, isBelow).map((stretch) => area(stretch, COLOUR.wrong, 0.26))
}

/** Where the line lies beyond the shore, cut where the two cross. */
function beyond(seenValues: readonly HourValue[], shore: readonly HourValue[], isBelow: boolean): Bounds[][] {
  const all = seenValues.map((value, hour) => bounds(hour, value, shore[hour]))
  const found: Bounds[][] = []
  for (const stretch of stretches(all)) {
    let current: Bounds[] = []
    for (const [index, each] of stretch.entries()) {
      const next = stretch[index + 1]
      const depth = depthOf(each, isBelow)
      if (depth > 0) current.push(each)
      if (next === undefined || depth > 0 === depthOf(next, isBelow) > 0) continue
      current.push(crossing(each, next))
      if (depth > 0) {
        found.push(current)
        current = []
      }
    }
    if (current.length > 1) found.push(current)
  }
  return found
}

function depthOf({ low: value, high: shore }: Bounds, isBelow: boolean): number {
  return isBelow ? shore - value : value - shore
}

function crossing(a: Bounds, b: Bounds): Bounds {
  const before = a.high - a.low
  const after = b.high - b.low
  const share = before === after ? 0 : before / (before - after)
  const value = a.low + share * (b.low - a.low)
  return { hour: a.hour + share, low: value, high: value }
}
