import { useMemo } from 'preact/hooks'
import type { IncidentAnswer, IncidentDetailAnswer, IncidentsAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { DiscardedCharts } from '../channel/discarded-charts.tsx'
import type { Shown } from '../channel/range.ts'
import { seriesPath, useChannel } from '../channel/use-channel.ts'
import { type ChartData, chartData, LEAD_MS } from '../charts/chart-data.ts'
import { LaneChart } from '../charts/lane-chart.tsx'
import { LaneSkeleton } from '../charts/lane-skeleton.tsx'
import type { Lane } from '../charts/layout.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { serverNow } from '../shell/freshness.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Emphasised } from '../shell/sentences.tsx'
import { Trouble, Waiting } from '../shell/states.tsx'
import { channelView } from '../view/channel-view.ts'
import { incidentsView } from '../view/incidents-view.ts'
import { linkTo } from '../view/navigation.ts'
import { channelsOf, INCIDENT_STATE_WORDS, incidentMark, STATE_WORDS } from '../words/incident.ts'
import { age, DAY_MS, day, HOUR_MS, moment } from '../words/time.ts'
import { Carriers } from './carriers.tsx'
import { Figures } from './figures.tsx'
import { IncidentMails } from './incident-mails.tsx'
import '../charts/charts.css'
import './incidents.css'

const VOLUME_LANES: readonly Lane[] = ['submissions']
const INVALID_LANES: readonly Lane[] = ['submissions', 'invalid']
const LOOK = { log: false, zone: 'utc' } as const
/** From the day before it began, so that one sees what it fell from. */
const BEFORE_MS = DAY_MS
const AFTER_MS = 12 * HOUR_MS

export function IncidentPage({ view: { id } }: PageProps<'incident'>) {
  return <IncidentById key={id} id={id} />
}

function IncidentById({ id }: { readonly id: number }) {
  const answer = useAnswer<IncidentDetailAnswer>(`/api/v1/incidents/${id}`, `incident ${id}`)
  if (answer.data === null) {
    if (answer.error?.status === 404) return <Gone id={id} />
    return (
      <>
        <h1 class="sentences sentence">&nbsp;</h1>
        <Trouble what={`incident ${id}`} answer={answer} />
        <Waiting what={`incident ${id}`} answer={answer} />
        <LaneSkeleton lanes={VOLUME_LANES} />
      </>
    )
  }
  return <Incident detail={answer.data} answer={answer} />
}

interface IncidentProps {
  readonly detail: IncidentDetailAnswer
  readonly answer: Answer<IncidentDetailAnswer>
}

function Incident({ detail, answer }: IncidentProps) {
  const { incident, events, mails } = detail
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const mark = incidentMark(incident)
  const isOpen = incident.state === 'open' || incident.state === 'recovering'
  const start = Date.parse(incident.start)
  const end = incident.end ?? incident.resolved_at
  const lasted = age((isOpen || end === null ? now : Date.parse(end)) - start)
  const word = isOpen ? STATE_WORDS[mark] : INCIDENT_STATE_WORDS[incident.state]
  const names = [...incident.channels, ...incident.explanation.carriers.map(({ value }) => value)]
  return (
    <article class="incident">
      <div class="incident-head">
        <span class={`incident-state ${isWrong(mark) ? 'wrong' : 'second'}`}>
          <Mark state={mark} /> {word}
        </span>
        <span class="third">
          incident {incident.id},{' '}
          {isOpen ? `open ${lasted}` : `${INCIDENT_STATE_WORDS[incident.state]} after ${lasted}`}
        </span>
      </div>
      <h1 class="sentence">
        <Emphasised text={incident.sentence} names={incident.channels} />
      </h1>
      <p class="incident-cause second">
        <Emphasised text={incident.explanation.sentence || 'What carries it is not known.'} names={names} />
      </p>
      <Trouble what={`incident ${incident.id}`} answer={answer} />
      <Figures incident={incident} />
      <IncidentChart incident={incident} now={now} />
      {incident.group === 'discarded' && <DiscardedShares incident={incident} now={now} />}
      <div class="incident-more">
        <Carriers incident={incident} />
        <section>
          <h2 class="section-head">What happened</h2>
          <ol class="events">
            {events.map(({ at, kind, text, actor }) => (
              <li key={`${at} ${kind} ${text}`}>
                <time class="third" dateTime={at}>
                  {moment(Date.parse(at))}
                </time>
                <span>
                  {text}
                  {actor !== null && <span class="second">, {actor}</span>}
                </span>
              </li>
            ))}
          </ol>
        </section>
        <IncidentMails mails={mails} />
      </div>
    </article>
  )
}

/** The chart above shows none of it: what was discarded is no part of what was received. */
function DiscardedShares({ incident, now }: { readonly incident: IncidentAnswer; readonly now: number }) {
  const hour = Math.ceil(now / HOUR_MS) * HOUR_MS
  const end = incident.end === null ? hour : Math.min(hour, Date.parse(incident.end) + AFTER_MS)
  const range = { from: Date.parse(incident.start) - BEFORE_MS, to: end }
  return (
    <>
      {incident.channels.map((channel) => (
        <section key={channel} class="incident-discarded">
          <DiscardedCharts channel={channel} range={range} zone="utc" isNamed={incident.channels.length > 1} />
        </section>
      ))}
    </>
  )
}

/** The guilty series from a day before the start, with the forecast where it still goes on. */
function IncidentChart({ incident, now }: { readonly incident: IncidentAnswer; readonly now: number }) {
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
  const { chart, received, facts } = useChannel(channel, range, false)
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
          lanes={lanes}
          look={LOOK}
          summary={chartSummary(incident, channel)}
        />
      )}
      <p class="label">
        <a {...linkTo(channelView(channel, { range: fixed }))}>This range on {channel}’s page</a>
      </p>
    </>
  )
}

/** No expectation is kept for all channels together: the line alone, and where it is broken. */
function AllChannelsChart({ incident, range, lanes }: ChartProps) {
  const { freshness } = useLive()
  const question = { channel: '', step: 'hour', from: range.from - LEAD_MS, to: range.to }
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
          look={LOOK}
          summary={chartSummary(incident, 'all channels')}
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

function Gone({ id }: { readonly id: number }) {
  const answer = useAnswer<IncidentsAnswer>('/api/v1/incidents', 'incidents')
  const incidents = [...(answer.data?.incidents ?? [])]
  const near = incidents.sort((a, b) => Math.abs(a.id - id) - Math.abs(b.id - id)).slice(0, 3)
  return (
    <section class="block">
      <h1 class="sentence">There is no incident {id}.</h1>
      {near.length > 0 && (
        <ul class="block">
          {near.map((incident) => (
            <li key={incident.id}>
              <a {...linkTo({ page: 'incident', id: incident.id })}>
                Incident {incident.id}, {channelsOf(incident)}, {moment(Date.parse(incident.start))}
              </a>
            </li>
          ))}
        </ul>
      )}
      <p class="block">
        <a {...linkTo(incidentsView())}>All incidents</a>
      </p>
    </section>
  )
}
