import { share } from '../words/number.ts'
import '../charts/drawing.css'

/** Of what is needed: the scale of all glyphs, so that the column can be read down. */
const SCALE = 1.6
const WIDTH = 160
const HEIGHT = 18
const WORDS = { told: 'told', enough: 'enough to be told' } as const

interface ReachedGlyphProps {
  readonly reached: number
  /** Enough may be there, and what was told is another detector's. */
  readonly meets: 'told' | 'enough' | null
}

/** How far towards telling: an ink bar on a track, and the stroke where it would be told. */
export function ReachedGlyph({ reached, meets }: ReachedGlyphProps) {
  const told = WIDTH / SCALE
  const width = Math.min(1, reached / SCALE) * WIDTH
  return (
    <svg
      class="drawing why-reached"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={meets === null ? `${share(reached)} of what is told` : WORDS[meets]}
    >
      <path class="why-track" d={`M0 9H${WIDTH}`} />
      <path class="why-bar" d={`M0 9H${width.toFixed(1)}`} />
      <path class="why-told" d={`M${told} 1V17`} />
    </svg>
  )
}
