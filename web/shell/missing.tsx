import { useEffect, useRef } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { Mark } from '../marks/mark.tsx'

/**
 * An upgrade leaves open tabs with the names of files that are gone; the address bar holds the view, so nothing is lost. Where it was the
 * server that had gone, the page comes by itself as soon as it is back.
 */
export function Missing() {
  const { connection } = useLive()
  const wasLost = useRef(false)
  useEffect(() => {
    if (connection === 'lost') wasLost.current = true
    else if (connection === 'open' && wasLost.current) window.location.reload()
  }, [connection])
  return (
    <p class="notice trouble" role="alert">
      <Mark state="unknown" />
      <span>This page could not be fetched: the server doesn’t answer, or was upgraded since this tab was opened.</span>
      <button type="button" onClick={() => window.location.reload()}>
        Load it anew
      </button>
    </p>
  )
}
