import type { PipelineAnswer, QuarantineAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Mark } from '../marks/mark.tsx'
import { Changing } from '../shell/changing.tsx'
import { Switch } from '../shell/choice.tsx'
import { serverNow } from '../shell/freshness.ts'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { useNow } from '../shell/use-now.ts'
import { go, useZone } from '../view/navigation.ts'
import { iso, MINUTE_MS } from '../words/time.ts'
import { type Gauge, gauges, pipelineSentences, STAGES, type Stage } from './gauges.ts'
import { minuteRate } from './minute-rate.ts'
import { RateChart } from './rate-chart.tsx'
import './pipeline.css'

const CHART_MINUTES = 120

/** The service itself, from receiving to telling: every number beside what it should be. */
export function PipelinePage({ view, overview }: PageProps<'pipeline'>) {
  const zone = useZone()
  const live = useLive()
  useNow(1000)
  const turn = () => go({ page: 'pipeline', ...(view.table === true ? {} : { table: true }) })
  useKeys({ t: turn })
  const asked = useAnswer<PipelineAnswer>('/api/v1/pipeline', 'pipeline')
  const kept = useAnswer<QuarantineAnswer>('/api/v1/quarantine', 'quarantine')
  const pipeline = newest(asked.data, live.pipeline)
  const { freshness } = live
  const now = freshness === null ? null : serverNow(freshness, performance.now())
  const to = now === null ? null : Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS
  const minutesPath =
    to === null
      ? null
      : `/api/v1/series?${new URLSearchParams({ step: 'minute', from: iso(to - CHART_MINUTES * MINUTE_MS), to: iso(to) })}`
  const minutes = useAnswer<SeriesAnswer>(minutesPath, 'minutes', 'with counts')
  const countedUpTo = freshness === null ? 0 : Date.parse(freshness.freshness.counted_up_to)
  const rate = minutes.data === null ? null : minuteRate(minutes.data, overview.data, countedUpTo)
  const all =
    pipeline === null || now === null
      ? []
      : gauges({ pipeline, quarantine: kept.data, overview: overview.data, rate, now, zone })
  return (
    <>
      {all.length === 0 ? (
        <ComingHeading page="The pipeline" hasFailed={asked.error !== null} />
      ) : (
        <Sentences sentences={pipelineSentences(all)} names={(pipeline?.receivers ?? []).map(({ name }) => name)} />
      )}
      <Trouble what="where everything stands" answer={asked} />
      <Trouble what="what is in quarantine" answer={kept} />
      <Trouble what="the submissions by the minute" answer={minutes} />
      <Waiting what="where everything stands" answer={asked} />
      <div class="pipeline">
        <section>
          <h2 class="section-head">
            Submissions a minute <span class="label">the last two hours, all channels</span>{' '}
            <span class="label">
              <Switch word="Table" letter="t" isOn={view.table === true} onChange={turn} />
            </span>
          </h2>
          {minutes.data === null ? (
            <div class="rate-empty" aria-busy="true" />
          ) : (
            <RateChart
              minutes={minutes.data}
              overview={overview.data}
              now={countedUpTo}
              zone={zone}
              table={view.table === true}
            />
          )}
        </section>
        <GaugeTable all={all} />
      </div>
    </>
  )
}

/** What the stream said last, or what was asked for, whichever is newer. */
function newest(asked: PipelineAnswer | null, told: PipelineAnswer | null): PipelineAnswer | null {
  if (asked === null || told === null) return told ?? asked
  return told.now >= asked.now ? told : asked
}

function GaugeTable({ all }: { readonly all: readonly Gauge[] }) {
  return (
    <table class="table gauges" aria-busy={all.length === 0}>
      <caption class="visually-hidden">Where everything stands between the receivers and the mails</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">What</th>
          <th scope="col">Now</th>
          <th scope="col">Should be</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      {STAGES.map((stage) => (
        <StageRows key={stage} stage={stage} rows={all.filter((gauge) => gauge.stage === stage)} />
      ))}
    </table>
  )
}

function StageRows({ stage, rows }: { readonly stage: Stage; readonly rows: readonly Gauge[] }) {
  return (
    <tbody>
      {rows.map(({ name, now, shouldBe, trouble, isAge }, index) => (
        <tr key={name}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={rows.length} class="gauge-stage">
              {stage}
            </th>
          )}
          <td class="gauge-name">{name}</td>
          <td class={`gauge-now ${trouble?.level ?? ''}`}>{isAge === true ? now : <Changing text={now} />}</td>
          <td class="gauge-should second">{shouldBe}</td>
          <td class={`gauge-state ${trouble?.level ?? 'second'}`}>
            <Mark state={trouble?.mark ?? 'well'} /> {trouble?.word ?? 'as it should be'}
          </td>
        </tr>
      ))}
    </tbody>
  )
}
