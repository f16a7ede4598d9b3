import type { ProblemDetailAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Trouble, Waiting } from '../shell/states.tsx'
import { buildsView } from '../view/builds-view.ts'
import type { InvalidView } from '../view/invalid-view.ts'
import { linkTo } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { count, counted, rate } from '../words/number.ts'
import { iso, moment, zoneName } from '../words/time.ts'
import { problemWords } from './problem-words.ts'
import type { InvalidRange } from './use-invalid.ts'

const MOST_VALUES = 12
const MOST_BUILDS = 8

interface ProblemDetailProps {
  readonly view: InvalidView
  readonly problem: string
  readonly range: InvalidRange
  readonly zone: Zone
}

/** One problem: the values that broke, the builds that send them, and submissions to look at. */
export function ProblemDetail({ view, problem, range, zone }: ProblemDetailProps) {
  const query = new URLSearchParams({
    from: iso(range.from),
    to: iso(range.to),
    ...(view.channel === null ? {} : { channel: view.channel }),
  })
  const path = `/api/v1/problems/${encodeURIComponent(problem)}?${query}`
  const answer = useAnswer<ProblemDetailAnswer>(path, `${problem} ${view.channel} ${range.from}`)
  const { data } = answer
  return (
    <section class="detail">
      <h2 class="section-head">
        {problem} <span class="label">{problemWords(problem)}</span>
        <a class="detail-close" {...linkTo({ ...view, problem: null })}>
          Close
        </a>
      </h2>
      <Trouble what={problem} answer={answer} />
      <Waiting what={`samples of ${problem}`} answer={answer} />
      {data === null ? (
        <div class="detail-empty" aria-busy="true" />
      ) : (
        <>
          <p class="detail-line">
            {data.counts === null
              ? 'No submission of this range had it.'
              : `${counted(data.counts.submissions, 'submission')}, ${rate(data.counts.rate)} of what came; from ${moment(Date.parse(data.counts.first_hour), zone)} to ${moment(Date.parse(data.counts.last_hour), zone)} ${zoneName(zone, range.to)}.`}
          </p>
          <div class="detail-parts">
            <Values values={data.values} samples={data.samples.length} />
            <Builds builds={data.builds} channel={view.channel} />
          </div>
          <Samples samples={data.samples} zone={zone} />
        </>
      )}
    </section>
  )
}

function Values({ values, samples }: { readonly values: ProblemDetailAnswer['values']; readonly samples: number }) {
  return (
    <div>
      <h3 class="detail-title">Values that broke</h3>
      {values.length === 0 && (
        <p class="second detail-line">{samples === 0 ? 'No sample is kept.' : 'The samples name none.'}</p>
      )}
      <table class="table">
        <caption class="visually-hidden">Values at fault, by how many of the newest samples have them</caption>
        <tbody>
          {values.slice(0, MOST_VALUES).map(({ field, value, samples: times }) => (
            <tr key={`${field} ${value}`}>
              <th scope="row" class="detail-field">
                {field}
              </th>
              <td class="detail-value">
                <code>{value === '' ? '(nothing)' : value}</code>
              </td>
              <td class="figure second">{counted(times, 'sample')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface BuildsProps {
  readonly builds: ProblemDetailAnswer['builds']
  readonly channel: string | null
}

function Builds({ builds, channel }: BuildsProps) {
  return (
    <div>
      <h3 class="detail-title">Builds with most of it</h3>
      <table class="table">
        <caption class="visually-hidden">Builds with most submissions of the problem</caption>
        <tbody>
          {builds.slice(0, MOST_BUILDS).map(({ value, submissions }) => (
            <tr key={value}>
              <th scope="row">{channel === null ? value : <a {...linkTo(buildsView(channel, value))}>{value}</a>}</th>
              <td class="figure">{count(submissions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Samples({ samples, zone }: { readonly samples: ProblemDetailAnswer['samples']; readonly zone: Zone }) {
  if (samples.length === 0) return null
  return (
    <>
      <h3 class="detail-title">The newest submissions that have it</h3>
      <div class="invalid-wide">
        <table class="table samples">
          <caption class="visually-hidden">Newest submissions with the problem</caption>
          <thead>
            <tr>
              <th scope="col">Received</th>
              <th scope="col">Document</th>
              <th scope="col">Channel</th>
              <th scope="col">Build</th>
              <th scope="col">Outcome</th>
              <th scope="col">What broke</th>
            </tr>
          </thead>
          <tbody>
            {samples.map((copy) => (
              <tr key={`${copy.segment} ${copy.frame}`}>
                <td class="second">{moment(Date.parse(copy.received_at), zone)}</td>
                <th scope="row">
                  {copy.document_id === '' ? (
                    'has no id'
                  ) : (
                    <a {...linkTo({ page: 'submission', id: copy.document_id })}>{copy.document_id}</a>
                  )}
                </th>
                <td>{copy.channel}</td>
                <td>{copy.build_id}</td>
                <td class="second">{copy.recovered_at === null ? copy.outcome : 'converted after all'}</td>
                <td class="detail-value">
                  <code>{copy.causes.map(({ field, value }) => `${field} ${value}`.trim()).join(', ')}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
