import type { OverviewAnswer } from '../../server/api/types.ts'
import { reconnectNow, useLive } from '../api/live.ts'
import type { Answer } from '../api/use-answer.ts'
import { Mark } from '../marks/mark.tsx'
import { useZone } from '../view/navigation.ts'
import { age, zonedClock } from '../words/time.ts'
import { freshnessWords, serverNow } from './freshness.ts'
import { useNow } from './use-now.ts'

/** A connection that breaks for a moment is nobody's business. */
const SAY_AFTER_MS = 2000

/** What holds for every page: the server doesn't answer, or it does and counts nothing any more. */
export function Notices({ overview }: { readonly overview: Answer<OverviewAnswer> }) {
  const live = useLive()
  const zone = useZone()
  const now = useNow(1000)
  const isLost = live.lostAt !== null && now - live.lostAt >= SAY_AFTER_MS
  const words =
    live.freshness === null
      ? null
      : freshnessWords(live.freshness.freshness, serverNow(live.freshness, performance.now()), zone)
  const says = isLost ? `The server hasn’t answered since ${zonedClock(live.lostAt ?? now, zone)}` : words?.sentence
  return (
    <div class="notices">
      <div role="status" aria-live="polite">
        {says !== null && says !== undefined && (
          <p class="notice">
            <Mark state="unknown" />
            <span>
              {says}
              {isLost && <LostAge age={overview.data === null ? null : now - (live.lostAt ?? now)} />}
            </span>
            {isLost && (
              <>
                <span class="second" aria-hidden="true">
                  {live.retryAt === null ? 'Trying …' : `Next try in ${age(live.retryAt - now)}.`}
                </span>
                <button type="button" onClick={reconnectNow}>
                  Try now
                </button>
              </>
            )}
          </p>
        )}
      </div>
      {/* It comes on by itself, hour by hour: to be read, not to be said over and over. */}
      {!isLost && words?.judgedUpTo != null && <JudgeBehind judgedUpTo={words.judgedUpTo} />}
    </div>
  )
}

/** Until it has caught up, what the judge says is of another time than the counts beside it. */
function JudgeBehind({ judgedUpTo }: { readonly judgedUpTo: string }) {
  return (
    <p class="notice notice-watch">
      <Mark state="learning" />
      <span>
        The judge is catching up: it has judged up to {judgedUpTo}. Until it is done, states, incidents, verdicts and
        what is expected are as of then.
      </span>
    </p>
  )
}

/** Grows each second: it is seen, and not said, or a screen reader would say nothing else. */
function LostAge({ age: ageMs }: { readonly age: number | null }) {
  return ageMs === null ? '.' : <span aria-hidden="true">: what stands here is {age(ageMs)} old.</span>
}
