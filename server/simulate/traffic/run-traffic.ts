import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { poisson, randomStream } from '../story/random.ts'
import type { HourOfRates } from '../story/rates.ts'
import { type Lottery, lotteryOf } from './draw.ts'
import { type Fault, withFaults } from './faults.ts'
import { type Answer, createSender } from './sender.ts'
import { simulatedSubmission } from './submission.ts'

export interface TrafficOptions {
  /** The receiver's address: `http://127.0.0.1:8080`. */
  readonly url: URL
  /** What is sent at a time, per hour; `storyRates` is one. */
  readonly rates: (time: number) => HourOfRates
  /** Factor on the rates at a time; default 1. */
  readonly factor?: (perHour: number) => number
  /** Default: all. Named as the counts name them. */
  readonly channels?: ReadonlySet<string>
  readonly faults?: readonly Fault[]
  readonly seed: number
  /** Ends the traffic; requests under way are still answered. */
  readonly stop: AbortSignal
  /** Default: until stopped. */
  readonly durationMs?: number
  /** Requests at a time; what comes while so many wait is held back for good, so a slow server is never flooded. */
  readonly maxInFlight?: number
  readonly now?: () => number
  /** Told about every `progressEveryMs`, default 10 s. */
  readonly onProgress?: (report: TrafficReport) => void
  readonly progressEveryMs?: number
}

export interface TrafficReport {
  readonly sent: number
  /** Not sent, because too many requests waited. */
  readonly heldBack: number
  /** By status, ascending. */
  readonly answers: ReadonlyMap<number, number>
  /** Requests without an answer, by why. */
  readonly failures: ReadonlyMap<string, number>
}

const TICK_MS = 25
/** After a pause of the process (a laptop that slept) the submissions of the pause aren't made up for. */
const LONGEST_TICK_MS = 1_000
const TIMEOUT_MS = 30_000

/** Sends submissions, as many as the rates of the present hour say, until stopped or for `durationMs`. */
export async function runTraffic(options: TrafficOptions): Promise<TrafficReport> {
  const { stop, seed, maxInFlight = 64, now = Date.now, progressEveryMs = 10_000 } = options
  const random = randomStream(seed, 'traffic')
  const tally = createTally()
  const sender = createSender({
    url: options.url,
    maxConnections: maxInFlight,
    timeoutMs: TIMEOUT_MS,
    onAnswer: tally.answer,
  })
  const lotteryAt = lotteries(options)
  const begin = now()
  const end = options.durationMs === undefined ? Number.POSITIVE_INFINITY : begin + options.durationMs
  let last = begin
  let nextProgress = begin + progressEveryMs
  while (!stop.aborted && last < end) {
    await sleep(TICK_MS, undefined, { signal: stop }).catch(() => undefined)
    const time = Math.min(now(), end)
    const { perHour, lottery } = lotteryAt(time)
    const arrivals = poisson((perHour * Math.min(time - last, LONGEST_TICK_MS)) / HOUR_MS, random)
    for (let i = 0; i < arrivals; i += 1) {
      const draw = lottery.draw(random)
      if (draw === null) break
      if (sender.inFlight >= maxInFlight) tally.holdBack()
      else sender.send(simulatedSubmission({ ...draw, documentId: randomUUID() }, random))
    }
    last = time
    if (time >= nextProgress) {
      nextProgress += progressEveryMs
      options.onProgress?.(tally.report())
    }
  }
  await sender.close()
  return tally.report()
}

/** The lottery of the hour of a time, and how many submissions per hour are to be drawn from it. */
function lotteries({ rates, faults = [], channels, factor = () => 1 }: TrafficOptions) {
  let hour: HourOfRates | null = null
  let lottery: Lottery = { perHour: 0, draw: () => null }
  let perHour = 0
  return (time: number) => {
    const current = rates(time)
    if (current !== hour) {
      hour = current
      // A fault takes submissions away; the others don't become more for it.
      const healthy = lotteryOf(current, channels ?? null).perHour
      lottery = lotteryOf(withFaults(current, faults), channels ?? null)
      perHour = lottery.perHour * factor(healthy)
    }
    return { perHour, lottery }
  }
}

function createTally() {
  let sent = 0
  let heldBack = 0
  const answers = new Map<number, number>()
  const failures = new Map<string, number>()
  return {
    holdBack() {
      heldBack += 1
    },
    answer(answer: Answer) {
      sent += 1
      if (answer.kind === 'status') answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
      else failures.set(answer.code, (failures.get(answer.code) ?? 0) + 1)
    },
    report(): TrafficReport {
      return { sent, heldBack, answers: new Map([...answers].sort(([a], [b]) => a - b)), failures: new Map(failures) }
    },
  }
}
