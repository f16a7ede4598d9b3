import type { SeriesAnswer } from '../../server/api/types.ts'
import { hourClick } from '../charts/hour-click.ts'
import { linePath, ringPath, uprightsPath } from '../charts/path.ts'
import { useZone } from '../view/navigation.ts'
import type { WhyView } from '../view/why-view.ts'
import { axisCount } from '../words/number.ts'
import { clock, HOUR_MS, moment } from '../words/time.ts'
import { type DayShapes, dayShapes } from './day-shapes.ts'
import '../charts/drawing.css'

const HEIGHT = 150
const TOP = 18
const EACH_HOURS = 6

interface DayChartProps {
  readonly view: WhyView
  readonly answer: SeriesAnswer
  readonly countedUpTo: number
}

/** The day around the hour, which stands out; a click on another hour asks about that one. */
export function DayChart({ view, answer, countedUpTo }: DayChartProps) {
  const zone = useZone()
  const shapes = dayShapes(answer, countedUpTo)
  const from = Date.parse(answer.from)
  const at = (view.hour - from) / HOUR_MS
  const ticks = Array.from({ length: shapes.hours }, (_, index) => from + index * HOUR_MS).filter(
    (time) => Math.round((time - view.hour) / HOUR_MS) % EACH_HOURS === 0,
  )
  const ask = hourClick({ channel: view.channel, from, to: from + shapes.hours * HOUR_MS, countedUpTo })
  return (
    <figure class="why-chart">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the links beside the hour, and [ and ], go to its neighbours */}
      <svg
        class="drawing"
        viewBox={`0 0 ${shapes.hours} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={chartWords(view, shapes, at, moment(view.hour, zone))}
        onClick={ask}
      >
        <path class="why-hour" d={`M${at} 0H${at + 1}V${HEIGHT}H${at}Z`} />
        <Drawing shapes={shapes} at={at} />
      </svg>
      <span class="why-top label">{axisCount(shapes.max)}</span>
      <p class="why-axis label" aria-hidden="true">
        {ticks.map((time) => (
          <span
            key={time}
            class={time === view.hour ? 'is-now' : ''}
            style={{ left: `${((time + HOUR_MS / 2 - from) / HOUR_MS / shapes.hours) * 100}%` }}
          >
            {clock(time, zone)}
          </span>
        ))}
      </p>
    </figure>
  )
}

function Drawing({ shapes, at }: { readonly shapes: DayShapes; readonly at: number }) {
  const toY = (value: number): number => HEIGHT - 1 - (value / shapes.max) * (HEIGHT - TOP)
  const hatch = shapes.gaps.flatMap(([from, to]) => {
    return Array.from({ length: Math.ceil((to - from) * 4) }, (_, index) => from + index / 4)
  })
  return (
    <>
      <path class="water" d={ringPath(shapes.water, toY)} />
      <path class="shore" d={linePath(shapes.x, shapes.low, toY) + linePath(shapes.x, shapes.high, toY)} />
      <path class="dry" d={ringPath(shapes.dry, toY)} />
      <path class="hatch" d={uprightsPath(hatch, 0, HEIGHT)} />
      <path class="seen" d={linePath(shapes.x, shapes.seen, toY)} />
      <path class="now" d={uprightsPath([at, at + 1], 0, HEIGHT)} />
      <path class="base" d={`M0 ${HEIGHT - 0.5}H${shapes.hours}`} />
    </>
  )
}

function chartWords({ channel }: WhyView, { seen, low, high }: DayShapes, at: number, when: string): string {
  const numbers = [seen[at], low[at], high[at]].map((value) => (value == null ? 'unknown' : String(Math.round(value))))
  const who = channel === '*' ? 'all channels' : channel
  return `${who} by the hour around ${when}: seen ${numbers[0]}, expected ${numbers[1]} to ${numbers[2]}`
}
