import type { EpochMs } from '../../data/domain/time.ts'
import type { TaskState } from '../../data/tasks/task-state.ts'
import type { Period } from './period.ts'
import type { Task } from './task.ts'

/** Why a task doesn't run now. `name` is the dependency that it waits for. */
export type SkipReason =
  | { readonly kind: 'running' }
  | { readonly kind: 'period_not_over'; readonly until: EpochMs }
  | { readonly kind: 'retry_later'; readonly until: EpochMs }
  | { readonly kind: 'dependency_never_ran'; readonly name: string }
  | { readonly kind: 'dependency_failed'; readonly name: string }
  | { readonly kind: 'dependency_behind'; readonly name: string }

export type Decision =
  | { readonly kind: 'due'; readonly task: Task; readonly period: Period }
  | { readonly kind: 'skipped'; readonly task: Task; readonly reason: SkipReason }

/** For each task, in the order given, whether it is to be run at `now` and for which period. Every task has a state. */
export function dueTasks(tasks: readonly Task[], states: ReadonlyMap<string, TaskState>, now: EpochMs): Decision[] {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  return tasks.map((task) => {
    const state = stateOf(states, task)
    const period = nextPeriod(task, state, now)
    const reason = ownReason(state, period, now) ?? dependencyReason(task, byName, states, now)
    return reason === null ? { kind: 'due', task, period } : { kind: 'skipped', task, reason }
  })
}

/** The period that a task is to be run for next, whether it is over yet or not. */
export function nextPeriod(task: Task, state: TaskState, now: EpochMs): Period {
  const { schedule } = task
  const first = state.lastPeriod === null ? schedule.periodAt(state.firstPeriod) : after(task, state.lastPeriod)
  if (task.backfill || first.to > now) return first
  // The newest that is over; the running one begins where it ends.
  return schedule.periodAt(schedule.periodAt(now).from - 1)
}

/** The state of a task that was never seen before: its business begins with the period that runs now. */
export function newTaskState(task: Task, now: EpochMs): TaskState {
  return {
    name: task.name,
    firstPeriod: task.schedule.periodAt(now).from,
    lastPeriod: null,
    lastRunAt: null,
    lastSuccessAt: null,
    errorCount: 0,
    lastError: null,
    retryAt: null,
    runningSince: null,
  }
}

function after(task: Task, period: EpochMs): Period {
  return task.schedule.periodAt(task.schedule.periodAt(period).to)
}

function ownReason(state: TaskState, period: Period, now: EpochMs): SkipReason | null {
  if (state.runningSince !== null) return { kind: 'running' }
  if (period.to > now) return { kind: 'period_not_over', until: period.to }
  if (state.retryAt !== null && state.retryAt > now) return { kind: 'retry_later', until: state.retryAt }
  return null
}

function dependencyReason(
  task: Task,
  byName: ReadonlyMap<string, Task>,
  states: ReadonlyMap<string, TaskState>,
  now: EpochMs,
): SkipReason | null {
  for (const name of task.dependsOn) {
    const dependency = byName.get(name)
    if (name === task.name || dependency === undefined) continue
    const state = stateOf(states, dependency)
    if (state.lastError !== null) return { kind: 'dependency_failed', name }
    if (state.lastPeriod === null) return { kind: 'dependency_never_ran', name }
    if (nextPeriod(dependency, state, now).to <= now) return { kind: 'dependency_behind', name }
  }
  return null
}

function stateOf(states: ReadonlyMap<string, TaskState>, task: Task): TaskState {
  const state = states.get(task.name)
  if (state === undefined) throw new Error(`task "${task.name}" has no state`)
  return state
}
