import type { ChannelOverview, FirstSeenAnswer, OverviewAnswer, ProblemsAnswer } from '../../server/api/types.ts'
import { counted, share } from '../words/number.ts'

interface Known {
  readonly incidents: OverviewAnswer['incidents']
  readonly channels: readonly Pick<ChannelOverview, 'channel' | 'learning'>[]
}

/** Whatever comes in a channel's first week is how it is: of none of it can be said that it is new. */
const FIRST_DAYS = 7

/** Whether every channel that the page is about is so young that nothing of it can be told apart as new. */
export function areYoung(overview: Pick<Known, 'channels'> | null, channel: string | null): boolean {
  const asked = (overview?.channels ?? []).filter((one) => channel === null || one.channel === channel)
  return asked.length > 0 && asked.every(({ learning }) => learning !== null && learning.days < FIRST_DAYS)
}

/** What stands on top: what is open, or else how much is invalid and whether any of it is new. */
export function invalidSentences(
  problems: ProblemsAnswer,
  firstSeen: FirstSeenAnswer | null,
  given: {
    readonly overview: Known | null
    readonly channel: string | null
    /** `in the last 7 days` */
    readonly when: string
  },
): OverviewAnswer['sentences'] {
  const { overview, channel, when } = given
  const open = (overview?.incidents ?? []).filter(
    ({ state, group, channels }) =>
      state === 'open' &&
      group === 'invalid' &&
      (channel === null || channels.includes(channel) || channels.includes('*')),
  )
  if (open.length > 0) {
    return open.slice(0, 3).map(({ id, sentence }) => ({ mark: 'invalid', text: sentence, incident: id }))
  }
  const of = channel === null ? 'what came' : `what ${channel} sent`
  if (problems.received === 0) return [{ mark: 'unknown', text: `Nothing came ${when}.`, incident: null }]
  const invalid = problems.problems.reduce((sum, problem) => sum + problem.invalid, 0)
  const amount =
    invalid === 0
      ? `Nothing of ${of} ${when} was invalid`
      : `${share(invalid / problems.received)} of ${of} ${when} was invalid`
  const fresh = firstSeen?.first_seen.length ?? 0
  const isYoung = areYoung(overview, channel)
  const news =
    firstSeen === null
      ? '.'
      : isYoung
        ? '; what of it is new can be said after a week.'
        : fresh === 0
          ? '; nothing in it is new.'
          : `; ${counted(fresh, 'thing')} in it ${fresh === 1 ? 'is' : 'are'} new.`
  return [{ mark: isYoung ? 'learning' : 'well', text: `${amount}${news}`, incident: null }]
}
