import { STEP_MS } from './at-times.ts'
import type { ChartData } from './chart-data.ts'
import type { ChartScales } from './chart-option.ts'
import { toPixel } from './scale.ts'
import { isKnown } from './water.ts'

/** Closer than that, rings of neighbours would hide the line that they stand on. */
const LEAST_STEP_PX = 4

interface LateMarksProps {
  readonly data: ChartData
  readonly scales: ChartScales
}

/** A small ring on each hour whose counts came late: what stands there isn't what was judged at first. The table says when. */
export function LateMarks({ data, scales }: LateMarksProps) {
  const lane = scales.lanes.get('submissions')
  const half = STEP_MS[data.step] / 2
  const stepPx = toPixel(scales.time, data.from + 2 * half) - toPixel(scales.time, data.from)
  if (lane === undefined || stepPx < LEAST_STEP_PX) return null
  return (
    <>
      {data.late.map(({ at }) => {
        const value = data.seen[data.x.indexOf(at + half)]
        if (!isKnown(value)) return null
        const left = toPixel(scales.time, at + half)
        return <i key={at} class="late-mark" style={{ left: `${left}px`, top: `${toPixel(lane.scale, value)}px` }} />
      })}
    </>
  )
}
