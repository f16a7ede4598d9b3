import { countRange } from '../words/number.ts'
import type { BuildAnswer } from './build-verdict.ts'
import '../charts/drawing.css'

/** Of expected: the scale of all glyphs, so that the column can be read down like a level. */
const SCALE = 1.6
const WIDTH = 160
const HEIGHT = 18

/** Where a build stands against nine of ten earlier ones: the water is theirs, the stroke its own. */
export function ExpectedGlyph({
  build: { expected },
  isWrong,
}: {
  readonly build: BuildAnswer
  readonly isWrong: boolean
}) {
  if (expected === null || expected.middle <= 0) return <span class="visually-hidden">nothing to compare with</span>
  const at = (submissions: number): number => Math.min(1, submissions / expected.middle / SCALE) * WIDTH
  const [low, middle, high, seen] = [at(expected.low), at(expected.middle), at(expected.high), at(expected.seen)]
  return (
    <svg
      class="drawing glyph"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${countRange(expected.low, expected.high)} expected in its first ${expected.hours} h`}
    >
      <path class="grid" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      <path class="water" d={`M${low} 3H${high}V15H${low}Z`} />
      <path class="shore" d={`M${low} 3V15M${high} 3V15M${middle} 12V15`} />
      <path class={isWrong ? 'glyph-own is-wrong' : 'glyph-own'} d={`M${seen} 1V16`} />
    </svg>
  )
}
