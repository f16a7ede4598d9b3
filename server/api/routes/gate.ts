import { z } from 'zod'
import { gateVerdict } from '../../../alerts/gate/build-gate.ts'
import { readSeenBuilds } from '../../../data/counts/queries/read-builds.ts'
import { DAY_MS, HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { presentStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
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
      "fail: an open incident of the channel is about this build, or began with it or an earlier one. wait: the judge has seen too little of it, or the channel is in trouble of another cause. pass: it was judged for 18 hours, and nothing is wrong with it. It has no opinion of its own beside the judge's.",
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
  const now = api.now()
  const to = startOfHour(now) + HOUR_MS
  const range = { from: startOfHour(now - LOOK_BACK_MS), to, now }
  const [seen = null] = await readSeenBuilds(api.database, { ...range, channel, builds: [buildId] })
  const completeness = seen === null ? null : await readRangeCompleteness(api, { from: seen.firstSeen, to })
  const judgedHour = api.judgedHour()
  const judgedUpTo = judgedHour === null ? null : judgedHour + HOUR_MS
  const { verdict, reasons, knownAt } = gateVerdict({
    channel,
    buildId,
    seen,
    incidents: api.incidents(),
    judgedUpTo,
    learning: api.learning(channel),
    completeHours: completeness?.complete_hours ?? 0,
  })
  return {
    channel,
    build_id: buildId,
    verdict,
    reasons,
    first_seen: seen === null ? null : isoSeconds(seen.firstSeen),
    judged_up_to: judgedUpTo === null ? null : isoSeconds(judgedUpTo),
    known_at: knownAt === null ? null : isoSeconds(knownAt),
    volume: seen === null ? null : { received: seen.received, share: seen.shareRatio },
    validity:
      seen === null
        ? null
        : { invalid: seen.invalid, invalid_rate: seen.received > 0 ? seen.invalid / seen.received : null },
    completeness,
    href: `/channel/${encodeURIComponent(channel)}`,
  }
}
