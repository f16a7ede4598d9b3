import { useState } from 'preact/hooks'
import type { BuildsAnswer, OverviewAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import { nearestName } from '../channel/nearest-name.ts'
import { Switch } from '../shell/choice.tsx'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { buildsView } from '../view/builds-view.ts'
import { go, linkTo, replace, useZone } from '../view/navigation.ts'
import { BuildPanel, NoBuildPanel, PanelSkeleton } from './build-panel.tsx'
import { type BuildAnswer, judgedBuild, verdictWords } from './build-verdict.ts'
import { buildsSentences } from './builds-sentences.ts'
import { BuildsTable } from './builds-table.tsx'
import { ChosenBuild } from './chosen-build.tsx'
import { LOOK_BACK_DAYS, useBuilds } from './use-builds.ts'
import './builds.css'

/** Of each channel in the table of all, and of one alone. */
const MOST_OF_EACH = 4
const MOST_OF_ONE = 30
/** Enough for the last failing ones, and the lines of those before. */
const ASKED_OF_EACH = 12

/** Channels that no build was made for: what was folded together, or has no name. */
const NO_CHANNELS = ['OTHER', 'UNKNOWN']

export function BuildsPage({ view, overview }: PageProps<'builds'>) {
  const names = (overview.data?.channels ?? []).map(({ channel }) => channel)
  const known = names.filter((name) => !NO_CHANNELS.includes(name))
  const leftOut = names.filter((name) => NO_CHANNELS.includes(name))
  const channels = view.channel === null ? known : [view.channel]
  const zone = useZone()
  const isOne = view.channel !== null
  const { answers, askers, now } = useBuilds(channels, isOne ? MOST_OF_ONE : ASKED_OF_EACH, view.build)
  const [pointed, setPointed] = useState<number | null>(null)
  useKeys({
    t: () => go({ ...view, table: !view.table }),
    j: () => replace(neighbour(view.channel, known, 1)),
    k: () => replace(neighbour(view.channel, known, -1)),
  })
  if (view.channel !== null && overview.data !== null && !names.includes(view.channel))
    return <GoneChannel channel={view.channel} names={known} />
  const incidents = overview.data?.incidents ?? []
  const loaded = channels.flatMap((channel) => answers.get(channel)?.data ?? [])
  const isWhole = loaded.length === channels.length && loaded.length > 0
  // What is known of the first channels isn't drawn before what stands above is: each of the others would push it down.
  const isAnswered =
    channels.length > 0 &&
    channels.every((channel) => (answers.get(channel)?.data ?? answers.get(channel)?.error) != null)
  const [only] = loaded
  const chosen = isOne ? (only?.builds.find(({ build_id: id }) => id === view.build) ?? null) : null
  const isGone = isWhole && view.build !== null && chosen === null
  return (
    <>
      {askers}
      <nav class="builds-nav" aria-label="Channels">
        {[null, ...known, ...leftOut].map((name) => (
          <a
            key={name}
            class="option"
            aria-current={name === view.channel ? 'page' : undefined}
            {...linkTo(buildsView(name, null, { table: view.table }))}
          >
            {name ?? 'all channels'}
          </a>
        ))}
        {leftOut.length > 0 && <span class="builds-left-out second">folded together from others: not among all</span>}
        <span class="builds-switch">
          <Switch word="Table" letter="t" isOn={view.table} onChange={(table) => go({ ...view, table })} />
        </span>
      </nav>
      {isGone && view.channel !== null && view.build !== null ? (
        <GoneBuild channel={view.channel} build={view.build} known={only?.builds ?? []} />
      ) : isWhole ? (
        <Sentences
          sentences={
            chosen === null || only === undefined
              ? buildsSentences(loaded, incidents)
              : [
                  {
                    mark: verdictWords(chosen, incidents).mark,
                    text: `${only.channel}: ${chosen.build_id} is ${verdictWords(chosen, incidents).word}.`,
                    incident: null,
                  },
                ]
          }
          names={[...known, ...loaded.flatMap(({ builds }) => builds.map(({ build_id: id }) => id))]}
        />
      ) : (
        <ComingHeading
          page="The builds"
          hasFailed={channels.some((channel) => (answers.get(channel)?.error ?? null) !== null)}
        />
      )}
      <Troubles channels={channels} answers={answers} />
      <div key={isAnswered ? 'there' : 'coming'} class={isOne ? 'panels panels-one' : 'panels'}>
        {channels.map((channel) => {
          const answer = answers.get(channel)?.data ?? null
          const build = answer === null ? null : (chosen ?? judgedBuild(answer.builds))
          if (answer === null || now === null || !isAnswered) return <PanelSkeleton key={channel} channel={channel} />
          if (build === null) return <NoBuildPanel key={channel} channel={channel} />
          return (
            <BuildPanel
              key={channel}
              answer={answer}
              build={build}
              incidents={incidents}
              now={now}
              table={view.table}
              pointed={pointed}
              onPoint={setPointed}
            />
          )
        })}
      </div>
      {chosen !== null && only !== undefined && <ChosenBuild channel={only.channel} build={chosen} zone={zone} />}
      {isWhole && now !== null && loaded.some(({ builds }) => builds.length > 0) && (
        <BuildsTable
          answers={isOne ? loaded : worstFirst(loaded)}
          most={isOne ? MOST_OF_ONE : MOST_OF_EACH}
          incidents={incidents}
          now={now}
          zone={zone}
          chosen={view.build}
        />
      )}
    </>
  )
}

function neighbour(channel: string | null, names: readonly string[], by: 1 | -1) {
  const all = [null, ...names]
  return buildsView(all[(all.indexOf(channel) + by + all.length) % all.length] ?? null)
}

interface TroublesProps {
  readonly channels: readonly string[]
  readonly answers: ReadonlyMap<string, Answer<BuildsAnswer>>
}

function Troubles({ channels, answers }: TroublesProps) {
  return (
    <>
      {channels.flatMap((channel) => {
        const answer = answers.get(channel)
        return answer === undefined
          ? []
          : [
              <Trouble key={channel} what={`the builds of ${channel}`} answer={answer} />,
              <Waiting key={`${channel} waiting`} what={`the builds of ${channel}`} answer={answer} />,
            ]
      })}
    </>
  )
}

/** Channels whose newest judged build fails stand first; else as they come. */
function worstFirst(answers: readonly BuildsAnswer[]): readonly BuildsAnswer[] {
  const isFailing = ({ builds }: BuildsAnswer): number => (judgedBuild(builds)?.verdict === 'fail' ? 0 : 1)
  return [...answers].sort((a, b) => isFailing(a) - isFailing(b))
}

interface GoneChannelProps {
  readonly channel: string
  readonly names: OverviewAnswer['channels'][number]['channel'][]
}

function GoneChannel({ channel, names }: GoneChannelProps) {
  const nearest = nearestName(channel, names)
  return (
    <section class="block">
      <h1 class="sentence">
        No submission was counted in the last months for a channel <b>{channel}</b>.
      </h1>
      <p class="block">
        {nearest !== null && (
          <>
            Did you mean <a {...linkTo(buildsView(nearest))}>{nearest}</a>?{' '}
          </>
        )}
        <a {...linkTo(buildsView())}>Builds of all channels</a>
      </p>
    </section>
  )
}

interface GoneBuildProps {
  readonly channel: string
  readonly build: string
  readonly known: readonly BuildAnswer[]
}

function GoneBuild({ channel, build, known }: GoneBuildProps) {
  const nearest = nearestName(
    build,
    known.map(({ build_id: id }) => id),
  )
  return (
    <section>
      <h1 class="sentences sentence">
        <span>
          {channel}: no build <b>{build}</b> was first seen in the last {LOOK_BACK_DAYS} days.
        </span>
      </h1>
      {nearest !== null && (
        <p>
          Did you mean <a {...linkTo(buildsView(channel, nearest))}>{nearest}</a>?
        </p>
      )}
    </section>
  )
}
