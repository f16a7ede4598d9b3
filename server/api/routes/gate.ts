import { z } from 'zod'
import type { GateVerdict } from '../../../alerts/gate/build-gate.ts'
import type { SeenBuild } from '../../../data/counts/queries/read-builds.ts'
import { DAY_MS, HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { presentStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { expectedAnswer } from '../gate/expected-answer.ts'
import { type JudgedBuild, judgeBuilds, judgeUnseen, readComparedBuilds } from '../gate/judge-builds.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { readRangeCompleteness } from '../range-completeness.ts'
import { nameParameter } from '../request.ts'
import { gateAnswer } from '../schemas/builds.ts'
import type { GateAnswer } from '../types.ts'

const LOOK_BACK_MS = 60 * DAY_MS

/** For release pipelines: may this build go on? */
export function gateOperation(api: ApiContext): Operation {
  return valueOperation({
    path: '/gate',
    id: 'getGate',
    group: 'Builds',
    summary: 'Whether a build reports as it should: pass, fail or wait, with the reasons.',
    about:
      'fail: an open incident of the channel is about this build, or began with it or an earlier one; or far fewer use it than used earlier builds at the same age and hour of the week; or it reports much worse than those did. wait: too little was seen of it yet, or the channel is in trouble of another cause. pass: it was judged for 18 hours, and nothing is wrong with it.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query: z.strictObject({
      channel: nameParameter.meta({ examples: ['nightly'] }),
      build: nameParameter.meta({ examples: ['20140116030203'] }).describe('The build id.'),
    }),
    answer: gateAnswer,
    keep: () => presentStamp(api),
    load: ({ channel, build }) => answer(api, channel, build),
  })
}

async function answer(api: ApiContext, channel: string, buildId: string): Promise<GateAnswer> {
  const to = startOfHour(api.now()) + HOUR_MS
  const from = to - LOOK_BACK_MS
  const known = await readComparedBuilds(api, { from, to, channel })
  const seen = known.find((build) => build.buildId === buildId && build.firstSeen >= from) ?? null
  const judgedHour = api.judgedHour()
  const { verdict, reasons, knownAt, adoption } = await judged(api, { channel, buildId, seen, known })
  return {
    channel,
    build_id: buildId,
    verdict,
    reasons: [...reasons],
    first_seen: seen === null ? null : isoSeconds(seen.firstSeen),
    judged_up_to: judgedHour === null ? null : isoSeconds(judgedHour + HOUR_MS),
    known_at: knownAt === null ? null : isoSeconds(knownAt),
    volume:
      seen === null ? null : { received: seen.received, share: seen.shareRatio, expected: expectedAnswer(adoption) },
    validity:
      seen === null
        ? null
        : {
            invalid: seen.invalid,
            invalid_rate: seen.received > 0 ? seen.invalid / seen.received : null,
            usual: adoption?.usualInvalidRatio ?? null,
          },
    completeness: seen === null ? null : await readRangeCompleteness(api, { from: seen.firstSeen, to }),
    href: `/channel/${encodeURIComponent(channel)}`,
  }
}

interface Asked {
  readonly channel: string
  readonly buildId: string
  readonly seen: SeenBuild | null
  readonly known: readonly SeenBuild[]
}

async function judged(
  api: ApiContext,
  { channel, buildId, seen, known }: Asked,
): Promise<GateVerdict & Pick<JudgedBuild, 'adoption'>> {
  if (seen === null) return { ...(await judgeUnseen(api, { channel, buildId }, known)), adoption: null }
  const { builds } = await judgeBuilds(api, [seen], known)
  const [build] = builds
  if (build === undefined) throw new Error(`${buildId} was asked for and not judged`)
  return build
}
