import type { ComponentChildren } from 'preact'
import type { IncidentAnswer, SilenceAnswer } from '../../server/api/types.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { LABEL_WORDS } from '../words/incident.ts'
import { moment, zoneName } from '../words/time.ts'
import { EndSilence } from './end-silence.tsx'
import './incident-standing.css'

interface IncidentStandingProps {
  readonly incident: IncidentAnswer
  readonly silences: readonly SilenceAnswer[]
  readonly onDone: () => void
}

/** How it stands with people, a line each: who has it, what holds its mails back, what it was, where it went. */
export function IncidentStanding({ incident, silences, onDone }: IncidentStandingProps) {
  const zone = useZone()
  return (
    <ul class="incident-standing second">
      {incident.merged_into !== undefined && (
        <li>
          It turned out to be the same trouble as <IncidentLink id={incident.merged_into} />, and goes on there.
        </li>
      )}
      {incident.state === 'withdrawn' && (
        <li>Late counts arrived and took away what it was opened for. Nothing of it is missing.</li>
      )}
      {incident.absorbed !== undefined && incident.absorbed.length > 0 && (
        <li>
          The same trouble had been told as{' '}
          {incident.absorbed.map((id, index) => (
            <>
              {index > 0 && ', '}
              <IncidentLink key={id} id={id} />
            </>
          ))}
          .
        </li>
      )}
      {isActive(incident) && <li>{ownerWords(incident, zone)}</li>}
      {incident.reopened_at !== undefined && incident.reopened_at.length > 0 && (
        <li>It was over and began again {incident.reopened_at.map((at) => momentIn(at, zone)).join(', ')}.</li>
      )}
      {silences.map((silence) => (
        <li key={silence.id}>
          Its mails are held back{' '}
          {silence.until === null ? 'until it is over' : `until ${momentIn(silence.until, zone)}`}, by {silence.author}
          {silence.reason !== '' && `: ${silence.reason}`}. <EndSilence silence={silence} onDone={onDone} />
        </li>
      ))}
      <Said word="Closed" by={incident.closed_by} zone={zone} />
      <Said word="Taken for the new normal" by={incident.accepted} zone={zone} />
      {incident.label !== undefined && (
        <Said word={`Called ${LABEL_WORDS[incident.label.value]}`} by={incident.label} zone={zone} />
      )}
    </ul>
  )
}

function isActive({ state }: IncidentAnswer): boolean {
  return state === 'open' || state === 'recovering'
}

function ownerWords({ acknowledged }: IncidentAnswer, zone: Zone): string {
  return acknowledged === null
    ? 'Nobody has it yet.'
    : `${acknowledged.by} has it, since ${momentIn(acknowledged.at, zone)}.`
}

interface SaidProps {
  readonly word: string
  readonly by: { readonly by: string; readonly at: string; readonly note: string } | undefined
  readonly zone: Zone
}

function Said({ word, by, zone }: SaidProps): ComponentChildren {
  if (by === undefined) return null
  return (
    <li>
      {word} by {by.by}, {momentIn(by.at, zone)}
      {by.note === '' ? '.' : `: ${by.note}`}
    </li>
  )
}

function IncidentLink({ id }: { readonly id: number }) {
  return <a {...linkTo({ page: 'incident', id })}>incident {id}</a>
}

/** `Sat 1 Feb, 14:00 UTC` */
function momentIn(time: string, zone: Zone): string {
  const at = Date.parse(time)
  return `${moment(at, zone)} ${zoneName(zone, at)}`
}
