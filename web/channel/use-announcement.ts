import { useEffect, useRef, useState } from 'preact/hooks'

const AT_MOST_EVERY_MS = 60_000

/** `text` for a polite live region: as it changes, but at most once a minute, and not what stood there at first. */
export function useAnnouncement(text: string): string {
  const [said, setSaid] = useState('')
  const newest = useRef(text)
  const first = useRef(text)
  const saidAt = useRef(Number.NEGATIVE_INFINITY)
  newest.current = text
  if (first.current === '') first.current = text
  useEffect(() => {
    if (text === '' || text === first.current) return
    const wait = Math.max(0, saidAt.current + AT_MOST_EVERY_MS - performance.now())
    const timer = window.setTimeout(() => {
      saidAt.current = performance.now()
      setSaid(newest.current)
    }, wait)
    return () => window.clearTimeout(timer)
  }, [text])
  return said
}
