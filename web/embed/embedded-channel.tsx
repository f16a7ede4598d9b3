import { useMemo } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { lanesOf } from '../channel/lanes-of.ts'
import { SeriesTable } from '../channel/series-table.tsx'
import { stillShown } from '../channel/still-shown.ts'
import { channelSummary } from '../channel/summary.ts'
import { useChannel } from '../channel/use-channel.ts'
import { useRange } from '../channel/use-range.ts'
import { useChartLink } from '../charts/chart-link.ts'
import { LaneChart } from '../charts/lane-chart.tsx'
import { LaneSkeleton } from '../charts/lane-skeleton.tsx'
import { LoadLine } from '../marks/load-line.tsx'
import { freshnessWords, serverNow } from '../shell/freshness.ts'
import { Trouble, Waiting } from '../shell/states.tsx'
import { useNow } from '../shell/use-now.ts'
import type { EmbedView } from '../view/embed-view.ts'
import { useZone } from '../view/navigation.ts'
import { dateRange, zoneName } from '../words/time.ts'
import '../charts/charts.css'
import '../channel/channel.css'

/** A channel's live chart with its name, range and age: all that a frame needs to be understood where it stands. */
export function EmbeddedChannel({ view }: { readonly view: EmbedView }) {
  const range = useRange(view)
  const zone = useZone()
  const link = useChartLink()
  const live = useLive()
  const data = useChannel(view.channel, range, view, zone)
  const look = useMemo(() => ({ log: view.log, zone }), [view.log, zone])
  const lanes = lanesOf(view)
  const { chart } = data
  const still = stillShown(chart, range, zone)
  const { page: _, theme: __, ...choice } = view
  return (
    <>
      <header class="embedded-head">
        <h1>
          <a {...link({ page: 'channel', ...choice })}>{view.channel}</a>
        </h1>
        {range !== null && (
          <span class="second">
            {dateRange(range.from, range.to, zone)}, {zoneName(zone, range.to)}
          </span>
        )}
        <span class="embedded-house">
          <FreshnessWords /> <LoadLine /> Tidewatch
        </span>
      </header>
      <Trouble what={`the series of ${view.channel}`} answer={data.received} shown={still} />
      <Trouble what={`what is known of ${view.channel}`} answer={data.facts} />
      <Waiting what={`the series of ${view.channel}`} answer={data.received} shown={still} />
      <div class={live.connection === 'lost' ? 'stale' : ''}>
        {chart === null ? (
          <LaneSkeleton lanes={lanes} />
        ) : view.table ? (
          <SeriesTable data={chart} look={look} />
        ) : (
          <LaneChart data={chart} lanes={lanes} look={look} summary={channelSummary(chart, zone)} />
        )}
      </div>
    </>
  )
}

/** How old what is shown is: by the server's time, and in words when it is too old. */
function FreshnessWords() {
  const { freshness, connection } = useLive()
  const zone = useZone()
  useNow(1000)
  if (freshness === null) return null
  const words = freshnessWords(freshness.freshness, serverNow(freshness, performance.now()), zone)
  return (
    <span class={`freshness freshness-${words.level}`}>
      {connection === 'lost' ? 'the server doesn’t answer · ' : ''}
      {words.countedUpTo}
      {words.judgedUpTo !== null && ` · judged up to ${words.judgedUpTo}`}
    </span>
  )
}
