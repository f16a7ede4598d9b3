import { useRef } from 'preact/hooks'
import { linePath, ringPath, uprightsPath } from '../charts/path.ts'
import { useScrub } from '../charts/use-scrub.ts'
import { useWidth } from '../charts/use-width.ts'
import { isKnown, type Value } from '../charts/water.ts'
import { share } from '../words/number.ts'
import { type AdoptionShapes, failedBy, HEADROOM } from './adoption-shapes.ts'
import { ageReadout, ageWord } from './age-readout.ts'
import type { BuildAnswer } from './build-verdict.ts'
import '../charts/charts.css'
import '../charts/drawing.css'

const HEIGHT = 190
const INVALID_HEIGHT = 46
/** Beyond this share of the width a label stands at the left of its line's end. */
const LABEL_LEFT_FROM = 0.62
/** And beyond this share of the height under it. */
const LABEL_BELOW_FROM = 0.74

interface AdoptionChartProps {
  readonly shapes: AdoptionShapes
  readonly build: BuildAnswer
  /** Hours of age that are pointed at, in this chart or in one beside it; null: none. */
  readonly pointed: number | null
  readonly onPoint: (age: number | null) => void
  /** One sentence that tells what the picture tells. */
  readonly summary: string
}

/** A build's share of its channel by age, in the water of earlier ones, and its invalid rate under it. */
export function AdoptionChart({ shapes, build, pointed, onPoint, summary }: AdoptionChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const { horizon, ages, most, mostInvalid, end } = shapes
  const said = ageReadout(shapes, pointed ?? end ?? 0)
  const scrub = useScrub({
    toTime: (pixel) => (pixel / Math.max(1, width)) * horizon,
    indexAt: (age) => Math.max(0, Math.min(horizon, Math.round(age))),
    count: horizon + 1,
    index: pointed ?? end ?? 0,
    onPoint,
  })
  const toY = (value: number): number => HEIGHT - (value / most) * HEIGHT
  const toInvalidY = (value: number): number => INVALID_HEIGHT - 1 - (value / mostInvalid) * (INVALID_HEIGHT - 2)
  const line = (values: readonly Value[], y = toY) => linePath(ages, values, y)
  const lines = uprightsPath(
    shapes.ticks.map(({ age }) => age),
    0,
    HEIGHT,
  )
  const own = failedBy(build)
  const failed = shapes.earlier.filter((other) => own !== null && other.failed === own)
  return (
    <figure class="adoption">
      <p class="readout">
        <span class="readout-time">{said.age}</span>
        {said.items.map(({ name, value, look }) => (
          <span key={name} class="readout-item">
            {name} <b class={`readout-${look}`}>{value}</b>
          </span>
        ))}
      </p>
      <p class="adoption-axis-title">Share of the channel, up to {share(most / HEADROOM)}</p>
      <div ref={box} class="adoption-box">
        <svg
          class="drawing adoption-share"
          viewBox={`0 0 ${horizon} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summary}
        >
          <path class="grid" d={lines} />
          <path class="water" d={ringPath(shapes.water, toY)} />
          <path class="dry" d={ringPath(shapes.dry, toY)} />
          <path class="shore" d={line(shapes.low) + line(shapes.high)} />
          {shapes.earlier.map((other) => (
            <path
              key={other.buildId}
              class={other.failed === 'share' ? 'earlier is-wrong' : 'earlier'}
              d={line(other.share)}
            />
          ))}
          <path class="seen heavy" d={line(shapes.seen)} />
          {shapes.newer !== null && shapes.newer.age <= horizon && (
            <>
              <path class="dot" d={`M${shapes.newer.age} ${toY(shapes.newer.share)}h0`} />
              <path class="dot hollow" d={`M${shapes.newer.age} ${toY(shapes.newer.share)}h0`} />
            </>
          )}
          <EndDot age={end} value={end === null ? null : shapes.seen[end]} toY={toY} />
          <path class="base strong" d={`M0 ${HEIGHT - 0.5}H${horizon}`} />
        </svg>
        <EndLabel shapes={shapes} build={build} />
        <p class="adoption-water">
          {shapes.water.length > 0
            ? `water: nine of ten of ${shapes.compared} earlier builds`
            : shapes.compared === null
              ? '\u00a0'
              : 'too few earlier builds to compare with'}
        </p>
        {failed.length > 0 && (
          <p class="adoption-same">
            {failed.length === 1
              ? `${failed[0]?.buildId} went the same way`
              : `${failed.length} before it went the same way`}
          </p>
        )}
        <p class="adoption-axis-title">Invalid, 0 – {share(mostInvalid)}</p>
        <svg
          class="drawing adoption-invalid"
          viewBox={`0 0 ${horizon} ${INVALID_HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path
            class="grid"
            d={uprightsPath(
              shapes.ticks.map(({ age }) => age),
              0,
              INVALID_HEIGHT,
            )}
          />
          {shapes.earlier.map((other) => (
            <path
              key={other.buildId}
              class={other.failed === 'invalid' ? 'earlier is-wrong' : 'earlier'}
              d={line(other.invalid, toInvalidY)}
            />
          ))}
          <path class="seen heavy" d={line(shapes.invalid, toInvalidY)} />
          <path class="base strong" d={`M0 ${INVALID_HEIGHT - 0.5}H${horizon}`} />
        </svg>
        <p class="adoption-ticks" aria-hidden="true">
          {shapes.ticks.map(({ age, label }) => (
            <span key={age} class={age === horizon ? 'is-last' : ''} style={{ left: `${(age / horizon) * 100}%` }}>
              {label}
            </span>
          ))}
        </p>
        <div
          class="scrub adoption-scrub"
          role="slider"
          tabIndex={0}
          aria-label="Read-out by age: move with the arrow keys"
          aria-valuemin={0}
          aria-valuemax={horizon}
          aria-valuenow={Math.min(horizon, pointed ?? end ?? 0)}
          aria-valuetext={`${said.age}: ${said.items.map(({ name, value }) => `${name} ${value}`).join(', ')}`}
          {...scrub.handlers}
        />
        {pointed !== null && pointed <= horizon && (
          <div class="cursor adoption-cursor" style={{ left: `${(pointed / horizon) * 100}%` }} />
        )}
      </div>
      <figcaption class="visually-hidden">{summary}</figcaption>
    </figure>
  )
}

interface EndDotProps {
  readonly age: number | null
  readonly value: Value | undefined
  readonly toY: (value: number) => number
}

function EndDot({ age, value, toY }: EndDotProps) {
  return age === null || !isKnown(value) ? null : <path class="dot" d={`M${age} ${toY(value)}h0`} />
}

function EndLabel({ shapes, build }: Pick<AdoptionChartProps, 'shapes' | 'build'>) {
  const { end, horizon, most } = shapes
  const value = end === null ? null : shapes.seen[end]
  if (end === null || !isKnown(value)) return null
  const x = end / horizon
  const isLeft = x > LABEL_LEFT_FROM
  // Words stand above a line's end, but at the top there are others.
  const isBelow = value / most > LABEL_BELOW_FROM
  const side = isLeft ? { right: `calc(${(1 - x) * 100}% + 8px)` } : { left: `calc(${x * 100}% + 8px)` }
  return (
    <span
      class={isBelow ? 'adoption-end is-below' : 'adoption-end'}
      style={{ ...side, top: `${HEIGHT - (value / most) * HEIGHT}px` }}
    >
      {build.build_id} <span class="visually-hidden">at {ageWord(end)}</span>
    </span>
  )
}
