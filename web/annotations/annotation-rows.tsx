import { useState } from 'preact/hooks'
import type { AnnotationAnswer } from '../../server/api/types.ts'
import { act } from '../api/act.ts'
import { Ask } from '../shell/ask.tsx'
import { lastPerson, PersonField, rememberPerson } from '../shell/person.tsx'
import { channelView } from '../view/channel-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { ANNOTATION_WORDS } from '../words/annotation.ts'
import { DAY_MS, fullMoment, HOUR_MS, moment, zoneName } from '../words/time.ts'

interface AnnotationRowsProps {
  readonly annotations: readonly AnnotationAnswer[]
  readonly onDone: () => void
}

export function AnnotationRows({ annotations, onDone }: AnnotationRowsProps) {
  const zone = useZone()
  const [removed, setRemoved] = useState<AnnotationAnswer | null>(null)
  return (
    <>
      <ol class="annotation-rows">
        {annotations.map((annotation) => (
          <li key={annotation.id ?? `${annotation.from} ${annotation.text}`}>
            <time class="second" dateTime={annotation.from}>
              {whenWords(annotation, zone)}
            </time>
            <span class="annotation-text">
              <b>{ANNOTATION_WORDS[annotation.kind]}</b>{' '}
              {annotation.link === undefined ? (
                annotation.text
              ) : (
                <a href={annotation.link} rel="noreferrer">
                  {annotation.text}
                </a>
              )}
              <span class="annotation-foot third">
                <Where annotation={annotation} />
                {annotation.build_id !== undefined && ` · build ${annotation.build_id}`} ·{' '}
                {annotation.source === 'calendar' ? 'calendar file' : annotation.author}
                {annotation.changed_at !== null && ', changed since'}
              </span>
            </span>
            {annotation.id !== null && (
              <button
                type="button"
                class="in-text"
                aria-label={`Remove “${annotation.text}”`}
                onClick={() => setRemoved(annotation)}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ol>
      {removed !== null && <RemoveAsk annotation={removed} onDone={onDone} onClose={() => setRemoved(null)} />}
    </>
  )
}

/** Leads to the chart of the time around it. */
function Where({ annotation }: { readonly annotation: AnnotationAnswer }) {
  const from = Date.parse(annotation.from)
  const to = annotation.to === null ? from : Date.parse(annotation.to)
  const range = {
    kind: 'fixed' as const,
    from: Math.floor((from - DAY_MS) / HOUR_MS) * HOUR_MS,
    to: Math.ceil((to + DAY_MS) / HOUR_MS) * HOUR_MS,
  }
  const { channels } = annotation
  if (channels.length === 0) return <a {...linkTo(channelView('', { range }))}>all channels</a>
  return (
    <>
      {channels.map((channel, index) => (
        <>
          {index > 0 && ', '}
          <a key={channel} {...linkTo(channelView(channel, { range }))}>
            {channel}
          </a>
        </>
      ))}
    </>
  )
}

function whenWords({ from, to }: AnnotationAnswer, zone: Zone): string {
  const start = Date.parse(from)
  const until = to === null ? '' : ` – ${moment(Date.parse(to), zone)}`
  return `${fullMoment(start, zone)}${until} ${zoneName(zone, start)}`
}

interface RemoveAskProps {
  readonly annotation: AnnotationAnswer
  readonly onDone: () => void
  readonly onClose: () => void
}

function RemoveAsk({ annotation, onDone, onClose }: RemoveAskProps) {
  const [person, setPerson] = useState(lastPerson)
  return (
    <Ask
      title="Remove the annotation"
      words={`“${annotation.text}” stands on no chart and in no mail any more.`}
      verb="Remove it"
      act={() => act('DELETE', `/api/v1/annotations/${annotation.id}?author=${encodeURIComponent(person.trim())}`)}
      onDone={() => {
        rememberPerson(person.trim())
        onDone()
      }}
      onClose={onClose}
    >
      <PersonField name={person} onName={setPerson} />
    </Ask>
  )
}
