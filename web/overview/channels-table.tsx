import type { ChannelOverview, ChannelState, OverviewAnswer } from '../../server/api/types.ts'
import { verdictWords, waitWords } from '../builds/build-verdict.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { Changing } from '../shell/changing.tsx'
import { buildsView } from '../view/builds-view.ts'
import { channelView } from '../view/channel-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { discardedWords, STATE_WORDS } from '../words/incident.ts'
import { count, countRange, ofExpected, rate, share, UNKNOWN } from '../words/number.ts'
import { age, clock, dateMonth, moment, WEEK_MS, weekday, zonedClock } from '../words/time.ts'
import { InvalidLine } from './invalid-line.tsx'
import { SumRow } from './sum-row.tsx'
import { type WeekAxis, weekAxis, weekShapes } from './week.ts'
import { WeekChart } from './week-chart.tsx'
import { weekWords } from './week-words.ts'
import './channels-table.css'

export function ChannelsTable({ overview }: { readonly overview: OverviewAnswer }) {
  const zone = useZone()
  const axis = weekAxis(overview, zone)
  const hour = overview.channels[0]?.hour
  return (
    <table class="channels">
      <caption class="visually-hidden">Channels, most submissions first, and all together</caption>
      <Head
        axis={axis}
        hour={hour === undefined ? '' : zonedClock(Date.parse(hour), zone)}
        now={clock(Date.parse(overview.freshness.counted_up_to), zone)}
      />
      <tbody>
        {overview.channels.map((channel) => (
          <Row key={channel.channel} channel={channel} axis={axis} overview={overview} />
        ))}
      </tbody>
      {overview.channels.length > 1 && (
        <tfoot>
          <SumRow axis={axis} overview={overview} />
        </tfoot>
      )}
    </table>
  )
}

