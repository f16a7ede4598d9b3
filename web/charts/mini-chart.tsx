import type { Zone } from '../view/zone.ts'
import { dateMonth, weekdayDate } from '../words/time.ts'
import type { hourClick } from './hour-click.ts'
import { linePath, uprightsPath } from './path.ts'
import { dayStarts } from './time-ticks.ts'
import type { Value } from './water.ts'
import './drawing.css'

const HEIGHT = 86
const TOP = 16
/** Share of the width. */
const LAST_LABEL = 0.84

interface MiniChartProps {
  readonly times: readonly number[]
  readonly stepMs: number
  readonly values: readonly Value[]
  /** Common to all that stand beside it. */
  readonly max: number
  /** The scale's top, said once. */
  readonly top: string
  readonly zone: Zone
  /** Asks about the hour that is clicked; left out: steps are no hours. */
  readonly onClick?: ReturnType<typeof hourClick>
}

export function MiniChart({ times, stepMs, values, max, top, zone, onClick }: MiniChartProps) {
  const [from = 0, to = 1] = [times[0], (times.at(-1) ?? 0) + stepMs]
  const x = times.map((_, index) => index + 0.5)
  const at = (time: number): number => (time - from) / stepMs
  const days = dayStarts(from, to, zone)
  const lines = days.filter((_, index) => index % Math.max(1, Math.ceil(days.length / 8)) === 0)
  const candidates = lines.length > 2 ? [lines[0], lines[Math.floor(lines.length / 2)], lines.at(-1)] : lines
  // A label starts at its day: one too near the end would be cut off.
  const labels = candidates.filter((time) => time !== undefined && at(time) / Math.max(1, times.length) < LAST_LABEL)
  const label = days.length > 14 ? dateMonth : weekdayDate
  return (
    <div class="mini-chart">
      <svg
        class="drawing"
        viewBox={`0 0 ${Math.max(1, times.length)} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        {...(onClick === undefined ? {} : { onClick })}
      >
        <path class="grid" d={uprightsPath(lines.map(at), 0, HEIGHT)} />
        <path class="seen" d={linePath(x, values, (value) => HEIGHT - 1 - (value / max) * (HEIGHT - TOP))} />
        <path class="base" d={`M0 ${HEIGHT - 0.5}H${times.length}`} />
      </svg>
      {top !== '' && <span class="mini-top">{top}</span>}
      <p class="mini-axis" aria-hidden="true">
        {labels.map((time) =>
          time === undefined ? null : (
            <span key={time} style={{ left: `${(at(time) / Math.max(1, times.length)) * 100}%` }}>
              {label(time, zone)}
            </span>
          ),
        )}
      </p>
    </div>
  )
}
