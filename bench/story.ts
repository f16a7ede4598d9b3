import { median as sampleMedian } from 'simple-statistics'
import { backtest } from '../alerts/backtest.ts'
import { storyHistory } from '../server/simulate/story/history.ts'
import { storyLabels } from '../server/simulate/story/labels.ts'
import { type ScoredIncident, type StoryScore, scoreStory } from '../server/simulate/story/score.ts'
import type { StoryOptions } from '../server/simulate/story/story.ts'
import { askedOf } from './options.ts'
import { atLeast, atMost, type Floors, type Goal, held, printResult, table } from './report.ts'

interface Winter {
  readonly seed: number
  readonly eventful: StoryScore
  readonly quiet: StoryScore
  readonly msPerHour: number
}

/** By event: the longest median and worst delay, in hours. */
const DELAY_GOALS: Readonly<Record<string, readonly [number, number]>> = { C: [4, 6], D: [2, 3], E: [1, 1] }
const FLOORS = floors()

const asked = askedOf({
  name: 'story',
  about: `
The judge on winters that nothing was tuned on (seeds from 1001; those below were looked at): each seed once with the story's
events and once without any. Says what was found, how long after the release of the first bad build (or the start of the gap), and
what was told for nothing.`,
  options: {
    seeds: { value: 'N', about: 'How many winters. Default: 3.' },
    first: { value: 'N', about: 'The seed of the first. Default: 1001.' },
  },
  floors: FLOORS,
})
const first = asked.whole('first', 1001)
const winters = Array.from({ length: asked.whole('seeds', 3) }, (_, i) => judgedWinter(first + i))
process.stdout.write(`${eventTable(winters)}\n${falseAlarmTable(winters)}`)
printResult('story', metricsOf(winters), goalsOf(winters))

function floors(): Floors {
  const events = storyLabels({ seed: 1 }).map(({ event }) => event)
  return {
    ...Object.fromEntries(
      events.flatMap((event) => {
        const [middle, worst] = DELAY_GOALS[event] ?? []
        return [
          [`${event}_found_ratio`, atLeast(1, `winters in which ${event} was found`)],
          [`${event}_told_again`, atMost(0, `incidents about ${event} beyond the first`)],
          ...(middle === undefined ? [] : [[`${event}_median_delay_hours`, atMost(middle, 'until it was told')]]),
          ...(worst === undefined ? [] : [[`${event}_worst_delay_hours`, atMost(worst, 'until it was told')]]),
        ]
      }),
    ),
    false_alarms: atMost(0, "told for nothing, in winters with the story's events"),
    false_alarms_without_events: atMost(0, 'told for nothing, in winters without any'),
  }
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
  return held(FLOORS, metricsOf(judgedWinters))
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
