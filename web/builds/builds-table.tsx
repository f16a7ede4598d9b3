import type { BuildsAnswer, IncidentAnswer } from '../../server/api/types.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { buildsView } from '../view/builds-view.ts'
import { linkTo } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { count, ofExpected, rate, UNKNOWN } from '../words/number.ts'
import { moment, zoneName } from '../words/time.ts'
import { ageWord } from './age-readout.ts'
import { ageHours } from './build-panel.tsx'
import { type BuildAnswer, ofExpectedRatio, verdictWords } from './build-verdict.ts'
import { ExpectedGlyph } from './expected-glyph.tsx'

interface BuildsTableProps {
  readonly answers: readonly BuildsAnswer[]
  /** So many of each channel. */
  readonly most: number
  readonly incidents: readonly IncidentAnswer[]
  readonly now: number
  readonly zone: Zone
  /** The build that the page is about. */
  readonly chosen: string | null
}

/** Builds, newest first, each with its numbers against earlier ones and its verdict. */
export function BuildsTable({ answers, most, incidents, now, zone, chosen }: BuildsTableProps) {
  return (
    <table class="table builds">
      <caption class="visually-hidden">
        Builds first seen in the last 60 days, newest first, with what came of their first 18 hours against earlier
        builds
      </caption>
      <thead>
        <tr>
          <th scope="col" class="builds-channel">
            Channel
          </th>
          <th scope="col">Build</th>
          <th scope="col" class="builds-first">
            First seen, {zoneName(zone, now)}
          </th>
          <th scope="col" class="figure">
            Age
          </th>
          <th scope="col" class="figure builds-received">
            Submissions
          </th>
          <th scope="col" class="figure">
            Of expected
          </th>
          <th scope="col" class="builds-glyph">
            first 18 h against earlier builds
          </th>
          <th scope="col" class="figure">
            Invalid
          </th>
          <th scope="col" class="builds-verdict">
            Verdict
          </th>
        </tr>
      </thead>
      {answers.map(({ channel, builds }) => (
        <tbody key={channel}>
          {builds.slice(0, most).map((build, index) => (
            <Row
              key={build.build_id}
              channel={channel}
              isFirst={index === 0}
              build={build}
              incidents={incidents}
              now={now}
              zone={zone}
              isChosen={build.build_id === chosen}
            />
          ))}
        </tbody>
      ))}
    </table>
  )
}

interface RowProps {
  readonly channel: string
  readonly isFirst: boolean
  readonly build: BuildAnswer
  readonly incidents: readonly IncidentAnswer[]
  readonly now: number
  readonly zone: Zone
  readonly isChosen: boolean
}

function Row({ channel, isFirst, build, incidents, now, zone, isChosen }: RowProps) {
  const { word, mark } = verdictWords(build, incidents)
  const ratio = ofExpectedRatio(build)
  const isLow = mark === 'low' && build.expected !== null && build.expected.seen < build.expected.low
  return (
    <tr class={isChosen ? 'is-chosen' : ''} aria-current={isChosen ? 'true' : undefined}>
      <td class={`builds-channel ${isFirst ? '' : 'is-repeated'}`}>{channel}</td>
      <th scope="row">
        <a class="builds-id" {...linkTo(buildsView(channel, build.build_id))}>
          {build.build_id}
        </a>
      </th>
      <td class="builds-first second">{moment(Date.parse(build.first_seen), zone)}</td>
      <td class="figure builds-age">{ageWord(ageHours(build, now))}</td>
      <td class="figure builds-received">{count(build.received)}</td>
      <td class={`figure builds-ratio ${isLow ? 'wrong' : ''}`}>{ratio === null ? UNKNOWN : ofExpected(ratio)}</td>
      <td class="builds-glyph">
        <ExpectedGlyph build={build} isWrong={isLow} />
      </td>
      <td class={`figure builds-invalid ${mark === 'invalid' ? 'wrong' : ''}`}>
        {build.invalid_rate === null ? UNKNOWN : rate(build.invalid_rate)}
      </td>
      <td class="builds-verdict">
        <span class={isWrong(mark) ? 'wrong' : 'second'}>
          <Mark state={mark} /> {word}
        </span>
        {build.verdict !== 'pass' && <Reason build={build} zone={zone} />}
      </td>
    </tr>
  )
}

/** Why: the gate's own sentence, which leads to the incident that it is about; and until when one has to wait. */
function Reason({ build: { reason, known_at: knownAt }, zone }: Pick<RowProps, 'build' | 'zone'>) {
  const text = knownAt === null ? reason.text : `${reason.text} Known from ${moment(Date.parse(knownAt), zone)} on.`
  return (
    <span class="builds-reason second">
      {reason.incident === null ? text : <a {...linkTo({ page: 'incident', id: reason.incident })}>{text}</a>}
    </span>
  )
}
