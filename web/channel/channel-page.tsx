import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { ChannelAnswer, ChannelOverview, OverviewAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import { KeptUntil } from '../charts/kept-until.ts'
import { LaneChart } from '../charts/lane-chart.tsx'
import { LaneSkeleton } from '../charts/lane-skeleton.tsx'
import type { PictureSource } from '../charts/picture/make-picture.ts'
import type { MoreAbout } from '../charts/readout.ts'
import { isKnown } from '../charts/water.ts'
import { useKeys } from '../shell/keys.ts'
import { remember, remembered } from '../shell/memory.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { Trouble, Waiting } from '../shell/states.tsx'
import {
  CHANNEL_DEFAULTS,
  type ChannelView,
  channelView,
  type Range,
  rangeFrom,
  rangeText,
} from '../view/channel-view.ts'
import { choose, go, leaveZoom, linkTo, replace, useZone, zoomTo } from '../view/navigation.ts'
import { discardedWords } from '../words/incident.ts'
import { DAY_MS, HOUR_MS } from '../words/time.ts'
import { BreakDownCharts } from './break-down.tsx'
import { ChannelOptions } from './channel-options.tsx'
import { ChannelSwitch } from './channel-switch.tsx'
import { ExportMenu } from './export-menu.tsx'
import { lanesOf } from './lanes-of.ts'
import { MinutesMissing } from './minutes-missing.tsx'
import { nearestName } from './nearest-name.ts'
import { asShown, moved, scaled, untilForetold } from './range.ts'
import { RefusedRange } from './refused-range.tsx'
import { SeriesTable } from './series-table.tsx'
import { stillShown } from './still-shown.ts'
import { channelSummary, newestWords } from './summary.ts'
import { useAnnouncement } from './use-announcement.ts'
import { useChannel } from './use-channel.ts'
import { useRange } from './use-range.ts'
import '../charts/charts.css'
import './channel.css'

const REMEMBERED_CHANNEL = 'channel'

/** Why a chart of these has no line. */
const NO_MEASURE = {
  share: 'No shares can be shown: nothing was counted of all channels here.',
  index: 'No index can be shown: what was expected isn’t known here. It is, by the hour, in ranges of up to 800 days.',
} as const

export function ChannelPage({ view, overview }: PageProps<'channel'>) {
  const names = overview.data?.channels.map(({ channel }) => channel) ?? []
  const wanted = view.channel === '' ? defaultChannel(names) : view.channel
  useEffect(() => {
    // The address says which channel it is as soon as that is known.
    if (view.channel === '' && wanted !== '') replace({ ...view, channel: wanted })
  }, [view, wanted])
  useEffect(() => {
    if (names.includes(wanted)) remember(REMEMBERED_CHANNEL, wanted)
  }, [names, wanted])
  const shown = useMemo(() => ({ ...view, channel: wanted }), [view, wanted])
  const isGone = overview.data !== null && wanted !== '' && !names.includes(wanted)
  if (isGone) return <Gone channel={wanted} names={names} />
  // Asked for too early, a channel that isn't there would be an error instead of an answer.
  const mayAsk = overview.data !== null || overview.error !== null
  return <Channel view={shown} names={names} overview={overview} mayAsk={mayAsk} />
}

/** The one looked at last, else the one with most submissions. */
function defaultChannel(names: readonly string[]): string {
  const last = remembered(REMEMBERED_CHANNEL)
  return last !== null && names.includes(last) ? last : (names[0] ?? '')
}

interface ChannelProps {
  readonly view: ChannelView
  readonly names: readonly string[]
  readonly overview: Answer<OverviewAnswer>
  /** Whether the channel is known to exist, or no answer can be had about that. */
  readonly mayAsk: boolean
}

function Channel({ view, names, overview, mayAsk }: ChannelProps) {
  const range = useRange(view)
  const zone = useZone()
  const data = useChannel(mayAsk ? view.channel : '', range, view, zone)
  const picture = useRef<PictureSource | null>(null)
  const { facts, chart } = data
  const look = useMemo(() => ({ log: view.log, zone }), [view.log, zone])
  const change = (changes: Partial<ChannelView>): void =>
    changes.range === undefined ? choose({ ...view, ...changes }) : go({ ...view, ...changes })
  const now = chart?.now ?? Date.now()
  const showRange = (next: Range): void => {
    if (rangeText(next) !== rangeText(view.range)) zoomTo({ ...view, range: next }, rangeText(view.range))
  }
  const zoom = (from: number, to: number): void => {
    if (range !== null) showRange(untilForetold(from, to, range, now))
  }
  const pan = (byMs: number): void => {
    if (range === null) return
    const next = moved(range, byMs, now)
    if (next.from !== range.from) showRange(next)
  }
  const scale = (factor: number): void => {
    if (range !== null) showRange(scaled(range, factor, now))
  }
  const out = (): void => {
    const isOut = leaveZoom((outer) => ({ ...view, range: rangeFrom(new URLSearchParams(outer)) }))
    if (!isOut && view.range.kind === 'fixed') change({ range: CHANNEL_DEFAULTS.range })
  }
  const span = range === null ? 0 : range.to - range.from
  const neighbour = (by: 1 | -1): void => {
    const next = names[(names.indexOf(view.channel) + by + names.length) % names.length]
    if (next !== undefined) replace({ ...view, channel: next })
  }
  useKeys({
    w: () => change({ ghost: !view.ghost }),
    l: () => change({ log: !view.log }),
    t: () => change({ table: !view.table }),
    j: () => neighbour(1),
    k: () => neighbour(-1),
    '[': () => pan(-span / 2),
    ']': () => pan(span / 2),
    '+': () => scale(0.5),
    '-': () => scale(2),
    Escape: out,
  })
  const lanes = lanesOf(view)
  const still = stillShown(chart, range, zone)
  const announced = useAnnouncement(chart === null || chart.step === 'minute' ? '' : newestWords(chart, zone))
  const isPast = view.range.kind === 'fixed' && view.range.to < now
  const sentences = isPast ? saidOfNow(facts.data?.sentences ?? []) : (facts.data?.sentences ?? [])
  // Before it is known how many sentences stand above, nothing is placed that they would push down.
  const isPlaced = facts.data !== null || facts.error !== null
  /** Of an hour the judge can say why; a day is looked into by its hours. */
  const moreAbout = (start: number): MoreAbout =>
    data.step === 'day'
      ? {
          word: 'Look into the day',
          view: { ...view, step: 'auto', range: { kind: 'fixed', from: start, to: start + DAY_MS } },
        }
      : {
          word: 'Why was I (not) told?',
          view: { page: 'why', channel: view.channel, hour: Math.floor(start / HOUR_MS) * HOUR_MS },
        }
  return (
    <>
      <ChannelSwitch view={view} names={names} />
      <p class="visually-hidden" aria-live="polite">
        {announced}
      </p>
      {sentences.length > 0 ? (
        <Sentences sentences={sentences} names={names} />
      ) : (
        <h1 class="sentences sentence">
          <b>{view.channel === '' ? '\u00a0' : view.channel}</b>
        </h1>
      )}
      <Discarded discarded={facts.data?.overview.discarded ?? []} />
      {isPlaced && <RefusedRange />}
      {range !== null && isPlaced && (
        <ChannelOptions view={view} range={asShown(range, data.step)} onChange={change}>
          <ExportMenu view={view} range={asShown(range, data.step)} picture={picture} />
        </ChannelOptions>
      )}
      {data.minutes !== null && <MinutesMissing minutes={data.minutes} step={data.step} onChange={change} />}
      <Trouble what={`the series of ${view.channel}`} answer={data.received} shown={still} />
      <Trouble what={`what is known of ${view.channel}`} answer={facts} />
      <Trouble what="the invalid rate" answer={data.invalid} />
      {view.ghost && <Trouble what="last week" answer={data.ghost} />}
      {view.measure === 'share' && <Trouble what="the other channels" answer={data.all} />}
      {view.parts !== 'each' && <Trouble what={`the break-down by ${view.by}`} answer={data.parts} />}
      <Trouble what="what people marked" answer={data.annotations} />
      <Trouble what="what is silenced" answer={data.silences} />
      <Waiting what={`the series of ${view.channel}`} answer={data.received} shown={still} />
      {chart !== null && chart.measure !== 'count' && !chart.seen.some(isKnown) && (
        <p class="second">{NO_MEASURE[chart.measure]}</p>
      )}
      {chart === null || range === null || !isPlaced ? (
        <LaneSkeleton key={isPlaced ? 'placed' : 'coming'} lanes={lanes} />
      ) : view.table ? (
        <SeriesTable data={chart} look={look} />
      ) : (
        // Each answer to any question of the page draws the page anew.
        <KeptUntil
          changed={[chart, range, view, look, data.step]}
          draw={() => (
            <LaneChart
              data={chart}
              lanes={lanes}
              look={look}
              summary={channelSummary(chart, zone)}
              onZoom={zoom}
              onPan={pan}
              onOut={out}
              moreAbout={moreAbout}
              picture={picture}
            />
          )}
        />
      )}
      {range !== null && overview.data !== null && isPlaced && (chart !== null || !view.table) && (
        <BreakDownCharts channel={view.channel} range={range} choice={view} zone={zone} />
      )}
    </>
  )
}

/** Above a range that is over, "is well" would be read as being about the range. */
function saidOfNow(sentences: ChannelAnswer['sentences']): ChannelAnswer['sentences'] {
  return sentences.map((sentence) =>
    sentence.mark === 'well' ? { ...sentence, text: sentence.text.replace(/\.$/, ' now.') } : sentence,
  )
}

/** What was too large to be kept is in no chart: it is said wherever there is any. */
function Discarded({ discarded }: { readonly discarded: ChannelOverview['discarded'] }) {
  const [first, ...others] = discarded.map(discardedWords)
  if (first === undefined) return null
  const rest = others.map(({ share }) => `, ${share}`).join('')
  return (
    <p class="second channel-discarded">
      {`${first.share}${rest} in the last 24 h${first.sizes === '' ? '' : `: ${first.sizes}`}.`}
    </p>
  )
}

function Gone({ channel, names }: { readonly channel: string; readonly names: readonly string[] }) {
  const nearest = nearestName(channel, names)
  return (
    <section class="block">
      <h1 class="sentence">
        No submission was counted in the last months for a channel <b>{channel}</b>.
      </h1>
      <p class="block">
        {nearest !== null && (
          <>
            Did you mean <a {...linkTo(channelView(nearest))}>{nearest}</a>?{' '}
          </>
        )}
        Known are{' '}
        {names.map((name, index) => (
          <>
            {index > 0 && ', '}
            <a key={name} {...linkTo(channelView(name))}>
              {name}
            </a>
          </>
        ))}
        .
      </p>
    </section>
  )
}
