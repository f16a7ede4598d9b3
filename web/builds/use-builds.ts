import { useEffect, useState } from 'preact/hooks'
import type { BuildsAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswers } from '../api/use-answers.tsx'
import { DAY_MS, HOUR_MS, iso } from '../words/time.ts'
import { judgedBuild } from './build-verdict.ts'

/** Builds are compared over as long a time. */
export const LOOK_BACK_DAYS = 60
const AGES = 168

/**
 * The builds of `channels` that were first seen in the last 60 days, and up to when they are counted (null: not known yet).
 * `chosen`: the build that the page is about.
 */
export function useBuilds(channels: readonly string[], most: number, chosen: string | null) {
  // Which build is shown is only known by the answer; its water is asked for then.
  const [shown, setShown] = useState<ReadonlyMap<string, string>>(new Map())
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
            ...compareOf(chosen ?? shown.get(channel)),
          })}`,
        }))
  const { answers, askers } = useAnswers<BuildsAnswer>(asked)
  const judged = channels.flatMap((channel) => {
    const id = judgedBuild(answers.get(channel)?.data?.builds ?? [])?.build_id
    return id === undefined ? [] : [[channel, id] as const]
  })
  useEffect(() => {
    if (judged.some(([channel, id]) => shown.get(channel) !== id)) setShown(new Map(judged))
  }, [JSON.stringify(judged)])
  return { answers, askers, now }
}

function compareOf(build: string | undefined): { readonly compare?: string } {
  return build === undefined ? {} : { compare: build }
}
