import type { Database, Transaction } from '../counts/database.ts'
import { type Param, time } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import type { TaskRun, TaskState } from './task-state.ts'

export function readTaskStates(db: Database): Promise<TaskState[]> {
  return db.read('select * from tasks order by name', {}, (row) => ({
    name: row.text('name'),
    firstPeriod: row.number('first_period'),
    lastPeriod: row.numberOrNull('last_period'),
    lastRunAt: row.numberOrNull('last_run_at'),
    lastSuccessAt: row.numberOrNull('last_success_at'),
    errorCount: row.number('error_count'),
    lastError: row.textOrNull('last_error'),
    retryAt: row.numberOrNull('retry_at'),
    runningSince: row.numberOrNull('running_since'),
  }))
}

export function saveTaskState(db: Database, state: TaskState): Promise<void> {
  return db.inTransaction((transaction) => putState(transaction, state))
}

/** The end of a run and what follows from it are one: a period that succeeded is never run again. */
export function saveTaskRun(db: Database, state: TaskState, run: TaskRun): Promise<void> {
  return db.inTransaction(async (transaction) => {
    await putState(transaction, state)
    await transaction.append('task_runs', [[run.name, run.period, run.startedAt, run.endedAt, run.error]])
  })
}

/** The newest `limit` runs of a task, newest first. */
export function readTaskRuns(db: Database, name: string, limit: number): Promise<TaskRun[]> {
  return db.read(
    'select * from task_runs where name = $name order by ended_at desc, period desc limit $limit::bigint',
    { name, limit },
    (row) => ({
      name: row.text('name'),
      period: row.number('period'),
      startedAt: row.number('started_at'),
      endedAt: row.number('ended_at'),
      error: row.textOrNull('error'),
    }),
  )
}

async function putState(transaction: Transaction, state: TaskState): Promise<void> {
  await transaction.run(
    `insert or replace into tasks (name, first_period, last_period, last_run_at, last_success_at, error_count, last_error,
       retry_at, running_since)
     values ($name, $firstPeriod, $lastPeriod::timestamp, $lastRunAt::timestamp, $lastSuccessAt::timestamp, $errorCount,
       $lastError, $retryAt::timestamp, $runningSince::timestamp)`,
    {
      name: state.name,
      firstPeriod: time(state.firstPeriod),
      lastPeriod: timeOrNull(state.lastPeriod),
      lastRunAt: timeOrNull(state.lastRunAt),
      lastSuccessAt: timeOrNull(state.lastSuccessAt),
      errorCount: state.errorCount,
      lastError: state.lastError,
      retryAt: timeOrNull(state.retryAt),
      runningSince: timeOrNull(state.runningSince),
    },
  )
}

function timeOrNull(value: EpochMs | null): Param {
  return value === null ? null : time(value)
}
