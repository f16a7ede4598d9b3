import { Mark } from '../marks/mark.tsx'

/** An upgrade leaves open tabs with the names of files that are gone; the address bar holds the view, so nothing is lost. */
export function Missing() {
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
