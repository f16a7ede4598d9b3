import { hourClick } from '../charts/hour-click.ts'
import { MiniChart } from '../charts/mini-chart.tsx'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { DAY_MS, day, HOUR_MS, moment } from '../words/time.ts'
import { miniSummary } from './mini-summary.ts'
import { type Part, wholeSteps } from './parts.ts'

interface MiniProps {
  readonly part: Part
  /** Whose hours can be asked about. */
  readonly channel: string
  readonly word: string
  /** How its values are told. */
  readonly number: (value: number) => string
  readonly times: readonly number[]
  readonly stepMs: number
  readonly zone: Zone
  readonly max: number
  readonly top: string
}

/** One of the small multiples, with its name and what is to be said of it. */
export function Mini({ channel, part, word, number, times, stepMs, zone, max, top }: MiniProps) {
  const last = part.values.findLastIndex(isKnown)
  const whole = wholeSteps(part.values)
  const on = (time: number): string => (stepMs >= DAY_MS ? day(time) : moment(time, zone))
  const from = times[0] ?? 0
  const ask = hourClick({ channel, from, to: from + times.length * stepMs, countedUpTo: from + last * stepMs })
  return (
    <li class="mini">
      <p class="mini-head">
        <b>{part.name}</b>
        <span class="second">{word}</span>
      </p>
      <p class="visually-hidden">{miniSummary({ times, values: whole }, number, on)}</p>
      <MiniChart
        times={times}
        stepMs={stepMs}
        values={whole}
        max={max}
        top={top}
        zone={zone}
        {...(stepMs === HOUR_MS ? { onClick: ask } : {})}
      />
    </li>
  )
}
