import { useState } from 'preact/hooks'
import type { AnnotationAnswer } from '../../server/api/types.ts'
import { act } from '../api/act.ts'
import { useLive } from '../api/live.ts'
import { serverNow } from '../shell/freshness.ts'
import { lastPerson, PersonField, rememberPerson } from '../shell/person.tsx'
import type { AnnotationsView } from '../view/annotations-view.ts'
import { underBase } from '../view/base-path.ts'
import { useZone } from '../view/navigation.ts'
import { ANNOTATION_WORDS } from '../words/annotation.ts'
import { zoneName } from '../words/time.ts'
import { type AnnotationDraft, DRAFT_KINDS, fieldOf, newAnnotation } from './annotation-draft.ts'
import '../shell/ask.css'

interface AnnotationFormProps {
  readonly view: AnnotationsView
  readonly channels: readonly string[]
  readonly onDone: () => void
}

/** Begins with the channel and time that somebody came from; the time is in the page's zone. */
export function AnnotationForm({ view, channels, onDone }: AnnotationFormProps) {
  const zone = useZone()
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const [typed, setTyped] = useState<Partial<AnnotationDraft>>({})
  const [person, setPerson] = useState(lastPerson)
  const [said, setSaid] = useState<{ readonly isWrong: boolean; readonly text: string } | null>(null)
  const draft: AnnotationDraft = {
    kind: 'release',
    text: '',
    channel: view.channel ?? '',
    from: fieldOf(view.at ?? now, zone),
    to: '',
    link: '',
    ...typed,
  }
  const type = (changes: Partial<AnnotationDraft>): void => setTyped((before) => ({ ...before, ...changes }))
  const submit = async (): Promise<void> => {
    const result = await act<AnnotationAnswer>('POST', '/api/v1/annotations', newAnnotation(draft, zone, person))
    if (result.kind === 'refused') {
      setSaid({ isWrong: true, text: result.message })
      return
    }
    rememberPerson(person.trim())
    setSaid({
      isWrong: false,
      text: `On the charts of ${draft.channel === '' ? 'all channels' : draft.channel} now: ${result.data.text}`,
    })
    setTyped({})
    onDone()
  }
  return (
    <section>
      <h2 class="section-head">
        Annotate <span class="label">a flag on the charts at that time; incidents that begin near it name it, too</span>
      </h2>
      <form
        class="annotation-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <label class="field">
          <span>Kind</span>
          <select
            value={draft.kind}
            onChange={(event) => {
              const { value } = event.currentTarget
              type({ kind: DRAFT_KINDS.find((kind) => kind === value) ?? 'note' })
            }}
          >
            {DRAFT_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {ANNOTATION_WORDS[kind]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>About</span>
          <select value={draft.channel} onChange={(event) => type({ channel: event.currentTarget.value })}>
            <option value="">all channels</option>
            {withChosen(channels, draft.channel).map((channel) => (
              <option key={channel} value={channel}>
                {channel}
              </option>
            ))}
          </select>
        </label>
        <label class="field annotation-form-wide">
          <span>What, in a line</span>
          <input
            type="text"
            required
            maxLength={500}
            value={draft.text}
            onInput={(event) => type({ text: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>From, {zoneName(zone, view.at ?? now)}</span>
          <input
            type="datetime-local"
            required
            value={draft.from}
            onInput={(event) => type({ from: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span>To, if it lasts</span>
          <input
            type="datetime-local"
            min={draft.from}
            value={draft.to}
            onInput={(event) => type({ to: event.currentTarget.value })}
          />
        </label>
        <label class="field annotation-form-wide">
          <span>A page with more of it, if there is one</span>
          <input
            type="url"
            pattern="https?://.*"
            maxLength={2000}
            value={draft.link}
            onInput={(event) => type({ link: event.currentTarget.value })}
          />
        </label>
        <PersonField name={person} onName={setPerson} />
        <p class="annotation-form-wide">
          <button type="submit" class="button main">
            Put it on the charts
          </button>
        </p>
        <p class={`annotation-form-wide ${said?.isWrong === true ? 'wrong' : 'second'}`} role="status">
          {said?.text}
        </p>
        {draft.kind === 'maintenance' && (
          <p class="annotation-form-wide second">
            During a maintenance nothing is mailed about its channels; what is still wrong when it ends is told then.
          </p>
        )}
      </form>
      <p class="label third">
        Release tooling does the same by <code>POST /api/v1/annotations</code>, see{' '}
        <a href={underBase('/api')}>the API’s description</a>.
      </p>
    </section>
  )
}

function withChosen(channels: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || channels.includes(chosen) ? channels : [...channels, chosen]
}
