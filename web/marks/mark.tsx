import type { ChannelState } from '../../server/api/types.ts'

/** How a state looks apart from its shape: two are wrong, the others are ink. */
export function isWrong(state: ChannelState): boolean {
  return ['low', 'high', 'silent', 'invalid', 'discarded'].includes(state)
}

/** The state's shape, drawn (never a glyph of some font): 11 px beside text, 19 px before a sentence. */
export function Mark({ state, size = 11 }: { readonly state: ChannelState; readonly size?: 11 | 19 }) {
  return (
    <svg
      class={`mark ${isWrong(state) ? 'mark-wrong' : ''}`}
      width={size}
      height={size}
      viewBox="0 0 11 11"
      aria-hidden="true"
    >
      <Shape state={state} />
    </svg>
  )
}

function Shape({ state }: { readonly state: ChannelState }) {
  switch (state) {
    case 'well':
      return <circle cx="5.5" cy="5.5" r="4.2" fill="none" stroke="currentColor" stroke-width="1.5" />
    case 'low':
    case 'silent':
      return <path d="M.4 1.2h10.2L5.5 10.4z" fill="currentColor" />
    case 'high':
      return <path d="M.4 9.8h10.2L5.5.6z" fill="currentColor" />
    case 'invalid':
    case 'discarded':
      return <path d="M1.3 1.3l8.4 8.4M9.7 1.3 1.3 9.7" fill="none" stroke="currentColor" stroke-width="2.1" />
    case 'recovering':
      return <path d="M5.5 1.6 10 9.6H1z" fill="none" stroke="currentColor" stroke-width="1.4" />
    case 'unknown':
      return <path d="M.6 9.4 4 3M4 9.8 7.6 2.6M7.2 9.4 10.6 3" fill="none" stroke="currentColor" stroke-width="1.2" />
    case 'learning':
      return (
        <circle
          cx="5.5"
          cy="5.5"
          r="4.2"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-dasharray="1.5 1.8"
        />
      )
  }
}