/** Head and rows in place, without numbers: nothing jumps when they come. */
export function ChannelsTableSkeleton() {
  const axis: WeekAxis = { hours: 180, now: 999, weekends: [], days: [] }
  return (
    <table class="channels" aria-busy="true">
      <Head axis={axis} hour="" now={null} />
      <tbody>
        {[0, 1, 2, 3, 4].map((row) => (
          <tr key={row}>
            <td class="cell-name">&nbsp;</td>
            <td colSpan={7} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Of a day that is cut by the axis' end, so that its name is not. */
const LEAST_DAY_HOURS = 10
const LEAST_DATE_HOURS = 17

function Head({ axis, hour, now }: { readonly axis: WeekAxis; readonly hour: string; readonly now: string | null }) {
  const percent = (hours: number): string => `${(hours / axis.hours) * 100}%`
  return (
    <thead>
      <tr>
        <th class="cell-name" scope="col">
          Channel
        </th>
        <th class="cell-state" scope="col">
          State
        </th>
        <th class="cell-seen" scope="col">
          Seen
          <br />
          {hour}
        </th>
        <th class="cell-range" scope="col">
          Expected
          <br />
          99 of 100 hours
        </th>
        <th class="cell-ratio" scope="col">
          Of
          <br />
          expected
        </th>
        <th class="cell-week" scope="col">
          <span class="week-title">
            Submissions per hour<span class="week-title-rest">: line seen, water expected</span>
          </span>
          {now !== null && axis.now <= axis.hours && (
            <span class="week-now" style={{ right: `max(4px, calc(100% - ${percent(axis.now)} - 24px))` }}>
              now {now}
            </span>
          )}
          <span class="week-days">
            {axis.days.map((day) => (
              <span
                key={day.at}
                class={`week-day ${day.isWeekend ? 'is-weekend' : ''}`}
                style={{ left: percent(day.at), width: percent(day.width) }}
              >
                {day.width >= LEAST_DAY_HOURS && day.weekday}{' '}
                {day.width >= LEAST_DATE_HOURS && <span class="day-date">{day.date}</span>}
              </span>
            ))}
          </span>
        </th>
        <th class="cell-invalid" scope="col">
          Invalid rate
          <br />
          {hour === '' ? '' : `${hour.slice(0, 5)}, this week`}
        </th>
        <th class="cell-build" scope="col">
          Newest build
          <br />
          and its verdict
        </th>
      </tr>
    </thead>
  )
}

interface RowProps {
  readonly channel: ChannelOverview
  readonly axis: WeekAxis
  readonly overview: OverviewAnswer
}

function Row({ channel, axis, overview }: RowProps) {
  const states = channel.states.map(({ state }) => state)
  const volumeIsWrong = states.some((state) => state === 'low' || state === 'silent' || state === 'high')
  const invalidIsWrong = states.includes('invalid')
  const now = Date.parse(overview.freshness.now)
  const zone = useZone()
  return (
    <tr>
      <th class="cell-name" scope="row">
        <a {...linkTo(channelView(channel.channel))} title={channel.channel}>
          {channel.channel}
        </a>
      </th>
      <td class="cell-state">
        <States channel={channel} now={now} zone={zone} />
      </td>
      <td class={`cell-seen figure ${volumeIsWrong ? 'is-strong' : ''}`}>
        <Changing text={channel.seen === null ? UNKNOWN : count(channel.seen)} />
        <span class="so-far">
          so far <Changing text={count(channel.so_far)} />
        </span>
      </td>
      <td class="cell-range figure second condensed">
        {channel.expected === null ? UNKNOWN : countRange(channel.expected.low, channel.expected.high)}
      </td>
      <td class={`cell-ratio figure ${volumeIsWrong ? 'wrong' : ''}`}>
        <Changing text={channel.of_expected === null ? UNKNOWN : ofExpected(channel.of_expected)} />
      </td>
      <td class="cell-week">
        <WeekChart
          channel={channel.channel}
          start={Date.parse(overview.week_start)}
          shapes={weekShapes(channel, overview.week_start, axis.now)}
          axis={axis}
          summary={weekSummary(channel, Date.parse(overview.week_start), zone)}
        />
      </td>
      <td class="cell-invalid">
        <span class={invalidIsWrong ? 'wrong' : ''}>
          <Changing text={channel.invalid_rate === null ? UNKNOWN : rate(channel.invalid_rate)} />
        </span>
        <InvalidLine rates={channel.week.invalid_rate} isWrong={invalidIsWrong} />
      </td>
      <td class="cell-build">
        <NewestBuild channel={channel} overview={overview} />
      </td>
    </tr>
  )
}

interface StatesProps {
  readonly channel: ChannelOverview
  readonly now: number
  readonly zone: Zone
}

function States({ channel, now, zone }: StatesProps) {
  const { learning } = channel
  return (
    <ul>
      {channel.states.map(({ state, since }, index) => (
        <li key={state} class={`state ${index > 0 ? 'is-further' : ''}`}>
          <span class={isWrong(state) ? 'state-word wrong' : 'state-word second'}>
            <Mark state={state} /> {STATE_WORDS[state]}
          </span>{' '}
          <span class="state-since">
            {state === 'learning' && learning !== null
              ? `${Math.floor(learning.days)} of ${learning.of} days`
              : sinceWords(state, since, now, index > 0, zone)}
          </span>
        </li>
      ))}
      {channel.discarded
        .filter(({ rate: ratio }) => ratio >= LEAST_DISCARDED)
        .map((discarded) => (
          <Discarded key={discarded.cause} discarded={discarded} />
        ))}
    </ul>
  )
}

/** An open edge always meets somebody who sends too much; the channel's page tells of that. */
const LEAST_DISCARDED = 0.001

/** A line in the second voice of what was discarded in the last 24 hours; how large it was is its title. */
function Discarded({ discarded }: { readonly discarded: ChannelOverview['discarded'][number] }) {
  const { short, share: shareWords, sizes } = discardedWords(discarded)
  return (
    <li class="discarded" title={`${shareWords} in the last 24 h${sizes === '' ? '' : `: ${sizes}`}`}>
      {short}
    </li>
  )
}

function sinceWords(state: ChannelState, since: string | null, now: number, isFurther: boolean, zone: Zone): string {
  if (since === null) return ''
  const start = Date.parse(since)
  // A further state has half a line: within the week its day's name is enough.
  if (isFurther) return now - start < WEEK_MS ? `${weekday(start, zone)} ${clock(start, zone)}` : dateMonth(start, zone)
  return state === 'well' ? `for ${age(now - start)}` : `since ${moment(start, zone).replace(',', '')}`
}

interface NewestBuildProps {
  readonly channel: ChannelOverview
  readonly overview: OverviewAnswer
}

/** The gate's verdict on it, in a word, and the number that it rests on. */
function NewestBuild({ channel: { channel, newest_build: build }, overview }: NewestBuildProps) {
  const zone = useZone()
  if (build === null) return <span class="second">{UNKNOWN}</span>
  const { word, mark } = verdictWords(build, overview.incidents)
  const old = age(Date.parse(overview.freshness.now) - Date.parse(build.first_seen))
  const waits = waitWords(build, (time) => `${weekday(time, zone)} ${clock(time, zone)}`)
  return (
    <ul class="condensed">
      <li class="build-id">
        <a {...linkTo(buildsView(channel, build.build_id))} title={build.reason.text}>
          {build.build_id}
        </a>
      </li>
      <li class={isWrong(mark) ? 'wrong' : 'second'}>
        <Mark state={mark} /> {word}
      </li>
      <li class="second">
        {waits !== null
          ? `${old} old, ${waits}`
          : mark === 'invalid'
            ? `${rate(build.invalid_rate)} invalid at ${old}`
            : `${share(build.share)} of it at ${old}`}
      </li>
    </ul>
  )
}

function weekSummary(channel: ChannelOverview, start: number, zone: Zone): string {
  const week = weekWords(channel, start, zone)
  const words = channel.states.map(({ state }) => STATE_WORDS[state]).join(' and ')
  if (channel.seen === null || channel.expected === null) return `${channel.channel}: ${words}. ${week}`
  return `${channel.channel}: ${words}; ${count(channel.seen)} in the newest hour, ${countRange(channel.expected.low, channel.expected.high)} expected. ${week}`
}
