import type { BuildsAnswer, IncidentAnswer } from '../../server/api/types.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { buildsView } from '../view/builds-view.ts'
import { linkTo } from '../view/navigation.ts'
import { UNKNOWN } from '../words/number.ts'
import { HOUR_MS } from '../words/time.ts'
import { AdoptionChart } from './adoption-chart.tsx'
import { adoptionShapes } from './adoption-shapes.ts'
import { adoptionSummary } from './adoption-summary.ts'
import { AdoptionTable } from './adoption-table.tsx'
import { ageWord } from './age-readout.ts'
import { type BuildAnswer, verdictWords } from './build-verdict.ts'
import { LOOK_BACK_DAYS } from './use-builds.ts'

interface BuildPanelProps {
  readonly answer: BuildsAnswer
  readonly build: BuildAnswer
  readonly incidents: readonly IncidentAnswer[]
  /** Up to when everything is counted, in epoch milliseconds. */
  readonly now: number
  readonly table: boolean
  readonly pointed: number | null
  readonly onPoint: (age: number | null) => void
}

/** A channel's judged build: who it is, the verdict, and how it is taken up beside earlier ones. */
export function BuildPanel({ answer, build, incidents, now, table, pointed, onPoint }: BuildPanelProps) {
  const { word, mark } = verdictWords(build, incidents)
  const shapes = adoptionShapes(answer, build, now)
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="panel-channel">
          <a {...linkTo(buildsView(answer.channel))}>{answer.channel}</a>
        </h2>
        <a class="panel-build" {...linkTo(buildsView(answer.channel, build.build_id))}>
          {build.build_id}
        </a>
        <span class={isWrong(mark) ? 'wrong' : 'second'}>
          <Mark state={mark} /> {word}
        </span>
        <span class="second figure">{ageWord(ageHours(build, now))} old</span>
      </div>
      {table ? (
        <AdoptionTable channel={answer.channel} build={build} shapes={shapes} />
      ) : (
        <AdoptionChart
          shapes={shapes}
          build={build}
          pointed={pointed}
          onPoint={onPoint}
          summary={adoptionSummary(answer.channel, build, shapes, word)}
        />
      )}
    </section>
  )
}

/** A channel without any new build in the range. */
export function NoBuildPanel({ channel }: { readonly channel: string }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="panel-channel">{channel}</h2>
        <span class="panel-build">{UNKNOWN}</span>
        <span class="second">
          <Mark state="unknown" /> no new build seen
        </span>
      </div>
      <p class="second panel-none">
        None was first seen in the last {LOOK_BACK_DAYS} days. One is seen when four submissions of it come in an hour,
        and 0.2&nbsp;% of its channel’s.
      </p>
    </section>
  )
}

/** As high as a panel: nothing moves when the chart comes. */
export function PanelSkeleton({ channel }: { readonly channel: string }) {
  return (
    <section class="panel" aria-busy="true">
      <div class="panel-head">
        <h2 class="panel-channel">{channel}</h2>
        <span>&nbsp;</span>
        <span>&nbsp;</span>
      </div>
      <div class="panel-empty" />
    </section>
  )
}

export function ageHours(build: Pick<BuildAnswer, 'first_seen'>, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(build.first_seen)) / HOUR_MS))
}
