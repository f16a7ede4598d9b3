import { useEffect, useRef } from 'preact/hooks'
import { remember, remembered } from './memory.ts'

/** What keys do: a character as KeyboardEvent.key names it, or two after one another such as `g o`. */
export type Keys = Readonly<Record<string, () => void>>

const KEY = 'keys'
const SEQUENCE_MS = 1200

/** Single-key shortcuts can be turned off: speech input types letters that nobody meant (WCAG 2.1.4). */
export function keysAreOn(): boolean {
  return remembered(KEY) !== 'off'
}

export function turnKeys(on: boolean): void {
  remember(KEY, on ? 'on' : 'off')
}

/** Binds `keys` while the component lives. Never inside inputs, never with a modifier held. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    let first = ''
    let firstAt = 0
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key !== 'Escape' && !keysAreOn()) return
      // What is behind a question or the sheet of keys isn't meant by anything that is pressed in it.
      if (document.querySelector('dialog[open]') !== null) return
      // When it was pressed: a page that is busy hears of it later.
      const now = event.timeStamp
      const sequence = now - firstAt < SEQUENCE_MS ? `${first} ${event.key}` : event.key
      const action = current.current[sequence] ?? current.current[event.key]
      first = event.key
      firstAt = now
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName)
}
