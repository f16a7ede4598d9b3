import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Acted } from '../api/act.ts'
import './ask.css'

interface AskProps {
  readonly title: string
  /** What it will do, and for whom. */
  readonly words: string
  /** On the button that does it. */
  readonly verb: string
  readonly children?: ComponentChildren
  readonly act: () => Promise<Acted<unknown>>
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Asks before something is done that others will see; what the server refuses is said in place, and nothing typed is lost. */
export function Ask({ title, words, verb, children, act, onDone, onClose }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isActing, setIsActing] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (): Promise<void> => {
    setIsActing(true)
    const result = await act()
    setIsActing(false)
    if (result.kind === 'refused') {
      setRefusal(result.message)
      return
    }
    onDone()
    dialog.current?.close()
  }
  return (
    <dialog ref={dialog} class="ask" onClose={onClose} aria-labelledby="ask-title">
      <h2 id="ask-title" class="section-head">
        {title}
      </h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p class="second">{words}</p>
        {children}
        {refusal !== null && (
          <p class="wrong" role="alert">
            {refusal}
          </p>
        )}
        <p class="ask-buttons">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Not now
          </button>
          <button type="submit" class="button main" disabled={isActing}>
            {verb}
          </button>
        </p>
      </form>
    </dialog>
  )
}
