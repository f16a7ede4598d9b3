import { useState } from 'preact/hooks'
import type { SilenceAnswer } from '../../server/api/types.ts'
import { act } from '../api/act.ts'
import { Ask } from '../shell/ask.tsx'
import { lastPerson, PersonField, rememberPerson } from '../shell/person.tsx'

export function EndSilence({ silence, onDone }: { readonly silence: SilenceAnswer; readonly onDone: () => void }) {
  const [asks, setAsks] = useState(false)
  const [person, setPerson] = useState(lastPerson)
  return (
    <>
      <button type="button" class="in-text" onClick={() => setAsks(true)}>
        End the silence
      </button>
      {asks && (
        <Ask
          title="End the silence"
          words="Mails that were held back come as one, where what they tell of still goes on."
          verb="End it"
          act={() => act('POST', `/api/v1/silences/${silence.id}/end`, { by: person.trim() })}
          onDone={() => {
            rememberPerson(person.trim())
            onDone()
          }}
          onClose={() => setAsks(false)}
        >
          <PersonField name={person} onName={setPerson} />
        </Ask>
      )}
    </>
  )
}
