import { useMemo } from 'preact/hooks'
import type { SeriesAnswer, WhyAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { seriesPath } from '../channel/series-path.ts'
import { BandTable } from '../charts/band-table.tsx'
import { Switch } from '../shell/choice.tsx'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Emphasised } from '../shell/sentences.tsx'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { CHANNEL_DEFAULTS, channelView } from '../view/channel-view.ts'
import { go, linkTo, useZone } from '../view/navigation.ts'
import type { WhyView } from '../view/why-view.ts'
import { count, countRange, rate, share, UNKNOWN } from '../words/number.ts'
import { clock, fullMoment, HOUR_MS, iso, moment, unbroken, zoneName } from '../words/time.ts'
import { DayChart } from './day-chart.tsx'
import { AFTER_HOURS, BEFORE_HOURS, dayShapes } from './day-shapes.ts'
import { DetectorsTable } from './detectors-table.tsx'
import { unjudgedWords } from './unjudged.ts'
import './why.css'

/** Why one was, or wasn't, told of an hour: the answer, the day around it, what was measured, what held it back. */
export function WhyPage({ view, overview }: PageProps<'why'>) {
  const { channel, hour } = view
  const path = `/api/v1/why?${new URLSearchParams({ channel, hour: iso(hour) }).toString()}`
  const zone = useZone()
  const { freshness } = useLive()
  const waits = freshness === null ? null : unjudgedWords(hour, freshness.freshness, zone)
  // Asked before it is known whether the hour was judged, one that wasn't would be an error.
  const mayAsk = waits === null && (freshness !== null || overview.error !== null)
  const answer = useAnswer<WhyAnswer>(mayAsk ? path : null, path)
  const series = useDay(view)
  const countedUpTo = Date.parse(overview.data?.freshness.counted_up_to ?? '') || hour + HOUR_MS
  const move = (by: number) => go({ ...view, hour: hour + by * HOUR_MS })
  const turn = () => go({ page: 'why', channel, hour, ...(view.table === true ? {} : { table: true }) })
  useKeys({ t: turn, '[': () => move(-1), ']': () => hour + 2 * HOUR_MS <= countedUpTo && move(1) })
  const why = answer.data
  return (
    <article class="why">
      <WhyHead view={view} countedUpTo={countedUpTo} />
      {waits !== null ? (
        <h1 class="sentence">{unbroken(waits)}</h1>
      ) : why === null ? (
        <ComingHeading page="Why was one (not) told?" hasFailed={answer.error !== null} />
      ) : (
        <h1 class="sentence">
          <Emphasised text={why.sentence} names={[channel]} />
        </h1>
      )}
      <Trouble what={`why of ${channel}`} answer={answer} />
      {waits === null && <Waiting what="the hour to be judged again" answer={answer} />}
      {why !== null && <Numbers why={why} />}
      {why === null && waits === null && answer.error === null ? (
        // How long the sentence is decides where all else stands.
        <div class="why-chart" aria-busy="true" />
      ) : (
        <>
          <p class="label">
            <Switch word="Table" letter="t" isOn={view.table === true} onChange={turn} />
          </p>
          <Trouble what="the day around it" answer={series} />
          {series.data === null ? (
            <div class="why-chart why-coming" aria-busy="true" />
          ) : (
            <Day view={view} answer={series.data} countedUpTo={countedUpTo} />
          )}
        </>
      )}
      {why !== null && <Reasons why={why} />}
      {why !== null && why.detectors.length > 0 && <DetectorsTable detectors={why.detectors} />}
    </article>
  )
}

interface DayProps {
  readonly view: WhyView
  readonly answer: SeriesAnswer
  readonly countedUpTo: number
}

/** The hours around the one that is asked about, as a chart or as a table. */
function Day({ view, answer, countedUpTo }: DayProps) {
  const zone = useZone()
  if (view.table !== true) return <DayChart view={view} answer={answer} countedUpTo={countedUpTo} />
  return (
    <BandTable
      caption="Submissions by the hour, and what was expected"
      step={`Hour, ${zoneName(zone, view.hour)}`}
      times={answer.times.map((time) => Date.parse(time))}
      words={(time) => moment(time, zone)}
      {...dayShapes(answer, countedUpTo)}
    />
  )
}

