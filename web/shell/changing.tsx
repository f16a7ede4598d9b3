import { useEffect, useRef, useState } from 'preact/hooks'

const STANDS_OUT_MS = 2000

/** A number that is set in 500 for two seconds after it changed. */
export function Changing({ text }: { readonly text: string }) {
  const last = useRef(text)
  const [changed, setChanged] = useState(false)
  useEffect(() => {
    if (last.current === text) return
    last.current = text
    setChanged(true)
    const timer = window.setTimeout(() => setChanged(false), STANDS_OUT_MS)
    return () => window.clearTimeout(timer)
  }, [text])
  return <span class={changed ? 'changed' : ''}>{text}</span>
}
