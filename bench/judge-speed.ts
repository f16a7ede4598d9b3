import { startBacktest } from '../alerts/backtest.ts'
import { HOUR_MS } from '../data/domain/time.ts'
import { askedOf } from './options.ts'
import { atMost, held, printResult, table } from './report.ts'
import { SHAPES, speedHistory } from './worlds/speed-history.ts'

const FLOORS = {
  next_hour_ms: atMost(1000, 'the slowest hour but the first after a start, of any shape'),
  year_minutes: atMost(20, 'a year of hours, one after the other'),
}

const asked = askedOf({
  name: 'judge:speed',
  about: `
How long an hour takes to judge where a thousand series are followed: the next hour, the first of a day (which learns seasons, noise and
rates anew), and the first after a start, which learns everything. A year is told from the hours that were judged; --hours 8766 judges it all.`,
  options: {
    series: { value: 'N', about: 'How many series are followed. Default: 1000.' },
    hours: { value: 'N', about: 'How many hours are judged. Default: 72.' },
    shape: {
      value: 'TEXT',
      about: `Only shapes whose name has this: ${shapeNames()}. Default: all.`,
    },
  },
  floors: FLOORS,
})

const LEARNT_HOURS = 56 * 24
const HOURS_PER_YEAR = 8766
const MINUTE_MS = 60_000
/** The first learns everything; what a year takes is told from those after it. */
const LEAST_HOURS = 2

interface Speed {
  readonly shape: string
  readonly channels: number
  readonly firstMs: number
  readonly medianMs: number
  readonly midnightMs: number
  readonly worstMs: number
  readonly yearMinutes: number
  readonly rssMiB: number
}

const series = asked.whole('series', 1000)
const hours = asked.whole('hours', 72, LEAST_HOURS)
const shapes = SHAPES.filter(({ name }) => name.includes(asked.option('shape') ?? ''))
if (shapes.length === 0) asked.refuse(`--shape is "${asked.option('shape')}": use part of ${shapeNames()}`)
const measured = shapes.map((shape) => measure(shape))
process.stdout.write(speedTable())
const reached = {
  next_hour_ms: Math.max(...measured.map(({ worstMs }) => worstMs)),
  year_minutes: Math.max(...measured.map(({ yearMinutes }) => yearMinutes)),
}
printResult('judge-speed', metrics(), held(FLOORS, reached))

function shapeNames(): string {
  return SHAPES.map(({ name }) => name).join(', ')
}

function measure(shape: (typeof SHAPES)[number]): Speed {
  const history = speedHistory(shape, series, LEARNT_HOURS + hours)
  const from = history.start + LEARNT_HOURS * HOUR_MS
  const run = startBacktest()
  const took = Array.from({ length: hours }, (_, index) => {
    const hour = from + index * HOUR_MS
    const before = performance.now()
    run.judge(history, hour, hour + HOUR_MS)
    if ((index + 1) % 24 === 0) process.stderr.write(`${shape.name}: ${index + 1} of ${hours} hours judged\n`)
    return { hour, ms: performance.now() - before }
  })
  const [first, ...next] = took
  const midnights = next.filter(({ hour }) => hour % (24 * HOUR_MS) === 0)
  const total = next.reduce((sum, { ms }) => sum + ms, 0)
  return {
    shape: shape.name,
    channels: history.channels.size,
    firstMs: first?.ms ?? 0,
    medianMs: middle(next),
    midnightMs: middle(midnights),
    worstMs: Math.max(...next.map(({ ms }) => ms)),
    yearMinutes: ((total / next.length) * HOURS_PER_YEAR + (first?.ms ?? 0)) / MINUTE_MS,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
  }
}

function middle(all: readonly { readonly ms: number }[]): number {
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function speedTable(): string {
  const rows = measured.map((own) => [
    own.shape,
    String(own.channels),
    `${own.medianMs.toFixed(0)} ms`,
    `${own.midnightMs.toFixed(0)} ms`,
    `${own.worstMs.toFixed(0)} ms`,
    `${(own.firstMs / 1000).toFixed(1)} s`,
    `${own.yearMinutes.toFixed(1)} min`,
    `${own.rssMiB.toFixed(0)} MiB`,
  ])
  const head = [`${series} series as`, 'channels', 'an hour', 'first of a day', 'slowest', 'after a start']
  return table([...head, `a year, from ${hours} hours`, 'memory'], rows)
}

function metrics(): Record<string, number> {
  return Object.fromEntries(
    measured.flatMap((own) => [
      [`${own.shape}_hour_ms`, own.medianMs],
      [`${own.shape}_first_of_day_ms`, own.midnightMs],
      [`${own.shape}_after_start_ms`, own.firstMs],
      [`${own.shape}_year_minutes`, own.yearMinutes],
      [`${own.shape}_rss_mib`, own.rssMiB],
    ]),
  )
}
