import type { Mark } from './marks.ts'
import type { HourValue } from './picture-spec.ts'

/** The area between two lines, one polygon for each stretch in which both are known. */
export function between(low: readonly HourValue[], high: readonly HourValue[], fill: string, opacity: number): Mark[] {
  return stretches(low.map((value, hour) => bounds(hour, value, high[hour])))
    .filter((stretch) => stretch.length > 1)
    .map((stretch) => area(stretch, fill, opacity))
}

export interface Bounds {
  readonly hour: number
  readonly low: number
  readonly high: number
}

export function bounds(hour: number, low: HourValue, high: HourValue | undefined): Bounds | null {
  return low === null || high == null ? null : { hour, low, high }
}

export function area(stretch: readonly Bounds[], fill: string, opacity: number): Mark {
  return (place) => ({
    type: 'polygon',
    shape: {
      points: [
        ...stretch.map(({ hour, high }) => [...place(hour + 0.5, high)]),
        ...stretch.map(({ hour, low }) => [...place(hour + 0.5, low)]).reverse(),
      ],
    },
    style: { fill, opacity },
  })
}

export function stretches(all: readonly (Bounds | null)[]): Bounds[][] {
  const found: Bounds[][] = []
  let open = false
  for (const each of all) {
    if (each === null) open = false
    else if (open) found.at(-1)?.push(each)
    else {
      found.push([each])
      open = true
    }
  }
  return found
}
