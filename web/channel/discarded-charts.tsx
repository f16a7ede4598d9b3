import type { SeriesAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { startsOf } from '../charts/at-times.ts'
import { highest } from '../charts/water.ts'
import { Trouble } from '../shell/states.tsx'
import type { Zone } from '../view/zone.ts'
import { axisRate } from '../words/number.ts'
import { DAY_MS, HOUR_MS } from '../words/time.ts'
import { Mini } from './mini.tsx'
import { miniStep, type Shown } from './range.ts'
import { seriesPath } from './series-path.ts'

const CAUSE_NAMES: Readonly<Record<string, string>> = { body: 'too large', path: 'path too long' }
/** The scale never spans less: what one odd client sends is no crisis. */
const LEAST_SPAN = 0.01

interface DiscardedChartsProps {
  readonly channel: string
  readonly range: Pick<Shown, 'from' | 'to'>
  readonly zone: Zone
  /** Whether the heading says of which channel it is; default: the page does. */
  readonly isNamed?: boolean
}

/** What was over a limit and not kept, as a share of what was sent; nothing where there was none in the range. */
export function DiscardedCharts({ channel, range, zone, isNamed = false }: DiscardedChartsProps) {
  const step = miniStep(range)
  const question = { step, channel, from: range.from, to: range.to, metric: 'discarded_rate', by: 'cause' }
  const answer = useAnswer<SeriesAnswer>(seriesPath(question), `${channel} discarded ${step}`)
  const shares = (answer.data?.series ?? []).filter(({ values }) => highest(values) > 0)
  const max = Math.max(LEAST_SPAN, highest(...shares.map(({ values }) => values)))
  const times = answer.data === null ? [] : startsOf(answer.data)
  if (shares.length === 0) return <Trouble what="what is discarded" answer={answer} />
  return (
    <>
      <h2 class="section-head">
        Discarded{isNamed ? ` on ${channel}` : ''} <span class="label">share of what was sent in the {step}</span>
      </h2>
      <Trouble what="what is discarded" answer={answer} />
      <ul class="minis">
        {shares.map(({ key, values }, index) => (
          <Mini
            channel={channel}
            key={key.cause}
            part={{ name: CAUSE_NAMES[key.cause ?? ''] ?? 'discarded', values, shareOfAll: 0, isRest: false }}
            number={axisRate}
            word={`up to ${axisRate(highest(values))}`}
            times={times}
            stepMs={step === 'day' ? DAY_MS : HOUR_MS}
            zone={zone}
            max={max}
            top={index === 0 ? axisRate(max) : ''}
          />
        ))}
      </ul>
    </>
  )
}
