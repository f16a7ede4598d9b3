import { refusedRange } from '../view/refused-range.ts'

/** Where the address asks for a range that can't be shown: a link that was typed, or cut off in a mail. */
export function RefusedRange() {
  const why = refusedRange(new URLSearchParams(window.location.search))
  if (why === null) return null
  return <p class="second">The range in this page’s address can’t be shown ({why}): these are the last 7 days.</p>
}
