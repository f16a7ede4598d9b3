import { useState } from 'preact/hooks'
import type { WhyAnswer } from '../../server/api/types.ts'
import { ReachedGlyph } from './reached-glyph.tsx'

type Detector = WhyAnswer['detectors'][number]

/** What is further away than this is one of many where nothing is wrong. */
const NEAR = 0.3
const LEAST_SHOWN = 5
/** What people ask for who wonder whether anybody looked at all. */
const ALWAYS: ReadonlySet<string> = new Set(['gap', 'fast_look', 'stalled'])

/** Each detector at the window that is nearest to telling: what there was, against what is told. */
export function DetectorsTable({ detectors }: { readonly detectors: readonly Detector[] }) {
  const [isWhole, setWhole] = useState(false)
  const near = detectors.filter(
    ({ detector, nearest }, index) => nearest.reached >= NEAR || index < LEAST_SHOWN || ALWAYS.has(detector),
  )
  const shown = isWhole ? detectors : near
  return (
    <section class="why-detectors">
      <h2 class="section-head">What the detectors measured</h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">detector</th>
            <th scope="col">over</th>
            <th scope="col">
              reached <span class="third">(the stroke: told)</span>
            </th>
            <th scope="col">measured; asked</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((own) => (
            <DetectorRow key={`${own.detector} ${own.channel} ${JSON.stringify(own.series)}`} own={own} />
          ))}
        </tbody>
      </table>
      {near.length < detectors.length && (
        <button type="button" class="why-all label" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Only the nearest' : `${detectors.length - near.length} more, all far from telling`}
        </button>
      )}
    </section>
  )
}

function DetectorRow({ own }: { readonly own: Detector }) {
  const { title, nearest, windows } = own
  const { window_hours, reached, met, passed_over, conditions } = nearest
  return (
    <tr class={met && passed_over === null ? 'is-met' : ''}>
      <th scope="row">{title}</th>
      <td class="why-window">
        {lengthText(window_hours)}
        {windows.length > 1 && <span class="third"> of {windows.length} lengths</span>}
      </td>
      <td>
        <ReachedGlyph reached={reached} meets={!met ? null : passed_over === null ? 'told' : 'enough'} />
      </td>
      <td>
        <ul class="why-conditions">
          {conditions.map(({ condition, met: isMet, text }) => (
            <li key={`${condition} ${text}`} class={isMet ? 'second' : ''}>
              {text}
              {isMet ? '' : <span class="visually-hidden">, not met</span>}
            </li>
          ))}
          {passed_over !== null && <li>{PASSED_OVER[passed_over]}</li>}
        </ul>
      </td>
    </tr>
  )
}

/** `6 h`, `20 min` */
function lengthText(hours: number): string {
  return hours < 1 ? `${Math.round(60 * hours)}\u00a0min` : `${hours}\u00a0h`
}

const PASSED_OVER = {
  over: 'It was over by then.',
  all_channels: 'All channels are told of instead.',
  quicker: 'What shows quicker is told instead.',
} as const
