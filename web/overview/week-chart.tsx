import { hourClick } from '../charts/hour-click.ts'
import { linePath, ringPath, uprightsPath } from '../charts/path.ts'
import { onlyWithin } from '../charts/water.ts'
import { axisCount } from '../words/number.ts'
import { HOUR_MS } from '../words/time.ts'
import type { WeekAxis, WeekShapes } from './week.ts'
import '../charts/drawing.css'

const HEIGHT = 90
const TOP = 17
const BOTTOM = 78

interface WeekChartProps {
  /** `*`: all together. */
  readonly channel: string
  /** Where the axis begins, in epoch milliseconds. */
  readonly start: number
  readonly shapes: WeekShapes
  readonly axis: WeekAxis
  /** One sentence for those who don't see it. */
  readonly summary: string
}

/**
 * A row's week. The picture is stretched to whatever width the row has; strokes don't stretch, so no width needs to be
 * measured. Day columns and the line of now run through the whole height, and so through all rows.
 */
export function WeekChart({ channel, start, shapes, axis, summary }: WeekChartProps) {
  const toY = (value: number): number => BOTTOM - (value / shapes.max) * (BOTTOM - TOP)
  const past = (values: readonly (number | null)[]) => onlyWithin(values, (index) => index < shapes.complete)
  const ahead = (values: readonly (number | null)[]) => onlyWithin(values, (index) => index >= shapes.complete - 1)
  const line = (values: readonly (number | null)[]) => linePath(shapes.x, values, toY)
  const ask = hourClick({
    channel,
    from: start,
    to: start + axis.hours * HOUR_MS,
    countedUpTo: start + axis.now * HOUR_MS,
  })
  return (
    <div class="week">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the channel’s page leads there with keys, hour by hour */}
      <svg
        class="drawing"
        viewBox={`0 0 ${axis.hours} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
        onClick={ask}
      >
        {axis.weekends.map(({ from, to }) => (
          <rect key={from} class="weekend" x={from} y="0" width={to - from} height={HEIGHT} />
        ))}
        <path
          class="grid"
          d={uprightsPath(
            axis.days.map((day) => day.at),
            0,
            HEIGHT,
          )}
        />
        <path class="water" d={ringPath(shapes.water, toY)} />
        <path class="water ahead" d={ringPath(shapes.forecast, toY)} />
        <path class="dry" d={ringPath(shapes.dry, toY)} />
        <path class="shore" d={line(past(shapes.low)) + line(past(shapes.high))} />
        <path class="shore ahead" d={line(ahead(shapes.low)) + line(ahead(shapes.high))} />
        <path class="seen" d={line(shapes.seen)} />
        <path
          class="seen running"
          d={linePath(
            shapes.tail.map(([x]) => x),
            shapes.tail.map(([, y]) => y),
            toY,
          )}
        />
        {shapes.soFar !== null && <path class="dot" d={`M${shapes.soFar[0]} ${toY(shapes.soFar[1])}h0`} />}
        {shapes.gaps.map(([from, to]) => (
          <g key={from}>
            <rect class="gap" x={from} y="0" width={to - from} height={HEIGHT} />
            <path class="hatch" d={uprightsPath(hatchLines(from, to), 0, HEIGHT)} />
          </g>
        ))}
        {axis.now <= axis.hours && <path class="now" d={uprightsPath([axis.now], 0, HEIGHT)} />}
      </svg>
      <span class="week-max label">{axisCount(Math.ceil(shapes.max))}</span>
    </div>
  )
}

/** One an hour: about 3 px in the overview's width. */
function hatchLines(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
