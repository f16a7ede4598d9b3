import type { BuildsAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswers } from '../api/use-answers.tsx'
import { DAY_MS, HOUR_MS, iso } from '../words/time.ts'

/** Builds are compared over as long a time. */
export const LOOK_BACK_DAYS = 60
const AGES = 168

/** The builds of `channels` that were first seen in the last 60 days, and up to when they are counted (null: not known yet). */
export function useBuilds(channels: readonly string[], most: number) {
  const { freshness } = useLive()
  const now = freshness === null ? null : Date.parse(freshness.freshness.counted_up_to)
  // Whole hours: within one, the same is asked, and the browser may still know the answer.
  const to = now === null ? null : Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS
  const asked =
    to === null
      ? []
      : channels.map((channel) => ({
          subject: channel,
          path: `/api/v1/builds?${new URLSearchParams({
            channel,
            from: iso(to - LOOK_BACK_DAYS * DAY_MS),
            to: iso(to),
            ages: String(AGES),
            limit: String(most),
          })}`,
        }))
  return { ...useAnswers<BuildsAnswer>(asked), now }
}
