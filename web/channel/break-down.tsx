import type { SeriesAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { startsOf } from '../charts/at-times.ts'
import { KeptUntil } from '../charts/kept-until.ts'
import { highest } from '../charts/water.ts'
import { Trouble } from '../shell/states.tsx'
import type { SeriesChoice } from '../view/channel-view.ts'
import type { Zone } from '../view/zone.ts'
import { axisCount, count, rate, share } from '../words/number.ts'
import { DAY_MS, HOUR_MS } from '../words/time.ts'
import { DiscardedCharts } from './discarded-charts.tsx'
import { Mini } from './mini.tsx'
import { largestParts, problemParts } from './parts.ts'
import { PartsTable } from './parts-table.tsx'
import { miniStep, type Shown } from './range.ts'
import { partsQuestion, seriesPath } from './series-path.ts'

const MOST_PROBLEMS = 3
interface BreakDownProps {
  readonly channel: string
  readonly range: Shown
  readonly choice: SeriesChoice
  readonly zone: Zone
}

/** Small multiples: what the channel is made of, and what is wrong with its submissions; one y scale for each kind. */
export function BreakDownCharts({ channel, range, choice, zone }: BreakDownProps) {
  const { by, top, table: isTable } = choice
  const isApart = choice.parts === 'each'
  const step = miniStep(range)
  const question = { step, channel, from: range.from, to: range.to }
  const parts = useAnswer<SeriesAnswer>(
    isApart ? seriesPath({ ...question, ...partsQuestion(by, top) }) : null,
    `${channel} ${by} ${step}`,
  )
  const problems = useAnswer<SeriesAnswer>(
    seriesPath({ ...question, metric: 'invalid', by: 'problem' }),
    `${channel} problems ${step}`,
  )
  const all = useAnswer<SeriesAnswer>(seriesPath({ ...question, metric: 'received' }), `${channel} all ${step}`)
  const stepMs = step === 'day' ? DAY_MS : HOUR_MS
  const drawParts = () => {
    if (parts.data === null) return null
    const shown = largestParts(parts.data, by, top)
    const times = startsOf(parts.data)
    if (isTable) {
      const caption = `By ${by}, per ${step}`
      return <PartsTable caption={caption} parts={shown} times={times} stepMs={stepMs} words={count} zone={zone} />
    }
    const max = highest(...shown.map((part) => part.values)) || 1
    const minis = shown.map((part, index) => (
      <Mini
        channel={channel}
        key={part.name}
        part={part}
        number={count}
        word={share(part.shareOfAll)}
        times={times}
        stepMs={stepMs}
        zone={zone}
        max={max}
        top={index === 0 ? axisCount(max) : ''}
      />
    ))
    return <ul class="minis">{minis}</ul>
  }
  const drawProblems = () => {
    if (problems.data === null || all.data === null) return null
    const shown = problemParts(problems.data, all.data, MOST_PROBLEMS)
    if (shown.length === 0) return <p class="second minis-none">Nothing invalid here.</p>
    const times = startsOf(problems.data)
    if (isTable) {
      const caption = `Invalid, by problem: share of the ${step}’s submissions`
      return <PartsTable caption={caption} parts={shown} times={times} stepMs={stepMs} words={rate} zone={zone} />
    }
    const most = Math.max(0.05, highest(...shown.map((part) => part.values)))
    const minis = shown.map((part, index) => (
      <Mini
        channel={channel}
        key={part.name}
        part={part}
        number={rate}
        word={`up to ${share(highest(part.values))}`}
        times={times}
        stepMs={stepMs}
        zone={zone}
        max={most}
        top={index === 0 ? share(most) : ''}
      />
    ))
    return <ul class="minis">{minis}</ul>
  }
  // The page is drawn at each answer to any of its questions; these are thousands of points, and change with their own alone.
  return (
    <div class={`break-down ${isApart ? '' : 'break-down-whole'}`}>
      {isApart && (
        <section>
          <h2 class="section-head">
            By {by}{' '}
            <span class="label">
              {by === 'problem' ? 'invalid ' : ''}submissions per {step}, one scale for all
            </span>
          </h2>
          <Trouble what={`the break-down by ${by}`} answer={parts} />
          <KeptUntil changed={[parts.data, by, top, channel, step, zone, isTable]} draw={drawParts} />
          <p class="label third">What is expected is known of the channel as a whole: parts have no band.</p>
        </section>
      )}
      <section>
        <h2 class="section-head">
          Invalid, by problem <span class="label">share of the {step}’s submissions</span>
        </h2>
        <Trouble what="what is invalid" answer={problems} />
        <KeptUntil changed={[problems.data, all.data, channel, step, zone, isTable]} draw={drawProblems} />
        <DiscardedCharts channel={channel} range={range} zone={zone} />
      </section>
    </div>
  )
}
