import type { EpochMs } from '../domain/time.ts'

/** What is known of a scheduled task, whatever process runs it next. */
export interface TaskState {
  readonly name: string
  /** Start of the first period that is its business. */
  readonly firstPeriod: EpochMs
  /** Start of the newest period that succeeded; null before the first one. */
  readonly lastPeriod: EpochMs | null
  readonly lastRunAt: EpochMs | null
  readonly lastSuccessAt: EpochMs | null
  /** Failures in a row. */
  readonly errorCount: number
  /** Of the newest run; null where it succeeded. */
  readonly lastError: string | null
  /** After a failure: not again before. */
  readonly retryAt: EpochMs | null
  /** While it runs. */
  readonly runningSince: EpochMs | null
}

export interface TaskRun {
  readonly name: string
  /** Start of the period that it was for. */
  readonly period: EpochMs
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs
  /** Null: it succeeded. */
  readonly error: string | null
}
