import { Cron } from 'croner'
import { DAY_MS, type EpochMs, MINUTE_MS } from '../../data/domain/time.ts'

/** From `from` (included) to `to` (excluded); its task runs once `to` has passed. */
export interface Period {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Cuts time into periods, without holes, the same for whoever asks and whenever. Everything is UTC. */
export interface Schedule {
  /** The period that holds `time`. */
  periodAt(time: EpochMs): Period
  /** For people: `every 5 minutes`. */
  readonly text: string
}

/** Every `minutes`, counted from the full hour or day: a divisor or multiple of an hour or a day keeps the hours of the clock. */
export function everyMinutes(minutes: number): Schedule {
  if (!Number.isInteger(minutes) || minutes < 1) {
    throw new RangeError(`a task's period is ${minutes} minutes: use a whole number from 1`)
  }
  return regular(minutes * MINUTE_MS, 0, minutes === 1 ? 'every minute' : `every ${minutes} minutes`)
}

/** Every day (or every `days` days) at `at`, `HH:MM` UTC. */
export function dailyAt(at: string, days = 1): Schedule {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at)
  if (match === null) throw new RangeError(`a task's time of day is "${at}": use HH:MM from 00:00 to 23:59, UTC`)
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`a task's period is ${days} days: use a whole number from 1`)
  const offset = (Number(match[1]) * 60 + Number(match[2])) * MINUTE_MS
  return regular(days * DAY_MS, offset, days === 1 ? `every day at ${at} UTC` : `every ${days} days at ${at} UTC`)
}

function regular(lengthMs: number, offsetMs: number, text: string): Schedule {
  return {
    text,
    periodAt(time) {
      const from = Math.floor((time - offsetMs) / lengthMs) * lengthMs + offsetMs
      return { from, to: from + lengthMs }
    },
  }
}

/** By a cron expression of five fields (`0 6 * * 1`: Mondays at 06:00 UTC): the periods lie between its times. */
export function cron(expression: string): Schedule {
  const times = parseCron(expression)
  return {
    text: `cron ${expression} UTC`,
    periodAt(time) {
      const next = times.nextRun(new Date(time))?.getTime()
      // croner looks strictly before its reference, so a time that is one itself counts from just after it.
      const last = times.previousRuns(1, new Date(time + 1))[0]?.getTime()
      if (next === undefined || last === undefined) {
        throw new RangeError(`the cron expression "${expression}" has no time around ${new Date(time).toISOString()}`)
      }
      return { from: last, to: next }
    },
  }
}

function parseCron(expression: string): Cron {
  if (expression.trim().split(/\s+/).length !== 5) {
    throw new RangeError(`the cron expression is "${expression}": use five fields, minute hour day month weekday`)
  }
  try {
    return new Cron(expression, { timezone: 'UTC', paused: true })
  } catch (error) {
    throw new RangeError(`the cron expression is "${expression}": ${error instanceof Error ? error.message : error}`)
  }
}
