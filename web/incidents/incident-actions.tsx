import { useState } from 'preact/hooks'
import type { IncidentAnswer, SilenceAnswer } from '../../server/api/types.ts'
import { useKeys } from '../shell/keys.ts'
import { ActionAsk } from './action-ask.tsx'
import { type ActionName, possibleActions } from './actions.ts'
import './incident-standing.css'

interface IncidentActionsProps {
  readonly incident: IncidentAnswer
  readonly silences: readonly SilenceAnswer[]
  readonly now: number
  readonly onDone: () => void
}

const BUTTONS: Readonly<Record<ActionName, string>> = {
  acknowledge: 'Acknowledge',
  silence: 'Silence',
  resolve: 'Close',
  label: 'Say what it was',
  accept_level: 'This is the new normal',
  take_back_level: 'Not the new normal',
}

/** What a person can do with it. On a phone the first two stand at the bottom edge, under the thumb. */
export function IncidentActions({ incident, silences, now, onDone }: IncidentActionsProps) {
  const [asked, setAsked] = useState<ActionName | null>(null)
  const possible = possibleActions(incident, silences)
  useKeys({ a: () => possible.includes('acknowledge') && setAsked('acknowledge') })
  const main = possible.find((name) => name === 'acknowledge')
  const button = (name: ActionName) => (
    <button
      key={name}
      type="button"
      class={`button ${name === main ? 'main' : ''}`}
      onClick={() => setAsked(name)}
      aria-keyshortcuts={name === 'acknowledge' ? 'a' : undefined}
    >
      {BUTTONS[name]}
    </button>
  )
  const urgent = possible.filter(isUrgent)
  return (
    <section class="incident-actions" aria-label="What you can do">
      {urgent.length > 0 && <div class="incident-actions-urgent">{urgent.map(button)}</div>}
      <div class="incident-actions-other">{possible.filter((name) => !isUrgent(name)).map(button)}</div>
      {asked !== null && (
        <ActionAsk name={asked} incident={incident} now={now} onDone={onDone} onClose={() => setAsked(null)} />
      )}
    </section>
  )
}

function isUrgent(name: ActionName): boolean {
  return name === 'acknowledge' || name === 'silence'
}
