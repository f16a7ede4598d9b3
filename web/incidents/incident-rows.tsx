import type { IncidentAnswer } from '../../server/api/types.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { linkTo, useZone } from '../view/navigation.ts'
import { channelsOf, incidentLine, incidentMark, LABEL_WORDS, overWord } from '../words/incident.ts'
import { age, moment } from '../words/time.ts'
import './incident-rows.css'

interface IncidentRowsProps {
  readonly incidents: readonly IncidentAnswer[]
  readonly now: number
  readonly showStart?: boolean
}

export function IncidentRows({ incidents, now, showStart = false }: IncidentRowsProps) {
  return (
    <ol class={`incident-rows ${showStart ? 'with-start' : ''}`}>
      {incidents.map((incident) => (
        <IncidentRow key={incident.id} incident={incident} now={now} showStart={showStart} />
      ))}
    </ol>
  )
}

interface IncidentRowProps {
  readonly incident: IncidentAnswer
  readonly now: number
  readonly showStart: boolean
}

/** The whole row leads to the incident; its line is the link's text. */
function IncidentRow({ incident, now, showStart }: IncidentRowProps) {
  const mark = incidentMark(incident)
  const zone = useZone()
  const isOpen = incident.state === 'open' || incident.state === 'recovering'
  return (
    <li class={`incident-row ${isOpen ? '' : 'is-over'}`}>
      <span class="incident-id third">{incident.id}</span>
      <span class={isWrong(mark) ? 'mark-wrong' : ''}>
        <Mark state={mark} />
      </span>
      <span class="incident-channel">{channelsOf(incident)}</span>
      {showStart && <span class="incident-start second">{moment(Date.parse(incident.start), zone)}</span>}
      <a class="incident-text" {...linkTo({ page: 'incident', id: incident.id })}>
        {incidentLine(incident)}
      </a>
      <span class="incident-age third">
        {isOpen ? age(now - Date.parse(incident.start)) : overWord(incident)}
        {incident.label !== undefined && <span>, {LABEL_WORDS[incident.label.value]}</span>}
        {incident.acknowledged !== null && isOpen && <span>, {incident.acknowledged.by} has it</span>}
      </span>
    </li>
  )
}
