import type { Period, Schedule } from './period.ts'

/** Something that runs by the clock. */
export interface Task {
  /** Its state is kept under this name. */
  readonly name: string
  readonly schedule: Schedule
  /** Names of the tasks that must have run well first; in any order, itself among them means nothing. */
  readonly dependsOn: readonly string[]
  /** True: every period that was missed is made up for, in order. False: of those missed only the newest is run. */
  readonly backfill: boolean
  /**
   * Does the work of one period. A crash may make it run again for the same one, so what it does twice must be as if done once.
   * Throws where it failed; where `signal` asks it to stop it may end early by throwing, and that is no failure.
   */
  run(period: Period, signal: AbortSignal): Promise<void>
}

/**
 * The tasks, each after those that it depends on; otherwise in the order given. Throws where one depends on a task that isn't there,
 * where two have one name, and where tasks depend on each other in a circle.
 */
export function orderTasks(tasks: readonly Task[]): Task[] {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  if (byName.size !== tasks.length) {
    const twice = tasks.find((task, index) => tasks.some((other, at) => at < index && other.name === task.name))
    throw new Error(`two tasks are named "${twice?.name}": use another name for one of them`)
  }
  const ordered = new Set<Task>()
  const visit = (task: Task, path: readonly string[]) => {
    if (ordered.has(task)) return
    if (path.includes(task.name)) {
      const circle = [...path.slice(path.indexOf(task.name)), task.name]
      throw new Error(`tasks depend on each other in a circle: ${circle.join(' → ')}`)
    }
    for (const name of task.dependsOn) {
      if (name === task.name) continue
      const dependency = byName.get(name)
      if (dependency === undefined) {
        throw new Error(
          `task "${task.name}" depends on "${name}", which isn't there: use one of ${[...byName.keys()].join(', ')}`,
        )
      }
      visit(dependency, [...path, task.name])
    }
    ordered.add(task)
  }
  for (const task of tasks) visit(task, [])
  return [...ordered]
}