function useDay({ channel, hour }: WhyView) {
  const [from, to] = [hour - BEFORE_HOURS * HOUR_MS, hour + (AFTER_HOURS + 1) * HOUR_MS]
  const question = { metric: 'received', step: 'hour', channel: channel === '*' ? '' : channel, from, to } as const
  return useAnswer<SeriesAnswer>(seriesPath(question), `${channel} ${hour}`)
}

function WhyHead({ view, countedUpTo }: { readonly view: WhyView; readonly countedUpTo: number }) {
  const zone = useZone()
  const { channel, hour } = view
  const range = useMemo(() => ({ kind: 'fixed' as const, from: hour - 36 * HOUR_MS, to: hour + 12 * HOUR_MS }), [hour])
  const who = channel === '*' ? 'All channels together' : channel
  return (
    <p class="why-head">
      <span>
        <b>{who}</b>, {fullMoment(hour, zone)} – {clock(hour + HOUR_MS, zone)} {zoneName(zone, hour)}
      </span>
      <span class="why-moves">
        <a {...linkTo({ ...view, hour: hour - HOUR_MS })}>The hour before</a>
        {hour + 2 * HOUR_MS <= countedUpTo && <a {...linkTo({ ...view, hour: hour + HOUR_MS })}>The hour after</a>}
        {channel === '*' ? (
          <a {...linkTo({ page: 'overview' })}>All channels</a>
        ) : (
          <>
            <a {...linkTo({ ...view, channel: '*' })}>All channels then</a>
            <a {...linkTo(channelView(channel, { ...CHANNEL_DEFAULTS, range }))}>{channel}’s page</a>
          </>
        )}
      </span>
    </p>
  )
}

function Numbers({ why: { seen, expected, invalid_rate, coverage, learning } }: { readonly why: WhyAnswer }) {
  const isOutside = seen !== null && expected !== null && (seen < expected.low || seen > expected.high)
  return (
    <dl class="why-numbers">
      <div>
        <dt>Seen</dt>
        <dd class={isOutside ? 'is-wrong' : 'is-strong'}>{seen === null ? UNKNOWN : count(seen)}</dd>
      </div>
      <div>
        <dt>Expected</dt>
        <dd>{expected === null ? UNKNOWN : countRange(expected.low, expected.high)}</dd>
      </div>
      <div>
        <dt>Invalid</dt>
        <dd>{invalid_rate === null ? UNKNOWN : rate(invalid_rate)}</dd>
      </div>
      {coverage < 1 && (
        <div>
          <dt>Listened to</dt>
          <dd>{share(coverage)}</dd>
        </div>
      )}
      {learning !== null && (
        <div>
          <dt>Learning</dt>
          <dd>
            {Math.floor(learning.days)} of {learning.of} days
          </dd>
        </div>
      )}
    </dl>
  )
}

/** What held it back, the incidents that went on, and what would have told. */
function Reasons({ why: { held_back, incidents, would_tell } }: { readonly why: WhyAnswer }) {
  if (held_back.length + incidents.length + would_tell.length === 0) return null
  return (
    <div class="why-reasons">
      {held_back.length > 0 && (
        <section>
          <h2 class="section-head">What held it back</h2>
          <ul>
            {held_back.map(({ code, text, incident }) => (
              <li key={`${code} ${text}`}>
                {text} {incident !== undefined && <a {...linkTo({ page: 'incident', id: incident })}>To it</a>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {incidents.length > 0 && (
        <section>
          <h2 class="section-head">Incidents that went on</h2>
          <ul>
            {incidents.map(({ id, sentence, silenced_by }) => (
              <li key={id}>
                <a {...linkTo({ page: 'incident', id })}>Incident {id}</a> {sentence}
                {silenced_by.length > 0 && <span class="second"> Its mails were held back.</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {would_tell.length > 0 && (
        <section>
          <h2 class="section-head">What would have told</h2>
          <ul>
            {would_tell.map(({ text, setting }) => (
              <li key={text}>
                {text}
                <code>judge.sensitivity: [{JSON.stringify(setting)}]</code>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
