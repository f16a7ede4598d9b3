import { hourClick } from '../charts/hour-click.ts'
import { MiniChart } from '../charts/mini-chart.tsx'
import { isKnown, type Value } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { HOUR_MS } from '../words/time.ts'
import type { Part } from './parts.ts'

interface MiniProps {
  readonly part: Part
  /** Whose hours can be asked about. */
  readonly channel: string
  readonly word: string
  readonly times: readonly number[]
  readonly stepMs: number
  readonly zone: Zone
  readonly max: number
  readonly top: string
}

/** One of the small multiples, with its name and what is to be said of it. */
export function Mini({ channel, part, word, times, stepMs, zone, max, top }: MiniProps) {
  // The running step is not comparable: it would end every line with a fall.
  const last = part.values.findLastIndex(isKnown)
  const whole: readonly Value[] = part.values.map((value, index) => (index >= last ? null : value))
  const from = times[0] ?? 0
  const ask = hourClick({ channel, from, to: from + times.length * stepMs, countedUpTo: from + last * stepMs })
  return (
    <li class="mini">
      <p class="mini-head">
        <b>{part.name}</b>
        <span class="second">{word}</span>
      </p>
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
