import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { TaskState } from '../../data/tasks/task-state.ts'
import { type Decision, dueTasks, newTaskState } from './due-tasks.ts'
import { cron, dailyAt, everyMinutes } from './period.ts'
import { orderTasks, type Task } from './task.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 30)
const hour = (h: number) => Date.UTC(2014, 0, 16, h)

const task = (name: string, rest: Partial<Task> = {}): Task => ({
  name,
  schedule: everyMinutes(60),
  dependsOn: [],
  backfill: true,
  run: async () => undefined,
  ...rest,
})

const state = (given: Task, rest: Partial<TaskState> = {}): TaskState => ({
  ...newTaskState(given, NOW),
  firstPeriod: hour(0),
  ...rest,
})

const inWords = (decision: Decision | undefined) => {
  if (decision === undefined) return 'nothing'
  if (decision.kind === 'due') return `due from ${new Date(decision.period.from).toISOString().slice(11, 16)}`
  const { kind } = decision.reason
  return 'name' in decision.reason ? `${kind} ${decision.reason.name}` : kind
}

describe('one task', () => {
  test.each<{ claim: string; given?: Partial<TaskState>; task?: Partial<Task>; says: string }>([
    { claim: 'runs first for its first period', says: 'due from 00:00' },
    { claim: 'runs next for the period after the last', given: { lastPeriod: hour(9) }, says: 'due from 10:00' },
    { claim: 'runs as soon as the period is over', given: { lastPeriod: hour(12) }, says: 'due from 13:00' },
    { claim: 'waits for the end of the period that runs', given: { lastPeriod: hour(13) }, says: 'period_not_over' },
    {
      claim: 'without backfill takes the newest period alone',
      given: { lastPeriod: hour(3) },
      task: { backfill: false },
      says: 'due from 13:00',
    },
    {
      claim: 'without backfill runs no period twice',
      given: { lastPeriod: hour(13) },
      task: { backfill: false },
      says: 'period_not_over',
    },
    { claim: 'is not run beside itself', given: { runningSince: NOW - 1 }, says: 'running' },
    {
      claim: 'waits before it is tried again',
      given: { errorCount: 1, lastError: 'x', retryAt: NOW + 1 },
      says: 'retry_later',
    },
    {
      claim: 'is tried again when it has waited',
      given: { errorCount: 1, lastError: 'x', retryAt: NOW },
      says: 'due from 00:00',
    },
  ])('$claim', ({ given, task: rest, says }) => {
    const only = task('a', rest)
    expect(inWords(dueTasks([only], new Map([['a', state(only, given)]]), NOW)[0])).toBe(says)
  })
})

describe('a task that depends on another', () => {
  test.each<{ claim: string; first: Partial<TaskState>; says: string }>([
    { claim: 'waits while that never ran', first: {}, says: 'dependency_never_ran first' },
    {
      claim: 'waits while that failed',
      first: { lastPeriod: hour(12), lastError: 'x' },
      says: 'dependency_failed first',
    },
    { claim: 'waits while that failed and never ran well', first: { lastError: 'x' }, says: 'dependency_failed first' },
    { claim: 'waits while that is behind', first: { lastPeriod: hour(12) }, says: 'dependency_behind first' },
    { claim: 'runs when that is up to date', first: { lastPeriod: hour(13) }, says: 'due from 00:00' },
  ])('$claim', ({ first, says }) => {
    const [one, two] = [task('first'), task('second', { dependsOn: ['first'] })]
    const states = new Map([
      ['first', state(one, first)],
      ['second', state(two)],
    ])
    expect(inWords(dueTasks([two, one], states, NOW)[0])).toBe(says)
  })

  test('is not held back by depending on itself', () => {
    const self = task('a', { dependsOn: ['a'] })
    expect(inWords(dueTasks([self], new Map([['a', state(self)]]), NOW)[0])).toBe('due from 00:00')
  })
})

test('a task that was never seen begins with the period that runs now', () => {
  const daily = task('daily', { schedule: dailyAt('03:00') })
  expect(newTaskState(daily, NOW).firstPeriod).toBe(hour(3))
})

describe('tasks that do not fit together', () => {
  test('a circle is named', () => {
    const circle = [task('a', { dependsOn: ['c'] }), task('b', { dependsOn: ['a'] }), task('c', { dependsOn: ['b'] })]
    expect(() => orderTasks(circle)).toThrow('tasks depend on each other in a circle: a → c → b → a')
  })
  test('a dependency that is not there is named', () => {
    expect(() => orderTasks([task('a', { dependsOn: ['z'] })])).toThrow('task "a" depends on "z", which isn\'t there')
  })
  test('a name used twice is named', () => {
    expect(() => orderTasks([task('a'), task('a')])).toThrow('two tasks are named "a"')
  })
  test('otherwise each stands after what it depends on', () => {
    const given = [
      task('c', { dependsOn: ['b', 'a'] }),
      task('a', { dependsOn: ['a'] }),
      task('b', { dependsOn: ['a'] }),
    ]
    expect(orderTasks(given).map((each) => each.name)).toEqual(['a', 'b', 'c'])
  })
})

describe('periods', () => {
  const text = ({ from, to }: { from: number; to: number }) =>
    `${new Date(from).toISOString().slice(0, 16)} ${new Date(to).toISOString().slice(0, 16)}`
  test.each([
    { schedule: everyMinutes(15), period: '2014-01-16T14:30 2014-01-16T14:45' },
    { schedule: everyMinutes(360), period: '2014-01-16T12:00 2014-01-16T18:00' },
    { schedule: dailyAt('03:10'), period: '2014-01-16T03:10 2014-01-17T03:10' },
    { schedule: dailyAt('23:00'), period: '2014-01-15T23:00 2014-01-16T23:00' },
    { schedule: cron('0 6 * * 1'), period: '2014-01-13T06:00 2014-01-20T06:00' },
    { schedule: cron('30 14 * * *'), period: '2014-01-16T14:30 2014-01-17T14:30' },
  ])('$schedule.text holds 14:30 in $period', ({ schedule, period }) =>
    expect(text(schedule.periodAt(NOW))).toBe(period),
  )

  test.each([everyMinutes(7), everyMinutes(60), dailyAt('03:10', 3), cron('*/20 3-5 * * *'), cron('0 0 1 * *')])(
    '$text leaves no hole and no overlap',
    (schedule) => {
      let period = schedule.periodAt(NOW)
      for (let n = 0; n < 50; n++) {
        expect(schedule.periodAt(period.to - 1)).toEqual(period)
        const next = schedule.periodAt(period.to)
        expect(next.from).toBe(period.to)
        period = next
      }
    },
  )

  test.each([
    { make: () => everyMinutes(0), says: 'is 0 minutes' },
    { make: () => dailyAt('25:00'), says: 'is "25:00"' },
    { make: () => dailyAt('03:00', 0.5), says: 'is 0.5 days' },
    { make: () => cron('* * *'), says: 'is "* * *"' },
    { make: () => cron('99 * * * *'), says: 'is "99 * * * *"' },
  ])('a schedule that cannot be is refused: $says', ({ make, says }) => expect(make).toThrow(says))
  test('an hour and its minutes are what they say', () =>
    expect(everyMinutes(60).periodAt(NOW).to).toBe(NOW - 30 * MINUTE_MS + HOUR_MS))
})
