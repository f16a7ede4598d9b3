import type { IncidentDetailAnswer, IncidentsAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { LaneSkeleton } from '../charts/lane-skeleton.tsx'
import { isWrong, Mark } from '../marks/mark.tsx'
import { serverNow } from '../shell/freshness.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Emphasised } from '../shell/sentences.tsx'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { incidentsView } from '../view/incidents-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import { channelsOf, incidentMark, overWord, STATE_WORDS } from '../words/incident.ts'
import { age, moment } from '../words/time.ts'
import { Accounting } from './accounting.tsx'
import { Carriers } from './carriers.tsx'
import { Figures } from './figures.tsx'
import { IncidentActions } from './incident-actions.tsx'
import { DiscardedShares, IncidentChart, VOLUME_LANES } from './incident-chart.tsx'
import { IncidentMails } from './incident-mails.tsx'
import { IncidentStanding } from './incident-standing.tsx'
import { Timeline } from './timeline.tsx'
import './incidents.css'

export function IncidentPage({ view: { id } }: PageProps<'incident'>) {
  return <IncidentById key={id} id={id} />
}

function IncidentById({ id }: { readonly id: number }) {
  const answer = useAnswer<IncidentDetailAnswer>(`/api/v1/incidents/${id}`, `incident ${id}`)
  if (answer.data === null) {
    if (answer.error?.status === 404) return <Gone id={id} />
    return (
      <div class="incident">
        <ComingHeading page={`Incident ${id}`} hasFailed={answer.error !== null} />
        <Trouble what={`incident ${id}`} answer={answer} />
        <Waiting what={`incident ${id}`} answer={answer} />
        <LaneSkeleton lanes={VOLUME_LANES} />
      </div>
    )
  }
  return <Incident detail={answer.data} answer={answer} />
}

interface IncidentProps {
  readonly detail: IncidentDetailAnswer
  readonly answer: Answer<IncidentDetailAnswer>
}

function Incident({ detail, answer }: IncidentProps) {
  const { incident, events, mails, silences = [] } = detail
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const mark = incidentMark(incident)
  const isOpen = incident.state === 'open' || incident.state === 'recovering'
  const start = Date.parse(incident.start)
  const end = incident.end ?? incident.resolved_at
  const lasted = age((isOpen || end === null ? now : Date.parse(end)) - start)
  const names = [...incident.channels, ...incident.explanation.carriers.map(({ value }) => value)]
  return (
    <article class="incident">
      <div class="incident-head">
        <span class={`incident-state ${isWrong(mark) ? 'wrong' : 'second'}`}>
          <Mark state={mark} /> {isOpen ? STATE_WORDS[mark] : overWord(incident)}
        </span>
        <span class="third">
          incident {incident.id}, {incident.severity !== undefined && `${incident.severity} severity, `}
          {isOpen ? `open ${lasted}` : `${overWord(incident)} after ${lasted}`}
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
      <IncidentStanding incident={incident} silences={silences} onDone={answer.retry} />
      <IncidentChart incident={incident} now={now} />
      {incident.group === 'discarded' && <DiscardedShares incident={incident} now={now} />}
      <IncidentActions incident={incident} silences={silences} now={now} onDone={answer.retry} />
      <div class="incident-more">
        <div class="incident-column">
          <Carriers incident={incident} />
          {detail.accounting !== undefined && <Accounting accounting={detail.accounting} />}
        </div>
        <div class="incident-column">
          <Timeline events={events} />
          <IncidentMails mails={mails} />
        </div>
      </div>
    </article>
  )
}

function Gone({ id }: { readonly id: number }) {
  const answer = useAnswer<IncidentsAnswer>('/api/v1/incidents', 'incidents')
  const incidents = [...(answer.data?.incidents ?? [])]
  const zone = useZone()
  const near = incidents.sort((a, b) => Math.abs(a.id - id) - Math.abs(b.id - id)).slice(0, 3)
  return (
    <section class="block">
      <h1 class="sentence">There is no incident {id}.</h1>
      {near.length > 0 && (
        <ul class="block">
          {near.map((incident) => (
            <li key={incident.id}>
              <a {...linkTo({ page: 'incident', id: incident.id })}>
                Incident {incident.id}, {channelsOf(incident)}, {moment(Date.parse(incident.start), zone)}
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
