import { linePath } from '../charts/path.ts'
import { highest, type Value } from '../charts/water.ts'
import '../charts/drawing.css'

const HEIGHT = 32
/** The scale never spans less, so that noise at 4 % doesn't look like a crisis. */
const LEAST_SPAN = 0.2

/** The week's invalid rate as a small line on its base; the number above it says what it shows. */
export function InvalidLine({ rates, isWrong }: { readonly rates: readonly Value[]; readonly isWrong: boolean }) {
  const span = Math.max(LEAST_SPAN, highest(rates))
  const x = rates.map((_, index) => index + 0.5)
  return (
    <svg
      class="drawing invalid-line"
      viewBox={`0 0 ${Math.max(1, rates.length)} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="base" d={`M0 ${HEIGHT - 0.5}H${rates.length}`} />
      <path
        class={isWrong ? 'seen' : 'seen thin'}
        d={linePath(x, rates, (rate) => HEIGHT - 2 - (rate / span) * (HEIGHT - 4))}
      />
    </svg>
  )
}
