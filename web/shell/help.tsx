import { useEffect, useRef, useState } from 'preact/hooks'
import type { ChannelState } from '../../server/api/types.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { STATE_WORDS } from '../words/incident.ts'
import { keysAreOn, turnKeys } from './keys.ts'
import './help.css'

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search: channel, build, incident, document id, debug tag'],
  ['g o', 'overview'],
  ['g c', 'channels'],
  ['g b', 'builds'],
  ['g i', 'incidents'],
  ['g v', 'invalid submissions'],
  ['g m', 'mail'],
  ['g n', 'annotations'],
  ['g p', 'pipeline'],
  ['j k', 'next and previous: channel, or incident of the list'],
  ['Enter', 'open the incident of the list'],
  ['a', 'acknowledge the incident (asks first)'],
  ['n', 'mark something on the channel’s charts'],
  ['e', 'export the chart'],
  ['[ ]', 'earlier, later'],
  ['+ −', 'zoom in, out'],
  ['Esc', 'out of a zoom'],
  ['w', 'last week as a thin line'],
  ['l', 'logarithmic scale'],
  ['t', 'table instead of the chart'],
  ['z', 'UTC or local time'],
  ['← →', 'move the read-out, when the chart has the focus'],
]

const MARKS: readonly (readonly [ChannelState, string])[] = [
  ['well', 'within what is expected'],
  ['low', 'below it; size and start follow'],
  ['high', 'above it'],
  ['silent', 'nothing comes though somebody listens'],
  ['invalid', 'it comes, and cannot be read; it waits in quarantine'],
  ['discarded', 'it comes, is over the size limit, and is not kept'],
  ['recovering', 'recovery has begun, not lasted'],
  ['unknown', 'nobody counted; never zero'],
  ['learning', 'too little history to say'],
]

/** What is drawn and not written; numbers and words of a chart tell of themselves. */
const DRAWN: readonly (readonly [string, string])[] = [
  ['water', 'what is expected: 99 of 100 normal hours lie within it; dotted, what is foretold'],
  ['red ground', 'between line and water: what is missing, or too much'],
  ['dot at “now”', 'the running hour so far; not compared with whole ones'],
  ['ring on the line', 'counts came late for this hour: it was judged anew'],
  ['upright hatch', 'nobody counted: unknown, never zero; from the top down, for a part of the hour'],
  ['slant hatch', 'mails were held back: a silence, or maintenance'],
  ['bracket', 'an incident, for as long as it lasted'],
  ['pennant', 'what somebody marked; +3 are that many at once'],
  ['diamond', 'settings were changed'],
  ['tick, bar', 'a build first seen, or many of them; red where an incident blames it'],
]

export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [keysOn, setKeysOn] = useState(keysAreOn)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="help" onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title" class="section-head">
        Keys
      </h2>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        <label>
          <input
            type="checkbox"
            checked={keysOn}
            onChange={(event) => {
              turnKeys(event.currentTarget.checked)
              setKeysOn(event.currentTarget.checked)
            }}
          />{' '}
          Single keys do something
        </label>
      </p>
      <p class="second">
        Drag in a chart to zoom, with shift to move along; a double click leads out again. Two fingers do both. A click
        on an hour, of any chart, says why you were, or weren’t, told.
      </p>
      <h2 class="section-head">Marks</h2>
      <dl class="keys">
        {MARKS.map(([state, what]) => (
          <div key={state}>
            <dt class={isWrong(state) ? 'wrong' : ''}>
              <Mark state={state} /> {STATE_WORDS[state]}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2 class="section-head">On charts</h2>
      <dl class="keys">
        {DRAWN.map(([sign, what]) => (
          <div key={sign}>
            <dt>{sign}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button main">
          Close
        </button>
      </form>
    </dialog>
  )
}
