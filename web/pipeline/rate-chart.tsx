import type { OverviewAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { BandTable } from '../charts/band-table.tsx'
import { hourClick } from '../charts/hour-click.ts'
import { linePath, ringPath, uprightsPath } from '../charts/path.ts'
import { ticksFromZero } from '../charts/scale.ts'
import { highest, isKnown, water } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { axisCount, count } from '../words/number.ts'
import { clock, MINUTE_MS, zoneName } from '../words/time.ts'
import { expectedAt, wholeMinutes } from './minute-rate.ts'
import '../charts/drawing.css'

/** Share of the width. */
const LAST_LABEL = 0.9
const HEIGHT = 110
const TICK_MINUTES = 30
/** So many minutes without a line are seen. */
const WORTH_WORDS = 10

interface RateChartProps {
  readonly minutes: SeriesAnswer
  readonly overview: OverviewAnswer | null
  readonly now: number
  readonly zone: Zone
  /** The numbers instead. */
  readonly table: boolean
}

/** Submissions by the minute of the last two hours, in the water of their hours. */
export function RateChart({ minutes, overview, now, zone, table }: RateChartProps) {
  const times = minutes.times.map((time) => Date.parse(time))
  const seen = wholeMinutes(minutes, now)
  const expected = times.map((time) => (overview === null ? null : expectedAt(overview, time)))
  const [low, high] = [expected.map((band) => band?.low ?? null), expected.map((band) => band?.high ?? null)]
  if (table) {
    const columns = { times, seen, low, high }
    const step = `Minute, ${zoneName(zone, now)}`
    return <BandTable caption="Submissions a minute" step={step} words={(time) => clock(time, zone)} {...columns} />
  }
  const x = times.map((_, index) => index + 0.5)
  const { max } = ticksFromZero(highest(seen, high) || 1, 3)
  const toY = (value: number): number => HEIGHT - (value / max) * (HEIGHT - 4)
  const ticks = times.flatMap((time, index) => ((time / MINUTE_MS) % TICK_MINUTES === 0 ? [{ time, index }] : []))
  const last = seen.findLast(isKnown)
  const first = seen.findIndex(isKnown)
  const summary = `Submissions a minute in the last two hours${last === undefined ? ': unknown' : `, ${count(last)} in the newest`}`
  const from = times[0] ?? now
  const ask = hourClick({ channel: '*', from, to: from + times.length * MINUTE_MS, countedUpTo: now })
  // A time stands behind its line: one too near the end would be cut off.
  const named = ticks.filter(({ index }) => index / Math.max(1, times.length) < LAST_LABEL)
  return (
    <figure class="rate">
      <div class="rate-box">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the channel’s page leads there with keys, hour by hour */}
        <svg
          class="drawing"
          viewBox={`0 0 ${Math.max(1, times.length)} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summary}
          onClick={ask}
        >
          <path
            class="grid"
            d={uprightsPath(
              ticks.map(({ index }) => index),
              0,
              HEIGHT,
            )}
          />
          <path class="water" d={ringPath(water(x, low, high, 0, x.length), toY)} />
          <path class="shore" d={linePath(x, low, toY) + linePath(x, high, toY)} />
          <path class="seen" d={linePath(x, seen, toY)} />
          <path class="base" d={`M0 ${HEIGHT - 0.5}H${times.length}`} />
        </svg>
        <span class="rate-max">{axisCount(max)} a minute</span>
        {high.some(isKnown) && <span class="rate-water">expected</span>}
        {first > WORTH_WORDS && (
          <span class="rate-unknown" style={{ width: `${(first / times.length) * 100}%` }}>
            unknown before {clock(times[first] ?? now, zone)}
          </span>
        )}
      </div>
      <p class="rate-axis" aria-hidden="true">
        {named.map(({ time, index }) => (
          <span key={time} style={{ left: `${(index / Math.max(1, times.length)) * 100}%` }}>
            {clock(time, zone)}
          </span>
        ))}
      </p>
    </figure>
  )
}
