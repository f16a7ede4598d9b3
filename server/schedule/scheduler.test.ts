import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { readTaskRuns, readTaskStates, saveTaskRun, saveTaskState } from '../../data/tasks/task-store.ts'
import { dailyAt, everyMinutes } from './period.ts'
import { createScheduler, type TaskStore } from './scheduler.ts'
import type { Task } from './task.ts'

const START = Date.UTC(2014, 0, 16, 0, 30)
let db: Database
let now: EpochMs
let errors: string[]

beforeEach(async () => {
  db = await openDatabase(':memory:')
  now = START
  errors = []
})

afterEach(() => db.close())

const store = (): TaskStore => ({
  readStates: () => readTaskStates(db),
  saveState: (state) => saveTaskState(db, state),
  saveRun: (state, run) => saveTaskRun(db, state, run),
})

const schedulerOf = (tasks: readonly Task[], over: TaskStore = store()) =>
  createScheduler({
    tasks,
    store: over,
    now: () => now,
    onError: (task, error) => errors.push(`${task}: ${error instanceof Error ? error.message : error}`),
  })

const hourly = (name: string, run: Task['run'], rest: Partial<Task> = {}): Task => ({
  name,
  schedule: everyMinutes(60),
  dependsOn: [],
  backfill: true,
  run,
  ...rest,
})

const hourOfDay = (time: EpochMs) => new Date(time).getUTCHours()

test('missed periods are made up for, in order, before the clock moves on', async () => {
  const seen: string[] = []
  const scheduler = await schedulerOf([
    hourly('a', async ({ from, to }) => void seen.push(`${hourOfDay(from)}-${hourOfDay(to)}`)),
  ])
  await scheduler.tick()
  expect(seen).toEqual([])
  now = START + 3 * HOUR_MS
  await scheduler.tick()
  expect(seen).toEqual(['0-1', '1-2', '2-3'])
  await scheduler.tick()
  expect(seen).toHaveLength(3)
})

test('a failure is tried again after 300 s; its dependents wait, the others go on', async () => {
  const seen: string[] = []
  let broken = true
  const scheduler = await schedulerOf([
    hourly('second', async () => void seen.push('second'), { dependsOn: ['first'] }),
    hourly('first', async () => {
      if (broken) throw new Error('no disk')
      seen.push('first')
    }),
    hourly('other', async () => void seen.push('other')),
  ])
  now = START + HOUR_MS
  await scheduler.tick()
  expect(seen).toEqual(['other'])
  expect(errors).toEqual(['first: no disk'])
  broken = false
  now += 299_000
  await scheduler.tick()
  expect(seen).toEqual(['other'])
  now += 1000
  await scheduler.tick()
  expect(seen).toEqual(['other', 'first', 'second'])
  const [state] = (await readTaskStates(db)).filter(({ name }) => name === 'first')
  expect(state).toMatchObject({ errorCount: 0, lastError: null, retryAt: null })
  const runs = await readTaskRuns(db, 'first', 10)
  expect(runs.map((run) => run.error)).toEqual([null, 'no disk'])
})

test('the state of every task and what it waits for can be asked', async () => {
  const scheduler = await schedulerOf([
    hourly('a', () => Promise.reject(new Error('no'))),
    hourly('b', async () => undefined, { dependsOn: ['a'] }),
  ])
  now = START + HOUR_MS
  await scheduler.tick()
  expect(scheduler.statuses().map(({ state, waitsFor }) => [state.name, state.lastError, waitsFor?.kind])).toEqual([
    ['a', 'no', 'retry_later'],
    ['b', null, 'dependency_failed'],
  ])
})

test('stopping lets what runs end; what it cut short is no failure and is run again', async () => {
  let runs = 0
  let begun = () => {}
  const beginning = new Promise<void>((resolve) => {
    begun = resolve
  })
  const slow = hourly('slow', (_, signal) => {
    runs += 1
    begun()
    if (runs > 1) return Promise.resolve()
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('asked to stop')))
    })
  })
  const scheduler = await schedulerOf([slow])
  now = START + HOUR_MS
  const ticking = scheduler.tick()
  await beginning
  await scheduler.stop()
  await ticking
  expect(errors).toEqual([])
  expect(await readTaskStates(db)).toMatchObject([{ errorCount: 0, lastPeriod: null, runningSince: null }])
  await (await schedulerOf([slow])).tick()
  expect(await readTaskStates(db)).toMatchObject([{ lastPeriod: START - 30 * MINUTE_MS }])
})

test('a task that was never recorded as ended is run again by the next process', async () => {
  const state = (await schedulerOf([hourly('a', async () => undefined)])).statuses()[0]?.state
  if (state === undefined) throw new Error('no state')
  await saveTaskState(db, { ...state, runningSince: START })
  let runs = 0
  const scheduler = await schedulerOf([
    hourly('a', async () => {
      runs += 1
    }),
  ])
  now = START + HOUR_MS
  await scheduler.tick()
  expect(runs).toBe(1)
})

describe('a fortnight with crashes at random moments', () => {
  /** Small, seeded, and good enough to choose moments. */
  const randomOf = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }

  test.each([1, 2, 3])(
    'every period of every backfill task succeeds exactly once, in order (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const random = randomOf(seed)
      const never = new Promise<never>(() => undefined)
      let crashes = 0

      /** One life of a process: whatever it does after its crash doesn't happen. */
      async function live(): Promise<void> {
        let dead = false
        let die = () => {}
        const death = new Promise<void>((resolve) => {
          die = () => {
            dead = true
            crashes += 1
            resolve()
          }
        })
        const step = async <T>(work: () => Promise<T>): Promise<T> => {
          if (!dead && random() < 0.01) die()
          if (dead) return never
          const result = await work()
          if (!dead && random() < 0.01) die()
          return dead ? never : result
        }
        const real = store()
        const mortal: TaskStore = {
          readStates: () => real.readStates(),
          saveState: (state) => step(() => real.saveState(state)),
          saveRun: (state, run) => step(() => real.saveRun(state, run)),
        }
        const work = () =>
          step(async () => {
            if (random() < 0.1) throw new Error('bad luck')
          })
        const tasks: Task[] = [
          hourly('digest', work, { schedule: dailyAt('06:00'), dependsOn: ['count'] }),
          hourly('count', work, { schedule: everyMinutes(360) }),
          hourly('tidy', work, { schedule: dailyAt('00:10'), dependsOn: ['digest', 'count'] }),
        ]
        const scheduler = await Promise.race([schedulerOf(tasks, mortal), death])
        if (scheduler === undefined) return
        while (!dead && now < START + 14 * DAY_MS + HOUR_MS) {
          await Promise.race([scheduler.tick(), death])
          now += 10 * MINUTE_MS
        }
      }

      while (now < START + 14 * DAY_MS + HOUR_MS) await live()
      expect(crashes).toBeGreaterThan(3)
      const periods = async (name: string) => {
        const runs = await readTaskRuns(db, name, 1000)
        return runs
          .filter((run) => run.error === null)
          .map((run) => run.period)
          .reverse()
      }
      const from = (first: EpochMs, step: number, count: number) =>
        Array.from({ length: count }, (_, n) => first + n * step)
      expect(await periods('count')).toEqual(from(Date.UTC(2014, 0, 16), 6 * HOUR_MS, 56))
      expect(await periods('digest')).toEqual(from(Date.UTC(2014, 0, 15, 6), DAY_MS, 14))
      expect(await periods('tidy')).toEqual(from(Date.UTC(2014, 0, 16, 0, 10), DAY_MS, 14))
    },
  )
})
