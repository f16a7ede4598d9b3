/** The mark of the house: a ship's load line, in a box of 25 × 20. */
export function LoadLine() {
  return (
    <svg class="load-line" width="25" height="20" viewBox="0 0 25 20" aria-hidden="true">
      <circle cx="12.5" cy="10" r="7.2" fill="none" stroke="currentColor" stroke-width="1.7" />
      <path d="M0 10h25" stroke="currentColor" stroke-width="1.7" />
    </svg>
  )
}
