import type { GateAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Copyable } from '../shell/copyable.tsx'
import { Trouble } from '../shell/states.tsx'
import { underBase } from '../view/base-path.ts'
import { channelView } from '../view/channel-view.ts'
import { linkTo } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { share } from '../words/number.ts'
import { shellWord } from '../words/shell-word.ts'
import { DAY_MS, moment, zoneName } from '../words/time.ts'
import type { BuildAnswer } from './build-verdict.ts'

interface ChosenBuildProps {
  readonly channel: string
  readonly build: BuildAnswer
  readonly zone: Zone
}

/** All reasons of the verdict, and where a release pipeline asks for the same. */
export function ChosenBuild({ channel, build, zone }: ChosenBuildProps) {
  const path = `/api/v1/gate?${new URLSearchParams({ channel, build: build.build_id })}`
  const gate = useAnswer<GateAnswer>(path, `${channel} ${build.build_id}`)
  const firstSeen = Date.parse(build.first_seen)
  const around = { kind: 'fixed', from: firstSeen - DAY_MS, to: firstSeen + 3 * DAY_MS } as const
  const reasons = gate.data?.reasons ?? [build.reason]
  const knownAt = gate.data?.known_at ?? build.known_at
  return (
    <div class="chosen">
      <section>
        <h2 class="section-head">Why</h2>
        <Trouble what="the gate’s reasons" answer={gate} />
        <ul class="chosen-reasons">
          {reasons.map(({ text, incident }) => (
            <li key={text}>
              {incident === null ? text : <a {...linkTo({ page: 'incident', id: incident })}>{text}</a>}
            </li>
          ))}
          {knownAt !== null && <li>A verdict can be had from {moment(Date.parse(knownAt), zone)} on.</li>}
          <li class="second">
            First seen {moment(firstSeen, zone)} {zoneName(zone, firstSeen)}; {share(build.share)} of the channel since.{' '}
            <a {...linkTo(channelView(channel, { range: around, by: 'build' }))}>The channel then, by build</a>
          </li>
        </ul>
      </section>
      <section>
        <h2 class="section-head">
          The same for a release pipeline <span class="label">pass, fail or wait</span>
        </h2>
        <p class="chosen-line">
          <Copyable text={new URL(underBase(path), window.location.href).toString()} what="the gate’s address" />
        </p>
        <p class="chosen-line">
          <Copyable
            text={`npm run -s tidewatch -- gate --channel=${shellWord(channel)} --build=${shellWord(build.build_id)}`}
            what="the command"
          />
        </p>
      </section>
    </div>
  )
}
