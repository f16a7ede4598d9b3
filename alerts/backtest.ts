import type { History } from '../data/counts/history.ts'
import { type EpochMs, HOUR_MS } from '../data/domain/time.ts'
import type { Expectation } from './finding.ts'
import type { Incident, IncidentEvent } from './incident.ts'
import { advanceIncidents } from './incidents/advance-incidents.ts'
import { judgeHour } from './judge/judge-hour.ts'
import { createJudgeMemory, type JudgeMemory } from './judge/memory.ts'
import type { JudgeWishes, Verdict } from './judge/verdict.ts'
import { JUDGE_WINDOW_HOURS } from './judge/window.ts'

export interface BacktestOptions {
  /** First hour to judge; the history's first where not given. */
  readonly from?: EpochMs
  /** End of the last hour to judge; the history's end where not given. */
  readonly to?: EpochMs
  /** Also answer what was expected of every hour. */
  readonly withExpectations?: boolean
  /** Called after each hour: for progress, or to look at what the incidents were then. */
  readonly onHour?: (verdict: Verdict, incidents: readonly Incident[]) => void
  /** Nothing: what the judge itself holds for worth telling. */
  readonly wishes?: JudgeWishes
  /** Of a judge that has seen the hours before; it is changed. It saves work and no more: without it, they are learnt from first. */
  readonly memory?: JudgeMemory
}

export interface Backtest {
  /** All that were ever opened, by number, as they stood after the last hour. */
  readonly incidents: readonly Incident[]
  readonly events: readonly IncidentEvent[]
  /** By hour, then channel; empty unless asked for. */
  readonly expectations: readonly Expectation[]
}

/**
 * Judges `history` hour by hour exactly as the live judge would have, each hour knowing nothing of the next: what the on-call
 * would have been told.
 */
export function backtest(history: History, options: BacktestOptions = {}): Backtest {
  const historyEnd = history.start + history.hours * HOUR_MS
  const run = startBacktest(options)
  run.judge(history, options.from ?? history.start, options.to ?? historyEnd)
  return run.result()
}

/** A backtest whose history comes in pieces. */
export interface BacktestRun {
  /**
   * Judges the hours from `from` up to `to` that `history` holds, after those judged before. It must hold what the judge looks
   * back to as well, and no count of it may change any more.
   */
  judge(history: History, from: EpochMs, to: EpochMs): void
  result(): Backtest
}

export function startBacktest(options: Omit<BacktestOptions, 'from' | 'to'> = {}): BacktestRun {
  const incidents = new Map<number, Incident>()
  const events: IncidentEvent[] = []
  const expectations: Expectation[] = []
  let memory = options.memory ?? createJudgeMemory()
  let nextId = 1

  function judge(history: History, hour: EpochMs): void {
    const relevant = incidentsInWindow([...incidents.values()], hour)
    const verdict = judgeHour({
      history,
      hour,
      incidents: relevant,
      memory,
      isHistoryFinal: true,
      withForecast: options.onHour !== undefined,
      ...options.wishes,
    })
    const advance = advanceIncidents({ incidents: relevant, verdict, nextId })
    memory = verdict.memory
    nextId = advance.nextId
    for (const incident of advance.changed) incidents.set(incident.id, incident)
    events.push(...advance.events)
    if (options.withExpectations === true) expectations.push(...verdict.expectations)
    options.onHour?.(verdict, [...incidents.values()])
  }

  return {
    judge(history, from, to) {
      const end = Math.min(history.start + history.hours * HOUR_MS, to)
      for (let hour = Math.max(history.start, from); hour < end; hour += HOUR_MS) judge(history, hour)
    },
    result: () => ({ incidents: [...incidents.values()], events, expectations }),
  }
}

/** Those that the judge of `hour` must know: older ones are beyond its window. */
export function incidentsInWindow(incidents: readonly Incident[], hour: EpochMs): readonly Incident[] {
  const windowStart = hour - JUDGE_WINDOW_HOURS * HOUR_MS
  return incidents.filter((incident) => (incident.end ?? Number.POSITIVE_INFINITY) >= windowStart)
}
