import { useMemo } from 'preact/hooks'
import type { IncidentAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { DiscardedCharts } from '../channel/discarded-charts.tsx'
import type { Shown } from '../channel/range.ts'
import { seriesPath } from '../channel/series-path.ts'
import { useChannel } from '../channel/use-channel.ts'
import { type ChartData, chartData, leadMs } from '../charts/chart-data.ts'
import type { ChartLook } from '../charts/chart-option.ts'
import { LaneChart } from '../charts/lane-chart.tsx'
import { LaneSkeleton } from '../charts/lane-skeleton.tsx'
import type { Lane } from '../charts/layout.ts'
import type { MoreAbout } from '../charts/readout.ts'
import { Trouble } from '../shell/states.tsx'
import { CHANNEL_DEFAULTS, channelView } from '../view/channel-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import { DAY_MS, day, HOUR_MS } from '../words/time.ts'
import '../charts/charts.css'

export const VOLUME_LANES: readonly Lane[] = ['submissions']
const INVALID_LANES: readonly Lane[] = ['submissions', 'invalid']
/** From the day before it began, so that one sees what it fell from. */
const BEFORE_MS = DAY_MS
const AFTER_MS = 12 * HOUR_MS

/** The guilty series from a day before the start, with the forecast where it still goes on. */
export function IncidentChart({ incident, now }: { readonly incident: IncidentAnswer; readonly now: number }) {
  const [channel = '*'] = incident.channels
  // Whole hours: within one the addresses stay the same.
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS
  const start = Date.parse(incident.start)
  const end = incident.end ?? incident.resolved_at
  const last = end === null ? hour : Math.min(hour, Date.parse(end))
  const range = useMemo<Shown>(() => {
    const to = Math.ceil(Math.max(last, start + HOUR_MS) / HOUR_MS) * HOUR_MS + AFTER_MS
    return { from: start - BEFORE_MS, to, step: 'hour', fetched: 'hour' }
  }, [start, last])
  const lanes = incident.group === 'invalid' ? INVALID_LANES : VOLUME_LANES
  if (channel === '*') return <AllChannelsChart incident={incident} range={range} lanes={lanes} />
  return <OneChannelChart incident={incident} channel={channel} range={range} lanes={lanes} />
}

interface ChartProps {
  readonly incident: IncidentAnswer
  readonly range: Shown
  readonly lanes: readonly Lane[]
}

function OneChannelChart({ incident, channel, range, lanes }: ChartProps & { readonly channel: string }) {
  const zone = useZone()
  const look = useLook()
  const { chart, received, facts } = useChannel(channel, range, CHANNEL_DEFAULTS, zone)
  const fixed = { kind: 'fixed' as const, from: range.from, to: range.to }
  return (
    <>
      <Trouble what={`the series of ${channel}`} answer={received} />
      <Trouble what={`what is known of ${channel}`} answer={facts} />
      {chart === null ? (
        <LaneSkeleton lanes={lanes} />
      ) : (
        <LaneChart
          data={onlyThis(chart, incident.id)}
          about={incident.id}
          isNamed={incident.channels.length > 1}
          lanes={lanes}
          look={look}
          summary={chartSummary(incident, channel)}
          moreAbout={whyOf(channel)}
        />
      )}
      <p class="label incident-further">
        <a {...linkTo(channelView(channel, { range: fixed }))}>Look into this range</a>
      </p>
    </>
  )
}

/** Of every hour of it the judge can say why. */
function whyOf(channel: string): (start: number) => MoreAbout {
  return (start) => ({ word: 'Why was I (not) told?', view: { page: 'why', channel, hour: start } })
}

function useLook(): ChartLook {
  const zone = useZone()
  return useMemo(() => ({ log: false, zone }), [zone])
}

/** No expectation is kept for all channels together: the line alone, and where it is broken. */
function AllChannelsChart({ incident, range, lanes }: ChartProps) {
  const look = useLook()
  const { freshness } = useLive()
  const question = { channel: '', step: 'hour', from: range.from - leadMs('hour'), to: range.to }
  const received = useAnswer<SeriesAnswer>(seriesPath({ ...question, metric: 'received' }), 'all channels')
  const invalid = useAnswer<SeriesAnswer>(seriesPath({ ...question, metric: 'invalid_rate' }), 'all channels')
  const countedUpTo = freshness === null ? null : Date.parse(freshness.freshness.counted_up_to)
  const chart = useMemo(() => {
    if (received.data === null || countedUpTo === null) return null
    const isGap = incident.group === 'gap'
    const gaps = isGap ? uncovered(received.data, range) : []
    return chartData({
      ...range,
      received: received.data,
      invalid: invalid.data ?? { ...received.data, series: [] },
      ghost: null,
      facts: { incidents: [incident], gaps, builds: [] },
      channel: 'all channels',
      countedUpTo,
    })
  }, [incident, range, received.data, invalid.data, countedUpTo])
  return (
    <>
      <Trouble what="the series of all channels" answer={received} />
      {chart === null ? (
        <LaneSkeleton lanes={lanes} />
      ) : (
        <LaneChart
          data={chart}
          about={incident.id}
          lanes={lanes}
          look={look}
          summary={chartSummary(incident, 'all channels')}
          moreAbout={whyOf('*')}
        />
      )}
    </>
  )
}

/** Hours without coverage up to the newest counted one, joined. */
function uncovered(answer: SeriesAnswer, range: Shown): { from: string; to: string; reason: string }[] {
  const gaps: { from: string; to: string; reason: string }[] = []
  const last = answer.series[0]?.values.findLastIndex((value) => value !== null) ?? -1
  answer.times.forEach((time, index) => {
    if ((answer.coverage[index] ?? 0) > 0 || index > last || Date.parse(time) < range.from) return
    const to = new Date(Date.parse(time) + HOUR_MS).toISOString()
    const open = gaps.at(-1)
    if (open !== undefined && Date.parse(open.to) === Date.parse(time)) open.to = to
    else gaps.push({ from: time, to, reason: '' })
  })
  return gaps
}

/** The page is about one incident: its bracket alone, and gaps, which are nobody's opinion. */
function onlyThis(chart: ChartData, id: number): ChartData {
  return { ...chart, incidents: chart.incidents.filter((one) => one.id === id || one.group === 'gap') }
}

function chartSummary(incident: IncidentAnswer, channel: string): string {
  return `${channel}, submissions per hour from ${day(Date.parse(incident.start) - BEFORE_MS)}: ${incident.sentence}`
}

/** The chart above shows none of it: what was discarded is no part of what was received. */
export function DiscardedShares({ incident, now }: { readonly incident: IncidentAnswer; readonly now: number }) {
  const zone = useZone()
  const hour = Math.ceil(now / HOUR_MS) * HOUR_MS
  const end = incident.end === null ? hour : Math.min(hour, Date.parse(incident.end) + AFTER_MS)
  const range = { from: Date.parse(incident.start) - BEFORE_MS, to: end }
  return (
    <>
      {incident.channels.map((channel) => (
        <section key={channel} class="incident-discarded">
          <DiscardedCharts channel={channel} range={range} zone={zone} isNamed={incident.channels.length > 1} />
        </section>
      ))}
    </>
  )
}
