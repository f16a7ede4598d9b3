import { useState } from 'preact/hooks'
import type { IncidentAnswer } from '../../server/api/types.ts'
import { type Acted, act } from '../api/act.ts'
import { Ask } from '../shell/ask.tsx'
import { lastPerson, PersonField, rememberPerson } from '../shell/person.tsx'
import { FILTER_LABELS, type FilterLabel } from '../view/incidents-view.ts'
import { LABEL_WORDS } from '../words/incident.ts'
import { type ActionName, SILENCE_LENGTHS, type SilenceLength, silenceUntil } from './actions.ts'

interface ActionAskProps {
  readonly name: ActionName
  readonly incident: IncidentAnswer
  readonly now: number
  readonly onDone: () => void
  readonly onClose: () => void
}

interface Wording {
  readonly title: string
  /** What will happen, to whom. */
  readonly words: string
  readonly verb: string
}

const WORDINGS: Readonly<Record<ActionName, Wording>> = {
  acknowledge: {
    title: 'Acknowledge',
    words: 'No more reminders. Everybody who was told hears once that you have it; its end is told as ever.',
    verb: 'I have it',
  },
  silence: {
    title: 'Silence',
    words:
      'Nothing more is mailed about it meanwhile; here it goes on as it does. Who was told of it hears of its end.',
    verb: 'Silence it',
  },
  resolve: {
    title: 'Close',
    words: 'It ends now. Where a later hour still shows it, it begins again.',
    verb: 'Close it',
  },
  label: {
    title: 'Say what it was',
    words: 'It helps to find out how often Tidewatch is right, and changes nothing by itself.',
    verb: 'Say so',
  },
  accept_level: {
    title: 'This is the new normal',
    words: 'What comes now is meant. Once two days of it are counted, it is what is expected.',
    verb: 'Accept it',
  },
  take_back_level: {
    title: 'Not the new normal',
    words: 'What was expected before is expected again.',
    verb: 'Take it back',
  },
}

const LABELS = FILTER_LABELS.filter((label) => label !== 'unlabelled')

/** Asks what the action needs to know, and does it. */
export function ActionAsk({ name, incident, now, onDone, onClose }: ActionAskProps) {
  const [person, setPerson] = useState(lastPerson)
  const [note, setNote] = useState('')
  const [label, setLabel] = useState<FilterLabel>('real')
  const [length, setLength] = useState<SilenceLength>('over')
  const perform = (): Promise<Acted<unknown>> => {
    const by = person.trim()
    if (name === 'silence') {
      const until = silenceUntil(length, now)
      return act('POST', '/api/v1/silences', { matcher: { incident: incident.id }, until, reason: note, author: by })
    }
    const labelled = name === 'label' ? { label } : {}
    return act('POST', `/api/v1/incidents/${incident.id}/actions`, { kind: name, by, note, ...labelled })
  }
  return (
    <Ask
      {...WORDINGS[name]}
      title={`${WORDINGS[name].title}: incident ${incident.id}`}
      act={perform}
      onDone={() => {
        rememberPerson(person.trim())
        onDone()
      }}
      onClose={onClose}
    >
      {name === 'label' && (
        <OneOf
          name="It was"
          options={LABELS.map((value) => ({ value, word: LABEL_WORDS[value] }))}
          chosen={label}
          onChoose={setLabel}
        />
      )}
      {name === 'silence' && <OneOf name="For" options={SILENCE_LENGTHS} chosen={length} onChoose={setLength} />}
      <PersonField name={person} onName={setPerson} />
      <label class="field">
        <span>A word to the others, if there is one</span>
        <input type="text" maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
    </Ask>
  )
}

interface OneOfProps<T extends string> {
  readonly name: string
  readonly options: readonly { readonly value: T; readonly word: string }[]
  readonly chosen: T
  readonly onChoose: (value: T) => void
}

function OneOf<T extends string>({ name, options, chosen, onChoose }: OneOfProps<T>) {
  return (
    <fieldset class="fields">
      <legend>{name}</legend>
      {options.map(({ value, word }) => (
        <label key={value}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} /> {word}
        </label>
      ))}
    </fieldset>
  )
}
