import { NO_PROBLEM, OUTCOME_OF_PROBLEM, type ProblemOrNone } from '../../../data/domain/outcome.ts'
import { SUBMISSION_PREFIX } from '../../../data/domain/submission-path.ts'
import type { ChannelProfile } from '../story/channels.ts'
import type { Random } from '../story/random.ts'
import type { SubmissionRate } from '../story/rates.ts'
import { HTTP_PREFIX, HTTPS_PREFIX } from '../story/story.ts'
import { grownPayload, type PayloadInfo, simulatedPayload } from './payload.ts'
import { revisionOfTrain } from './specification.ts'
import { encodedBody, spoiledInfo, spoiledPayload } from './spoil.ts'

/** A request to be made. */
export interface SimulatedSubmission {
  readonly path: string
  readonly body: Uint8Array
}

export interface SubmissionOrder {
  readonly profile: ChannelProfile
  readonly rate: SubmissionRate
  /** What is to be wrong with it. */
  readonly problem: ProblemOrNone
  /** Not drawn from `random`: the same run again would only bring duplicates. */
  readonly documentId: string
}

/** A submission that will be counted under its channel, build and reason, with its problem. */
export function simulatedSubmission(order: SubmissionOrder, random: Random): SimulatedSubmission {
  const { profile, rate, problem, documentId } = order
  const { build, reason, https, isTooLarge = false } = rate
  const population = profile.populations.find(({ appName }) => appName === build.appName)
  const revision = revisionOfTrain(population?.rhythm.train ?? 0)
  const info: PayloadInfo = {
    reason,
    appName: build.appName,
    appVersion: build.appVersion,
    appUpdateChannel: profile.sentAs,
    appBuildID: build.buildId,
    OS: drawn(Object.entries(profile.os), random),
    locale: drawn(LOCALES, random),
    arch: 'x86-64',
    cpucount: 1 + Math.floor(8 * random()),
    memsize: 1024 * (1 + Math.floor(16 * random())),
    revision: `${https ? HTTPS_PREFIX : HTTP_PREFIX}/${revision.repository}/rev/${revision.hex}`,
  }
  const simulated = simulatedPayload(spoiledInfo(info, problem, revision.hex), revision, random)
  const payload = isTooLarge ? grownPayload(simulated, random) : simulated
  // What can't be opened has nothing but its path to say what it was; a mismatch needs a path to mismatch.
  const needsPath =
    problem === 'dimension_mismatch' || (problem !== NO_PROBLEM && OUTCOME_OF_PROBLEM[problem] === 'rejected')
  const isIdOnly = !needsPath && random() < profile.idPathRatio
  const version = problem === 'dimension_mismatch' ? `${build.appVersion}.1` : build.appVersion
  const dimensions = [reason, build.appName, version, profile.sentAs, build.buildId]
  return {
    path: `${SUBMISSION_PREFIX}${[documentId, ...(isIdOnly ? [] : dimensions)].join('/')}`,
    body: encodedBody(spoiledPayload(payload, problem), problem, !isTooLarge && random() < SHARE_OF_GZIP),
  }
}

const SHARE_OF_GZIP = 0.92

const LOCALES: readonly (readonly [string, number])[] = [
  ['en-US', 0.45],
  ['de', 0.16],
  ['fr', 0.12],
  ['ru', 0.09],
  ['pl', 0.07],
  ['ja', 0.06],
  ['pt-BR', 0.05],
]

function drawn(choices: readonly (readonly [string, number])[], random: Random): string {
  let left = random()
  for (const [value, share] of choices) {
    left -= share
    if (left < 0) return value
  }
  return choices.at(-1)?.[0] ?? ''
}
