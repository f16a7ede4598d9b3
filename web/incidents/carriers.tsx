import type { ContributionAnswer, IncidentAnswer } from '../../server/api/types.ts'
import { count, ofExpected, rate, share, UNKNOWN } from '../words/number.ts'

const DIMENSION_WORDS: Readonly<Record<string, string>> = {
  app_version: 'version',
  app_name: 'app',
  build: 'build',
  reason: 'reason',
  problem: 'problem',
  channel: 'channel',
  attribute: 'attribute',
}

interface Heads {
  readonly heads: readonly [string, string, string, string]
  /** The third column is a share of the first, rather than how much of it came. */
  readonly isRate: boolean
}

const VOLUME_HEADS: Heads = { heads: ['expected', 'seen', 'of expected', 'missing'], isRate: false }
const HEADS: Readonly<Partial<Record<IncidentAnswer['group'], Heads>>> = {
  surge: { heads: ['expected', 'seen', 'of expected', 'too much'], isRate: false },
  invalid: { heads: ['received', 'invalid', 'invalid rate', 'invalid'], isRate: true },
  novelty: { heads: ['received', 'have it', 'share', 'received'], isRate: true },
  discarded: { heads: ['sent', 'discarded', 'share', 'discarded'], isRate: true },
}

/** Which values of which dimensions carry the deviation, and how much of it. */
export function Carriers({ incident }: { readonly incident: IncidentAnswer }) {
  const { carriers } = incident.explanation
  if (carriers.length === 0) return null
  const { heads, isRate } = HEADS[incident.group] ?? VOLUME_HEADS
  return (
    <section class="incident-carriers">
      <h2 class="section-head">What carries it</h2>
      <table class="table carriers">
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">What</span>
            </th>
            <th class="figure carriers-wide" scope="col">
              {heads[0]}
            </th>
            <th class="figure carriers-wide" scope="col">
              {heads[1]}
            </th>
            <th class="figure" scope="col">
              {heads[2]}
            </th>
            <th class="figure" scope="col">
              share of what is {heads[3]}
            </th>
          </tr>
        </thead>
        <tbody>
          {carriers.map((carrier) => (
            <tr key={`${carrier.dimension} ${carrier.value}`}>
              <th scope="row">
                <span class="third">{DIMENSION_WORDS[carrier.dimension] ?? carrier.dimension}</span> {carrier.value}
              </th>
              <td class="figure carriers-wide">{count(carrier.expected)}</td>
              <td class="figure carriers-wide">{count(carrier.seen)}</td>
              <td class={`figure ${carrier.share >= 0.1 ? 'wrong' : ''}`}>{ratioWord(carrier, isRate)}</td>
              <td class="carriers-share">
                <ShareBar ratio={carrier.share} />
                <span class="figure">{share(carrier.share)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ratioWord(carrier: ContributionAnswer, isRate: boolean): string {
  if (carrier.expected <= 0) return UNKNOWN
  return isRate ? rate(carrier.seen / carrier.expected) : ofExpected(carrier.seen / carrier.expected)
}

/** 5 px of ink on a track: a bar is never red, the number that proves it is. */
function ShareBar({ ratio }: { readonly ratio: number }) {
  const width = Math.min(1, Math.max(0, ratio)) * 100
  return (
    <svg class="share-bar" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="2" width="100" height="1" />
      <rect class="ink" x="0" y="0" width={Math.max(0.6, width)} height="5" />
    </svg>
  )
}
