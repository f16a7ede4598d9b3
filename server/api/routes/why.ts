import { z } from 'zod'
import { JUDGE_WINDOW_HOURS } from '../../../alerts/judge/window.ts'
import { HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { askVisible, askWhy, type HindsightSources, type Unanswerable } from '../../why/hindsight.ts'
import { visibilityAnswer } from '../../why/visibility-answer.ts'
import { whyAnswer } from '../../why/why-answer.ts'
import type { ApiContext } from '../api-context.ts'
import { type KeepRule, NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { nameParameter, RequestError, timeParameter, wrongParameter } from '../request.ts'
import * as schemas from '../schemas/why.ts'

/** Questions to the judge: why an hour was told or not, and what can be seen at all. */
export function whyOperations(api: ApiContext): readonly Operation[] {
  const inTurn = boundedTurns()
  return [whyOperation(api, inTurn), visibilityOperation(api, inTurn)]
}

type InTurn = <T>(ask: () => Promise<T>) => Promise<T>

/** Hours are judged again one after the other, and each that waits holds two months of counts. */
const MOST_ASKED = 8

function boundedTurns(): InTurn {
  let asked = 0
  return async (ask) => {
    if (asked >= MOST_ASKED) {
      throw new RequestError('busy', `${asked} hours wait to be judged again already: ask again in a moment`)
    }
    asked += 1
    try {
      return await ask()
    } finally {
      asked -= 1
    }
  }
}

function whyOperation(api: ApiContext, inTurn: InTurn): Operation {
  return valueOperation({
    path: '/why',
    id: 'getWhy',
    group: 'Incidents',
    summary: 'Why one was, or was not, told about a channel after an hour.',
    about:
      'The hour is judged once more as it was, with the detectors watched: what each measured against what it asks, what held it back, and which sensitivity would have told. Nothing later than the hour is looked at.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query: z.strictObject({
      channel: nameParameter.meta({ examples: ['nightly'] }).describe('`*`: all channels together.'),
      hour: timeParameter.describe('Any time within the hour.'),
    }),
    answer: schemas.whyAnswer,
    keep: ({ hour }) => judgedStamp(api, startOfHour(hour)),
    async load({ channel, hour: time }) {
      const hour = startOfHour(time)
      const asked = await inTurn(() => askWhy(api.database, sourcesOf(api), { channel, hour }))
      if (asked.kind === 'unanswerable') throw refused(asked, { channel, hour: isoSeconds(hour) })
      return whyAnswer(asked.value)
    },
  })
}

function visibilityOperation(api: ApiContext, inTurn: InTurn): Operation {
  return valueOperation({
    path: '/visibility',
    id: 'getVisibility',
    group: 'Incidents',
    summary:
      'How large a loss of each series, or a rise of its invalid rate, must be to be told within 1, 6 and 24 hours.',
    about:
      'Troubles of all sizes are put into the last hours that were judged, and the detectors are asked. So it follows the noise of each series, the hour of the week, and what was asked for in `judge.sensitivity`.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query: z.strictObject({
      channel: nameParameter
        .meta({ examples: ['nightly'] })
        .describe('Only this channel.')
        .optional(),
    }),
    answer: schemas.visibilityAnswer,
    keep: () => judgedStamp(api, api.judgedHour() ?? 0),
    async load({ channel = null }) {
      const asked = await inTurn(() => askVisible(api.database, sourcesOf(api), channel))
      if (asked.kind === 'unanswerable') throw refused(asked, { channel: channel ?? '*', hour: '' })
      return visibilityAnswer(asked.value)
    },
  })
}

function sourcesOf({ incidents, silences, judgedHour, hindsight }: ApiContext): HindsightSources {
  return { incidents, silences, judgedHour, ...hindsight }
}

/** True until a count that was looked at changes, another hour is judged, or somebody silences something. */
function judgedStamp({ changed, incidents, silences, judgedHour }: ApiContext, hour: number): KeepRule {
  const version = changed.versionOf(hour - JUDGE_WINDOW_HOURS * HOUR_MS, hour + HOUR_MS)
  const ended = silences().filter((silence) => silence.ended !== null).length
  const stamp = `${version} ${judgedHour()} ${incidents().length} ${silences().length} ${ended}`
  return { stamp, isFinished: false }
}

function refused(
  { about, allowed }: Unanswerable,
  given: { readonly channel: string; readonly hour: string },
): RequestError {
  return wrongParameter(about, given[about], allowed)
}
