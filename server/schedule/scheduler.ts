import type { EpochMs } from '../../data/domain/time.ts'
import type { TaskRun, TaskState } from '../../data/tasks/task-state.ts'
import { dueTasks, newTaskState, nextPeriod, type SkipReason } from './due-tasks.ts'
import type { Period } from './period.ts'
import { orderTasks, type Task } from './task.ts'

/** Where the state of tasks survives the process; `data/tasks/task-store.ts` over the database. */
export interface TaskStore {
  readStates(): Promise<TaskState[]>
  saveState(state: TaskState): Promise<void>
  saveRun(state: TaskState, run: TaskRun): Promise<void>
}

export interface SchedulerOptions {
  readonly tasks: readonly Task[]
  readonly store: TaskStore
  readonly now: () => EpochMs
  /** Told of every failure of a task, and of trouble with the store (`task` null). */
  readonly onError: (task: string | null, error: unknown) => void
  /** A failed task is tried again after this. Default 300 s. */
  readonly retryMs?: number
  /** How often the clock is looked at. Default 1 s. */
  readonly tickMs?: number
}

export interface Scheduler {
  /** Looks at the clock from now on. */
  start(): void
  /** Runs what is due, and what becomes due by that, and resolves when nothing is. */
  tick(): Promise<void>
  /** Asks what runs to end, waits for it, and starts nothing more. */
  stop(): Promise<void>
  /** For the pipeline page and `doctor`. */
  statuses(): TaskStatus[]
}

export interface TaskStatus {
  readonly state: TaskState
  readonly schedule: string
  readonly dependsOn: readonly string[]
  /** When its next period is over. */
  readonly nextRunAt: EpochMs
  /** Null: it is due. */
  readonly waitsFor: SkipReason | null
}

const RETRY_MS = 300_000

/**
 * Runs each task once for each of its periods, in order; tasks run beside each other, a task never beside itself. Throws where the
 * tasks don't fit together (`orderTasks`).
 *
 * The database has one owner, so a task that the state calls running was cut short when the last owner died: it is run again.
 */
export async function createScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { store, now, onError, retryMs = RETRY_MS } = options
  const tasks = orderTasks(options.tasks)
  const states = await loadStates(tasks, store, now())
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | null = null

  async function runOne(task: Task, period: Period): Promise<void> {
    const before = stateIn(states, task)
    const startedAt = now()
    states.set(task.name, { ...before, runningSince: startedAt })
    try {
      await store.saveState({ ...before, runningSince: startedAt })
      const error = await outcomeOf(task, period)
      if (error !== null && stopping.signal.aborted) {
        states.set(task.name, before)
        await store.saveState(before)
        return
      }
      const endedAt = now()
      const state = error === null ? succeeded(before, period, endedAt) : failed(before, error, endedAt, retryMs)
      const run = { name: task.name, period: period.from, startedAt, endedAt, error: state.lastError }
      await store.saveRun(state, run)
      states.set(task.name, state)
    } catch (error) {
      // The store failed: what it holds is the truth, so the run counts as not done, and waits like a failed one.
      states.set(task.name, { ...before, retryAt: now() + retryMs })
      onError(null, error)
    }
  }

  async function outcomeOf(task: Task, period: Period): Promise<unknown> {
    try {
      stopping.signal.throwIfAborted()
      await task.run(period, stopping.signal)
      return null
    } catch (error) {
      if (!stopping.signal.aborted) onError(task.name, error)
      return error ?? new Error('failed without saying why')
    }
  }

  function startDue(): void {
    if (stopping.signal.aborted) return
    for (const decision of dueTasks(tasks, states, now())) {
      if (decision.kind === 'skipped') continue
      const run = runOne(decision.task, decision.period).finally(() => {
        running.delete(run)
        // What depends on it, or its next period, needn't wait for the clock.
        startDue()
      })
      running.add(run)
    }
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all(running)
  }

  return {
    start() {
      timer ??= setInterval(startDue, options.tickMs ?? 1000)
    },
    tick() {
      startDue()
      return idle()
    },
    async stop() {
      if (timer !== null) clearInterval(timer)
      stopping.abort()
      await idle()
    },
    statuses() {
      const time = now()
      return dueTasks(tasks, states, time).map((decision) => {
        const { task } = decision
        const state = stateIn(states, task)
        return {
          state,
          schedule: task.schedule.text,
          dependsOn: task.dependsOn,
          nextRunAt: nextPeriod(task, state, time).to,
          waitsFor: decision.kind === 'due' ? null : decision.reason,
        }
      })
    },
  }
}

async function loadStates(tasks: readonly Task[], store: TaskStore, now: EpochMs): Promise<Map<string, TaskState>> {
  const known = new Map((await store.readStates()).map((state) => [state.name, state]))
  const states = new Map<string, TaskState>()
  for (const task of tasks) {
    const before = known.get(task.name)
    const state = before === undefined ? newTaskState(task, now) : { ...before, runningSince: null }
    if (before === undefined || before.runningSince !== null) await store.saveState(state)
    states.set(task.name, state)
  }
  return states
}

function stateIn(states: ReadonlyMap<string, TaskState>, task: Task): TaskState {
  const state = states.get(task.name)
  if (state === undefined) throw new Error(`task "${task.name}" has no state`)
  return state
}

function succeeded(before: TaskState, period: Period, at: EpochMs): TaskState {
  return {
    ...before,
    lastPeriod: period.from,
    lastRunAt: at,
    lastSuccessAt: at,
    errorCount: 0,
    lastError: null,
    retryAt: null,
    runningSince: null,
  }
}

function failed(before: TaskState, error: unknown, at: EpochMs, retryMs: number): TaskState {
  return {
    ...before,
    lastRunAt: at,
    errorCount: before.errorCount + 1,
    lastError: error instanceof Error ? error.message : String(error),
    retryAt: at + retryMs,
    runningSince: null,
  }
}
