import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import { judgeHour } from '../judge-hour.ts'
import { createJudgeMemory, type JudgeMemory } from '../memory.ts'
import { type HistoryPlan, makeHistory, notesStart } from './make-history.ts'

const learnt = new Map<string, JudgeMemory>()

/**
 * What a judge remembers that has seen the quiet weeks of `plan` up to `until`, a copy for each caller: those weeks are learnt from once
 * for all plans that begin alike. A memory never changes an answer, so where a history begins in another way this only costs time.
 */
export function quietMemory(plan: HistoryPlan, until: EpochMs = notesStart(plan)): JudgeMemory {
  const quiet = quietPart(plan)
  const key = JSON.stringify([quiet, until])
  let memory = learnt.get(key)
  if (memory === undefined) {
    memory = createJudgeMemory()
    const hour = until - HOUR_MS
    judgeHour({ history: makeHistory(quiet, 0), hour, incidents: [], memory, withForecast: false })
    memory.observed = null
    learnt.set(key, memory)
  }
  return structuredClone(memory)
}

/** The same weeks with nothing after them. */
function quietPart({ quietWeeks = 4, seed = 1, channels }: HistoryPlan): HistoryPlan {
  const quiet = Object.entries(channels).map(([name, { perHour, usuallyTooLarge = 0 }]) => {
    return [name, { perHour, usuallyTooLarge }] as const
  })
  return { quietWeeks, seed, channels: Object.fromEntries(quiet) }
}
