import { useRef } from 'preact/hooks'
import type { OverviewAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import { nearestName } from '../channel/nearest-name.ts'
import { RefusedRange } from '../channel/refused-range.tsx'
import { Choice, Switch } from '../shell/choice.tsx'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { LAST_DAYS } from '../view/channel-view.ts'
import { type InvalidView, invalidView } from '../view/invalid-view.ts'
import { go, linkTo, replace, useZone } from '../view/navigation.ts'
import { DAY_MS, dateRange, HOUR_MS } from '../words/time.ts'
import { FirstSeen } from './first-seen.tsx'
import { areYoung, invalidSentences } from './invalid-sentences.ts'
import { ProblemDetail } from './problem-detail.tsx'
import { problemMatrix } from './problem-matrix.ts'
import { ProblemRows, ProblemRowsSkeleton } from './problem-rows.tsx'
import { ProblemTable } from './problem-table.tsx'
import { Quarantine } from './quarantine.tsx'
import { useInvalid } from './use-invalid.ts'
import './invalid.css'

const RANGE_WORDS = {
  1: 'in the last 24 h',
  7: 'in the last 7 days',
  60: 'in the last 60 days',
  365: 'in the last year',
} as const

/**
 * What could not be read: how much of it, since when, what is new in it, and what becomes of it. Placed one by one, its answers would push
 * down what stands there already: until all are there, all stays as it was.
 */
export function InvalidPage({ view, overview }: PageProps<'invalid'>) {
  const names = namesIn(overview)
  const channels = view.channel === null ? names : [view.channel]
  const data = useInvalid(view, channels)
  const answered = useRef<Answered | null>(null)
  useKeys({
    t: () => go({ ...view, table: !view.table }),
    j: () => replace(neighbour(view, names, 1)),
    k: () => replace(neighbour(view, names, -1)),
    Escape: () => view.problem !== null && go({ ...view, problem: null }),
  })
  if (view.channel !== null && overview.data !== null && !names.includes(view.channel))
    return <Gone channel={view.channel} names={names} />
  const coming = [overview, data.problems, data.firstSeen, data.quarantine, ...data.series.values()].find(
    (answer) => answer.data === null && answer.error === null,
  )
  const isPending = coming !== undefined || channels.some((channel) => !data.series.has(channel))
  if (!isPending) answered.current = { view, overview, channels, data }
  return (
    <>
      {data.askers}
      {isPending && <Waiting what="the problems" answer={coming ?? data.problems} />}
      <div aria-busy={isPending}>
        <ChannelNav view={view} names={names} />
        {answered.current === null ? (
          <>
            <ComingHeading page="What is invalid" hasFailed={false} />
            <ProblemRowsSkeleton />
          </>
        ) : (
          <Invalid chosen={view} answered={answered.current} />
        )}
      </div>
    </>
  )
}

function namesIn({ data }: Answer<OverviewAnswer>): readonly string[] {
  return (data?.channels ?? []).map(({ channel }) => channel)
}

function ChannelNav({ view, names }: { readonly view: InvalidView; readonly names: readonly string[] }) {
  return (
    <nav class="invalid-nav" aria-label="Channels">
      {[null, ...names].map((name) => (
        <a
          key={name}
          class="option"
          aria-current={name === view.channel ? 'page' : undefined}
          {...linkTo({ ...view, channel: name })}
        >
          {name ?? 'all channels'}
        </a>
      ))}
    </nav>
  )
}

/** What all answers were there for, the last time. */
interface Answered extends PageProps<'invalid'> {
  readonly channels: readonly string[]
  readonly data: ReturnType<typeof useInvalid>
}

/** `chosen` is ahead of what is `answered` while answers are awaited: what is chosen next is chosen on top of it. */
function Invalid({ chosen, answered }: { readonly chosen: InvalidView; readonly answered: Answered }) {
  const { view, overview, channels, data } = answered
  const zone = useZone()
  const names = namesIn(overview)
  const { range, countedUpTo, problems, firstSeen, quarantine, series } = data
  const change = (changes: Partial<InvalidView>): void => go({ ...chosen, ...changes })
  const loaded = new Map(
    [...series].flatMap(([channel, { data: answer }]) => (answer === null ? [] : [[channel, answer]])),
  )
  const stepMs = range?.step === 'day' ? DAY_MS : HOUR_MS
  const matrix =
    problems.data === null || countedUpTo === null
      ? null
      : problemMatrix(problems.data.problems, channels, loaded, { stepMs, countedUpTo })
  const when =
    view.range.kind === 'last' ? RANGE_WORDS[view.range.days] : dateRange(view.range.from, view.range.to, zone)
  return (
    <>
      {problems.data === null ? (
        <ComingHeading page="What is invalid" hasFailed={problems.error !== null} />
      ) : (
        <Sentences
          sentences={invalidSentences(problems.data, firstSeen.data, {
            overview: overview.data,
            channel: view.channel,
            when,
          })}
          names={names}
        />
      )}
      <div class="invalid-options">
        <Choice
          name="Range"
          options={LAST_DAYS.map((days) => ({ value: String(days), word: days === 365 ? '1 y' : `${days} d` }))}
          chosen={chosen.range.kind === 'last' ? String(chosen.range.days) : null}
          onChoose={(value) => {
            const days = LAST_DAYS.find((choice) => String(choice) === value)
            if (days !== undefined) change({ range: { kind: 'last', days } })
          }}
        />
        {view.range.kind === 'fixed' && <span class="second">{when}</span>}
        <Switch word="Table" letter="t" isOn={chosen.table} onChange={(table) => change({ table })} />
      </div>
      <RefusedRange />
      <Trouble what="the problems" answer={problems} />
      {[...series].map(([channel, answer]) => (
        <Trouble key={channel} what={`the problems of ${channel} over time`} answer={answer} />
      ))}
      <div class="invalid-parts">
        {view.problem !== null && range !== null && (
          <ProblemDetail key={view.problem} view={view} problem={view.problem} range={range} zone={zone} />
        )}
        <FirstSeen
          answer={firstSeen}
          view={view}
          zone={zone}
          when={when}
          isYoung={areYoung(overview.data, view.channel)}
        />
        {matrix === null || range === null ? (
          <ProblemRowsSkeleton />
        ) : view.table ? (
          <ProblemTable rows={matrix} channels={channels} view={chosen} />
        ) : (
          <ProblemRows rows={matrix} channels={channels} view={chosen} range={range} stepMs={stepMs} zone={zone} />
        )}
        <Quarantine answer={quarantine} problems={problems.data} zone={zone} />
      </div>
    </>
  )
}

function neighbour(view: InvalidView, names: readonly string[], by: 1 | -1): InvalidView {
  const all = [null, ...names]
  return { ...view, channel: all[(all.indexOf(view.channel) + by + all.length) % all.length] ?? null }
}

interface GoneProps {
  readonly channel: string
  readonly names: readonly string[]
}

function Gone({ channel, names }: GoneProps) {
  const nearest = nearestName(channel, names)
  return (
    <section class="block">
      <h1 class="sentence">
        No submission was counted in the last months for a channel <b>{channel}</b>.
      </h1>
      <p class="block">
        {nearest !== null && (
          <>
            Did you mean <a {...linkTo(invalidView(nearest))}>{nearest}</a>?{' '}
          </>
        )}
        <a {...linkTo(invalidView())}>What is invalid on all channels</a>
      </p>
    </section>
  )
}
