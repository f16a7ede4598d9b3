import { type Database, openDatabase } from '../data/counts/database.ts'
import { DAY_MS, HOUR_MS, isoSeconds } from '../data/domain/time.ts'
import { ChangedHours } from '../server/api/http/changed-hours.ts'
import { startTestApi } from '../server/api/testing/test-api.ts'
import { dropOpenHour, fillOpenHour, NOW } from './counts-history.ts'

export const QUESTIONS = [
  { name: 'overview', title: 'overview of all channels', goalMs: 5, path: () => '/api/v1/overview' },
  {
    name: 'hourly_60_days',
    title: '60 days hourly of nightly, with band',
    goalMs: 5,
    path: () => `/api/v1/series?${range(60)}&step=hour&channel=nightly`,
  },
  {
    name: 'daily_2_years',
    title: 'years daily by channel',
    goalMs: 5,
    path: (years: number) => `/api/v1/series?${range(Math.round(years * 365.25))}&step=day&by=channel`,
  },
  {
    name: 'by_build_60_days',
    title: '60 days hourly of nightly by build',
    goalMs: 10,
    path: () => `/api/v1/series?${range(60)}&step=hour&channel=nightly&by=build`,
  },
  {
    name: 'problems_week',
    title: 'problems of a week',
    goalMs: 10,
    path: () => `/api/v1/series?${range(7)}&step=hour&metric=invalid&by=problem`,
  },
] as const

function range(days: number): string {
  return `from=${isoSeconds(NOW - days * DAY_MS)}&to=${isoSeconds(NOW)}`
}

export interface Answered {
  readonly coldMs: number
  readonly anewMs: readonly number[]
  readonly keptMs: readonly number[]
  readonly bytes: number
}

/** Each question of a database just opened, in which an hour goes on, then again and again, after a change and without one. */
export async function askAll(path: string, years: number, rounds: number): Promise<Map<string, Answered>> {
  const answers = new Map<string, Answered>()
  await changed(path, (db) => fillOpenHour(db, NOW))
  for (const { name, path: pathOf } of QUESTIONS) {
    const database = await openDatabase(path)
    const changedHours = new ChangedHours()
    const api = await startTestApi({ database, changed: changedHours })
    api.now = NOW
    const ask = async () => {
      const startedAt = performance.now()
      const response = await api.get(pathOf(years))
      const body = await response.arrayBuffer()
      if (response.status !== 200)
        throw new Error(`${pathOf(years)} answers ${response.status}: ${new TextDecoder().decode(body)}`)
      return { ms: performance.now() - startedAt, bytes: body.byteLength }
    }
    const { ms: coldMs, bytes } = await ask()
    const anewMs: number[] = []
    const keptMs: number[] = []
    for (let round = 0; round < rounds; round++) {
      changedHours.hoursChanged([NOW - HOUR_MS])
      anewMs.push((await ask()).ms)
      keptMs.push((await ask()).ms)
    }
    answers.set(name, { coldMs, anewMs, keptMs, bytes })
    await api.close()
    await database.close()
  }
  await changed(path, dropOpenHour)
  return answers
}

async function changed(path: string, change: (db: Database) => Promise<void>): Promise<void> {
  const db = await openDatabase(path)
  await change(db)
  await db.close()
}
