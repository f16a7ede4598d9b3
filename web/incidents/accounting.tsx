import type { IncidentDetailAnswer } from '../../server/api/types.ts'
import { count } from '../words/number.ts'
import { age } from '../words/time.ts'

type AccountingAnswer = NonNullable<IncidentDetailAnswer['accounting']>

/**
 * Names and values; what can't be zero for long stands first. The head of the page has what is invalid beyond the usual: here it is all of it, and
 * is called so.
 */
export function accountingRows(accounting: AccountingAnswer): readonly (readonly [string, string])[] {
  return [
    ['Received meanwhile', count(accounting.received)] as const,
    ['Expected, and never came', count(accounting.missing)] as const,
    ['Invalid, the usual ones among them', count(accounting.invalid)] as const,
    ['Waiting in quarantine, nothing of it lost', count(accounting.waiting)] as const,
    ['Set aside where these counts came from', count(accounting.quarantined_elsewhere)] as const,
    ['Converted since from quarantine', count(accounting.recovered)] as const,
    ['Discarded for their size', count(accounting.discarded)] as const,
  ].filter(([name, value]) => name === 'Received meanwhile' || value !== '0')
}

/** What it cost, by what became of every submission of its channels meanwhile. */
export function Accounting({ accounting }: { readonly accounting: AccountingAnswer }) {
  const rows = accountingRows(accounting)
  const { told_after_seconds: toldAfter } = accounting
  return (
    <section>
      <h2 class="section-head">What it cost</h2>
      <table class="table">
        <caption class="visually-hidden">Submissions of its channels, from its start to its end or to now</caption>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="figure">{value}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">From its start until the first mail was sent</th>
            <td class="figure">{toldAfter === null ? 'none was' : age(toldAfter * 1000)}</td>
          </tr>
        </tbody>
      </table>
    </section>
  )
}
