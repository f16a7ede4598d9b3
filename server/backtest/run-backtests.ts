import { setImmediate as turn } from 'node:timers/promises'
import { type Backtest, startBacktest } from '../../alerts/backtest.ts'
import type { JudgeWishes } from '../../alerts/judge/verdict.ts'
import { JUDGE_WINDOW_HOURS } from '../../alerts/judge/window.ts'
import type { Database } from '../../data/counts/database.ts'
import { readHistory } from '../../data/counts/read-history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../data/domain/time.ts'

/** So much is in memory at a time, beside what the judge looks back to. */
const STRETCH_MS = 8 * WEEK_MS

export interface Progress {
  readonly hours: number
  readonly of: number
}

/**
 * Judges the hours from `from` up to `to`, once with each of `wishes`, all of them from the same counts; they are read in stretches, so
 * that memory doesn't grow with the years. Throws the signal's reason when it is asked to stop.
 */
export async function runBacktests(
  database: Database,
  {
    from,
    to,
    wishes,
    onProgress,
    stop,
  }: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly wishes: readonly JudgeWishes[]
    readonly onProgress: (progress: Progress) => void
    readonly stop: AbortSignal
  },
): Promise<readonly Backtest[]> {
  const runs = wishes.map((own) => startBacktest({ wishes: own }))
  for (let start = from; start < to; start += STRETCH_MS) {
    const end = Math.min(to, start + STRETCH_MS)
    const history = await readHistory(database, Math.max(from, start - JUDGE_WINDOW_HOURS * HOUR_MS), end)
    for (let day = start; day < end; day += DAY_MS) {
      for (const run of runs) run.judge(history, day, Math.min(end, day + DAY_MS))
      onProgress({ hours: (Math.min(end, day + DAY_MS) - from) / HOUR_MS, of: (to - from) / HOUR_MS })
      // Somebody may want to stop it.
      await turn()
      stop.throwIfAborted()
    }
  }
  return runs.map((run) => run.result())
}
