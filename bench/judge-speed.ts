import { parseArgs } from 'node:util'
import { startBacktest } from '../alerts/backtest.ts'
import { HOUR_MS } from '../data/domain/time.ts'
import { atMost, printResult, table } from './report.ts'
import { SHAPES, speedHistory } from './worlds/speed-history.ts'

/**
 * How long an hour takes to judge where a thousand series are followed: the next hour, the first of a day (which learns seasons, noise and
 * rates anew), and the first after a start, which learns everything. A year is told from the hours that were judged; `--hours 8766` judges it all.
 */
const { values: asked } = parseArgs({
  options: {
    series: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '72' },
    shape: { type: 'string', default: '' },
  },
})

const LEARNT_HOURS = 56 * 24
const HOURS_PER_YEAR = 8766
const MINUTE_MS = 60_000

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

const series = whole('series', asked.series)
const hours = whole('hours', asked.hours)
const measured = SHAPES.filter(({ name }) => name.includes(asked.shape)).map((shape) => measure(shape))
process.stdout.write(speedTable())
printResult('judge-speed', metrics(), {
  next_hour_ms: atMost(Math.max(...measured.map(({ worstMs }) => worstMs)), 1000),
  year_minutes: atMost(Math.max(...measured.map(({ yearMinutes }) => yearMinutes)), 20),
})

function whole(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  process.stderr.write(`--${name} is "${text}": use a whole number from 1\n`)
  return process.exit(64)
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
