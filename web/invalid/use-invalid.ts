import type { FirstSeenAnswer, ProblemsAnswer, QuarantineAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useAnswers } from '../api/use-answers.tsx'
import type { InvalidView } from '../view/invalid-view.ts'
import { DAY_MS, HOUR_MS, iso } from '../words/time.ts'

/** Beyond, a chart of hours is nothing but their tide. */
const HOURS_UP_TO_MS = 15 * DAY_MS
/** More than there are problems: nothing is left to be summed up as a rest. */
const ALL_PROBLEMS = 40

export interface InvalidRange {
  readonly from: number
  readonly to: number
  readonly step: 'hour' | 'day'
}

/** All that the page shows but a chosen problem's details; `range` null: the server's time isn't known yet. */
export function useInvalid(view: InvalidView, channels: readonly string[]) {
  const { freshness } = useLive()
  const countedUpTo = freshness === null ? null : Date.parse(freshness.freshness.counted_up_to)
  const range = countedUpTo === null ? null : rangeOf(view, countedUpTo)
  const query = (extra: Readonly<Record<string, string>>): string =>
    new URLSearchParams({ from: iso(range?.from ?? 0), to: iso(range?.to ?? 0), ...extra }).toString()
  const ofChannel: Readonly<Record<string, string>> = view.channel === null ? {} : { channel: view.channel }
  const subject = `${view.channel} ${JSON.stringify(view.range)}`
  const has = range !== null
  const problems = useAnswer<ProblemsAnswer>(has ? `/api/v1/problems?${query(ofChannel)}` : null, subject)
  const firstSeen = useAnswer<FirstSeenAnswer>(has ? `/api/v1/first-seen?${query(ofChannel)}` : null, subject)
  const quarantine = useAnswer<QuarantineAnswer>('/api/v1/quarantine', 'quarantine')
  const asked = !has
    ? []
    : channels.map((channel) => ({
        subject: `${channel} ${range.step} ${JSON.stringify(view.range)}`,
        path: `/api/v1/series?${query({ channel, by: 'problem', top: String(ALL_PROBLEMS), step: range.step })}`,
      }))
  const { answers, askers } = useAnswers<SeriesAnswer>(asked)
  const byChannel = channels.flatMap((channel, index) => {
    const answer = answers.get(asked[index]?.subject ?? '')
    return answer === undefined ? [] : [[channel, answer] as const]
  })
  return { range, countedUpTo, problems, firstSeen, quarantine, series: new Map(byChannel), askers }
}

/** A moving range ends with the running hour, so that addresses stay the same within one. */
function rangeOf({ range }: Pick<InvalidView, 'range'>, now: number): InvalidRange {
  const end = Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS
  const [from, to] = range.kind === 'fixed' ? [range.from, range.to] : [end - range.days * DAY_MS, end]
  return { from, to, step: to - from > HOURS_UP_TO_MS ? 'day' : 'hour' }
}
