import { parseArgs } from 'node:util'
import { median as sampleMedian } from 'simple-statistics'
import { backtest } from '../alerts/backtest.ts'
import { storyHistory } from '../server/simulate/story/history.ts'
import { storyLabels } from '../server/simulate/story/labels.ts'
import { type ScoredIncident, type StoryScore, scoreStory } from '../server/simulate/story/score.ts'
import type { StoryOptions } from '../server/simulate/story/story.ts'
import { atLeast, atMost, type Goal, printResult, table } from './report.ts'

/**
 * The judge on winters that nothing was tuned on (seeds from 1001; those below were looked at): each seed once with the story's
 * events and once without any. Says what was found, how long after the release of the first bad build (or the start of the gap), and
 * what was told for nothing.
 */
interface Winter {
  readonly seed: number
  readonly eventful: StoryScore
  readonly quiet: StoryScore
  readonly msPerHour: number
}

/** By event: the longest median and worst delay, in hours. */
const DELAY_GOALS: Readonly<Record<string, readonly [number, number]>> = { C: [4, 6], D: [2, 3], E: [1, 1] }

const { values: asked } = parseArgs({
  options: { seeds: { type: 'string', default: '3' }, first: { type: 'string', default: '1001' } },
})
const first = whole('first', asked.first)
const winters = Array.from({ length: whole('seeds', asked.seeds) }, (_, i) => judgedWinter(first + i))
process.stdout.write(`${eventTable(winters)}\n${falseAlarmTable(winters)}`)
printResult('story', metricsOf(winters), goalsOf(winters))

function whole(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  process.stderr.write(`--${name} is "${text}": use a whole number from 1\n`)
  return process.exit(64)
}

function judgedWinter(seed: number): Winter {
  const started = performance.now()
  const eventful = judged({ seed })
  const quiet = judged({ seed, events: [] })
  const hours = eventful.hours + quiet.hours
  const winter = {
    seed,
    eventful: eventful.score,
    quiet: quiet.score,
    msPerHour: (performance.now() - started) / hours,
  }
  process.stderr.write(`seed ${seed}: judged ${hours} hours, ${winter.msPerHour.toFixed(2)} ms each\n`)
  return winter
}

function judged(options: StoryOptions): { readonly score: StoryScore; readonly hours: number } {
  const history = storyHistory(options)
  const { incidents } = backtest(history)
  return { score: scoreStory(storyLabels(options), incidents), hours: history.hours }
}

function eventTable(judgedWinters: readonly Winter[]): string {
  const rows = eventsOf(judgedWinters).map(({ event, cause, delays, repeats, channels }) => [
    event,
    `${delays.length} of ${judgedWinters.length}`,
    delays.length === 0 ? '-' : `${median(delays).toFixed(1)} h`,
    delays.length === 0 ? '-' : `${Math.max(...delays).toFixed(1)} h`,
    String(repeats),
    channels.join(', '),
    cause,
  ])
  return table(['event', 'found', 'median delay', 'worst', 'told again', 'on', 'what happened'], rows)
}

function falseAlarmTable(judgedWinters: readonly Winter[]): string {
  const rows = judgedWinters.flatMap(({ seed, eventful, quiet }) => [
    ...eventful.falseAlarms.map((incident) => alarmRow(seed, 'the story', incident)),
    ...quiet.falseAlarms.map((incident) => alarmRow(seed, 'without events', incident)),
  ])
  if (rows.length === 0) return 'No false alarms, in the story or without its events.\n\n'
  return `${table(['false alarm in', 'seed', 'group', 'channels', 'from', 'told at'], rows)}\n`
}

function alarmRow(seed: number, winter: string, { group, channels, start, detectedAt }: ScoredIncident): string[] {
  return [winter, String(seed), group, channels.join(', '), hourText(start), hourText(detectedAt)]
}

function hourText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

interface EventSummary {
  readonly event: string
  readonly cause: string
  /** In hours, of the winters in which it was found. */
  readonly delays: readonly number[]
  readonly repeats: number
  /** Channels on which it was found in every winter. */
  readonly channels: readonly string[]
}

function eventsOf(judgedWinters: readonly Winter[]): EventSummary[] {
  const [first] = judgedWinters
  return (first?.eventful.events ?? []).map(({ label }) => {
    const scores = judgedWinters.flatMap(({ eventful }) => {
      return eventful.events.filter((score) => score.label.event === label.event)
    })
    return {
      event: label.event,
      cause: label.cause,
      delays: scores.map(({ delayHours }) => delayHours).filter((delay) => delay !== null),
      repeats: scores.reduce((sum, score) => sum + score.repeats.length, 0),
      channels: label.channels.filter((channel) => scores.every((score) => score.channelsFound.includes(channel))),
    }
  })
}

function metricsOf(judgedWinters: readonly Winter[]): Record<string, number> {
  const metrics: Record<string, number> = {
    winters: judgedWinters.length,
    ...falseAlarmsOf(judgedWinters),
    milliseconds_per_hour: rounded(median(judgedWinters.map(({ msPerHour }) => msPerHour))),
  }
  for (const { event, delays, repeats } of eventsOf(judgedWinters)) {
    metrics[`${event}_found_ratio`] = rounded(delays.length / judgedWinters.length)
    metrics[`${event}_told_again`] = repeats
    if (delays.length === 0) continue
    metrics[`${event}_median_delay_hours`] = rounded(median(delays))
    metrics[`${event}_worst_delay_hours`] = rounded(Math.max(...delays))
  }
  return metrics
}

function goalsOf(judgedWinters: readonly Winter[]): Record<string, Goal> {
  const goals: Record<string, Goal> = {}
  for (const { event, delays, repeats } of eventsOf(judgedWinters)) {
    goals[`${event}_found_ratio`] = atLeast(rounded(delays.length / judgedWinters.length), 1)
    goals[`${event}_told_again`] = atMost(repeats, 0)
    const [middle, worst] = DELAY_GOALS[event] ?? []
    if (middle === undefined || worst === undefined || delays.length === 0) continue
    goals[`${event}_median_delay_hours`] = atMost(rounded(median(delays)), middle)
    goals[`${event}_worst_delay_hours`] = atMost(rounded(Math.max(...delays)), worst)
  }
  for (const [name, count] of Object.entries(falseAlarmsOf(judgedWinters))) goals[name] = atMost(count, 0)
  return goals
}

function falseAlarmsOf(judgedWinters: readonly Winter[]): Record<string, number> {
  const count = (scores: readonly StoryScore[]) => scores.reduce((sum, { falseAlarms }) => sum + falseAlarms.length, 0)
  return {
    false_alarms: count(judgedWinters.map(({ eventful }) => eventful)),
    false_alarms_without_events: count(judgedWinters.map(({ quiet }) => quiet)),
  }
}

function median(values: readonly number[]): number {
  return sampleMedian([...values])
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
