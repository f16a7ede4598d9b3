import type { ChannelState, OverviewAnswer, PipelineAnswer, QuarantineAnswer } from '../../server/api/types.ts'
import { isJudgeBehind } from '../shell/freshness.ts'
import type { Zone } from '../view/zone.ts'
import { count, counted, countRange, rate, size, UNIT_SPACE } from '../words/number.ts'
import { age, datedClock, HOUR_MS, MINUTE_MS, zonedClock } from '../words/time.ts'
import type { MinuteRate } from './minute-rate.ts'

/** One number of the pipeline, what it should be, and, where it isn't, that in a word. */
export interface Gauge {
  /** The stage that it belongs to, in the order in which a submission comes through. */
  readonly stage: Stage
  readonly name: string
  readonly now: string
  readonly shouldBe: string
  /** Null: it is as it should be. */
  readonly trouble: Trouble | null
  /** `now` is an age: that it changed is no news. */
  readonly isAge?: true
}

export const STAGES = ['Receive', 'Spool', 'Convert', 'Count', 'Judge', 'Quarantine', 'Tell', 'Disk'] as const
export type Stage = (typeof STAGES)[number]

export interface Trouble {
  readonly mark: ChannelState
  /** `wrong`: something is lost or late. `watch`: it will be, or somebody can mend it. */
  readonly level: 'wrong' | 'watch'
  readonly word: string
  /** The top of the page says it whole. */
  readonly sentence: string
}

export interface PipelineFacts {
  readonly pipeline: PipelineAnswer
  /** Null: not known yet, or couldn't be had. */
  readonly quarantine: QuarantineAnswer | null
  readonly overview: OverviewAnswer | null
  readonly rate: MinuteRate | null
  /** By the server's clock, in epoch milliseconds. */
  readonly now: number
  readonly zone: Zone
}

/** A heartbeat comes every few seconds; what is counted of it is behind by as much as counting is. */
const SILENT_MS = MINUTE_MS
const LATE_MS = 5 * MINUTE_MS
const STOPPED_MS = 15 * MINUTE_MS
const DISK_WRONG_HOURS = 24
const DISK_WATCH_HOURS = 72
/** An open edge always meets somebody who sends too much. */
const LEAST_DISCARDED = 0.001

/** All that can be said of the service itself, from receiving to telling. */
export function gauges(facts: PipelineFacts): readonly Gauge[] {
  return [
    ...receivers(facts),
    ...rateNow(facts),
    ...discarded(facts),
    backlog(facts),
    ...imports(facts),
    workers(facts),
    watermark(facts),
    judged(facts),
    ...quarantine(facts),
    outbox(facts),
    ...refused(facts),
    ...disk(facts),
  ]
}

function receivers({ pipeline, now }: PipelineFacts): readonly Gauge[] {
  const shouldBe = `heard of less than ${age(SILENT_MS)} ago`
  if (pipeline.receivers.length === 0) {
    const sentence = 'No receiver was heard of in the last day: nobody listens.'
    return [
      {
        stage: 'Receive',
        name: 'Receivers',
        now: 'none',
        shouldBe: 'at least one',
        trouble: wrong('silent', 'none', sentence),
      },
    ]
  }
  // Heartbeats are counted like all else: where counting is behind, receivers aren't to blame.
  const lateMs = Math.max(0, now - Date.parse(pipeline.watermark))
  return pipeline.receivers.map(({ name, last_heartbeat: at, refusing, refusal }) => {
    const ageMs = at === null ? null : now - Date.parse(at)
    const heard = ageMs === null ? 'not heard of yet' : `heard of ${age(ageMs)} ago`
    const isSilent = ageMs !== null && ageMs > SILENT_MS + lateMs
    const trouble =
      refusing === true
        ? wrong(
            'invalid',
            'refuses',
            `${name} takes no submissions: ${REFUSALS[refusal ?? ''] ?? refusal ?? 'it does not say why'}.`,
          )
        : isSilent
          ? wrong('silent', 'silent', `${name} was not heard of for ${age(ageMs ?? 0)}.`)
          : null
    return {
      stage: 'Receive',
      name,
      now: refusing === true ? `${heard}, refuses` : heard,
      shouldBe,
      trouble,
      isAge: true,
    }
  })
}

const REFUSALS: Readonly<Record<string, string>> = {
  disk_full: 'the disk is nearly full',
  write_failed: 'it could not write',
  stopping: 'it is stopping',
}

function rateNow({ rate: minutes }: PipelineFacts): readonly Gauge[] {
  if (minutes === null) return []
  const { perMinute, expected } = minutes
  const isLow = expected !== null && perMinute < LEAST_RATE * expected.low
  const sentence = `Only ${count(perMinute)} submissions a minute come, where ${expected === null ? 'more' : countRange(expected.low, expected.high)} are expected.`
  return [
    {
      stage: 'Receive',
      name: 'Rate, mean of 15 min',
      now: `${perSecond(perMinute / 60)} a second, ${count(perMinute)} a minute`,
      shouldBe:
        expected === null
          ? 'not learnt yet'
          : `at least ${count(LEAST_RATE * expected.low)} a minute; ${countRange(expected.low, expected.high)} are usual at this hour`,
      trouble: isLow ? wrong('low', 'too low', sentence) : null,
    },
  ]
}

/** Minutes vary more than the hours that are judged: this page tells only what nobody can miss. */
const LEAST_RATE = 0.5

function perSecond(value: number): string {
  return value >= 10 || value === 0 ? count(value) : value.toFixed(1)
}

function discarded({ overview }: PipelineFacts): readonly Gauge[] {
  if (overview === null) return []
  const [worst] = overview.channels
    .flatMap(({ channel, discarded: causes }) => causes.map((one) => ({ channel, ...one })))
    .sort((a, b) => b.rate - a.rate)
  const name = 'Discarded as too large, 24 h'
  const shouldBe = `under ${rate(LEAST_DISCARDED)} of every channel`
  if (worst === undefined) return [{ stage: 'Receive', name, now: 'none', shouldBe, trouble: null }]
  const isMuch = worst.rate >= LEAST_DISCARDED
  const sentence = `${rate(worst.rate)} of what ${worst.channel} sends is over the size limit and not kept.`
  return [
    {
      stage: 'Receive',
      name,
      now: `${isMuch ? rate(worst.rate) : `under ${rate(LEAST_DISCARDED)}`} of ${worst.channel}`,
      shouldBe,
      trouble: isMuch ? watch('discarded', 'discarded', sentence) : null,
    },
  ]
}

function backlog({ pipeline: { backlog: waiting } }: PipelineFacts): Gauge {
  const ageMs = waiting.oldest_seconds * 1000
  const sentence = `${counted(waiting.segments, 'segment')} of submissions wait to be counted, the oldest for ${age(ageMs)}.`
  return {
    stage: 'Spool',
    name: 'Waiting to be counted',
    now:
      waiting.segments === 0
        ? 'nothing'
        : `${counted(waiting.segments, 'segment')}, ${size(waiting.bytes)}, the oldest ${age(ageMs)}`,
    shouldBe: `no older than ${age(LATE_MS)}`,
    trouble: late(ageMs, sentence),
  }
}

function imports({ pipeline }: PipelineFacts): readonly Gauge[] {
  const { segments, bytes } = pipeline.imports
  if (segments === 0) return []
  const now = `${counted(segments, 'segment')}, ${size(bytes)}`
  return [{ stage: 'Spool', name: 'Logs brought in', now, shouldBe: 'waits behind what is live', trouble: null }]
}

function workers({ pipeline }: PipelineFacts): Gauge {
  const { workers: threads, backlog: waiting } = pipeline
  const isOverrun = threads !== null && threads.busy >= threads.total && waiting.oldest_seconds * 1000 > LATE_MS
  return {
    stage: 'Convert',
    name: 'Threads',
    now: threads === null ? 'run elsewhere, or not at all' : `${threads.busy} of ${threads.total} busy`,
    shouldBe: 'one free, or nothing waits',
    trouble: isOverrun ? wrong('unknown', 'too few', 'All converter threads are busy, and submissions wait.') : null,
  }
}

function watermark({ pipeline, now, zone }: PipelineFacts): Gauge {
  const at = Date.parse(pipeline.watermark)
  const ageMs = now - at
  return {
    stage: 'Count',
    name: 'Counted up to',
    now: `${datedClock(at, now, zone)}, ${age(ageMs)} ago`,
    shouldBe: 'less than a minute ago',
    isAge: true,
    trouble: late(ageMs, `Nothing that came in the last ${age(ageMs)} is counted yet.`),
  }
}

function judged({ pipeline, now, zone }: PipelineFacts): Gauge {
  const at = pipeline.judged_up_to === null ? null : Date.parse(pipeline.judged_up_to)
  const counted = Date.parse(pipeline.watermark)
  const isBehind = at !== null && isJudgeBehind(at, counted)
  const due = Math.floor(now / HOUR_MS) * HOUR_MS
  return {
    stage: 'Judge',
    name: 'Judged up to',
    now: at === null ? 'no hour yet' : `${datedClock(at, now, zone)}${isBehind ? `, ${age(now - at)} ago` : ''}`,
    shouldBe: `${zonedClock(due, zone)}, the last whole hour`,
    trouble: isBehind
      ? wrong('unknown', 'behind', `The judge is behind: it has judged up to ${datedClock(at ?? 0, now, zone)}.`)
      : null,
  }
}

function quarantine({ quarantine: kept }: PipelineFacts): readonly Gauge[] {
  if (kept === null) return []
  const sum = (of: (problem: QuarantineAnswer['problems'][number]) => number): number =>
    kept.problems.reduce((total, problem) => total + of(problem), 0)
  const submissions = sum(({ submissions: each }) => each)
  const ready = sum(({ would_convert: each }) => each ?? 0)
  const mostOf = `${count(ready)} of ${count(submissions)} submissions in quarantine would convert today: reprocess them.`
  return [
    {
      stage: 'Quarantine',
      name: 'Kept to be tried again',
      now: submissions === 0 ? 'nothing' : `${counted(submissions, 'submission')}, ${size(sum(({ bytes }) => bytes))}`,
      shouldBe: 'nothing that would convert today',
      trouble: ready > 0 ? watch('recovering', `${count(ready)} would convert`, mostOf) : null,
    },
  ]
}

function outbox({ pipeline: { outbox: mails }, now }: PipelineFacts): Gauge {
  const ageMs = mails.oldest === null ? 0 : now - Date.parse(mails.oldest)
  const why = mails.last_error === null ? '' : `: ${mails.last_error}`
  const sentence = `${counted(mails.waiting, 'mail')} ${mails.waiting === 1 ? 'waits' : 'wait'}, the oldest for ${age(ageMs)}${why}.`
  return {
    stage: 'Tell',
    name: 'Mails waiting',
    now: mails.waiting === 0 ? 'none' : `${count(mails.waiting)}, the oldest ${age(ageMs)}${why}`,
    shouldBe: `none, or not for ${age(LATE_MS)}`,
    trouble: mails.waiting === 0 ? null : late(ageMs, sentence),
  }
}

function refused({ pipeline: { outbox: mails } }: PipelineFacts): readonly Gauge[] {
  const [first] = mails.refused
  if (first === undefined) return []
  const more = mails.refused.length === 1 ? '' : ` and ${mails.refused.length - 1} more`
  const sentence = `The mail server refuses ${first.recipient}${more}: ${first.error}.`
  const now = `${first.recipient}${more}: ${first.error}`
  return [
    {
      stage: 'Tell',
      name: 'Refused recipients',
      now,
      shouldBe: 'none',
      trouble: wrong('invalid', 'refused', sentence),
    },
  ]
}

function disk({ pipeline }: PipelineFacts): readonly Gauge[] {
  if (pipeline.disk === null) return []
  const { free_bytes: free, min_free_bytes: least, hours_until_full: hours } = pipeline.disk
  const within = hours === null ? '' : `, full in about ${age(hours * HOUR_MS)}`
  const gauge = {
    stage: 'Disk',
    name: 'Free',
    now: `${size(free)}${free < least || hours === 0 ? '' : within}`,
    shouldBe: `more than ${size(least)}, not full within ${age(DISK_WATCH_HOURS * HOUR_MS)}`,
  } as const
  if (free < least || hours === 0)
    return [{ ...gauge, trouble: wrong('unknown', 'full', 'The disk is full: submissions are refused.') }]
  if (hours === null || hours >= DISK_WATCH_HOURS) return [{ ...gauge, trouble: null }]
  const sentence = `The disk will be full in about ${age(hours * HOUR_MS)}; then submissions are refused.`
  const isNear = hours < DISK_WRONG_HOURS
  return [
    { ...gauge, trouble: isNear ? wrong('unknown', 'nearly full', sentence) : watch('unknown', 'fills up', sentence) },
  ]
}

function late(ageMs: number, sentence: string): Trouble | null {
  if (ageMs >= STOPPED_MS) return wrong('unknown', 'late', sentence)
  return ageMs >= LATE_MS ? watch('unknown', 'late', sentence) : null
}

function wrong(mark: ChannelState, word: string, sentence: string): Trouble {
  return { mark, level: 'wrong', word, sentence: plainSpaces(sentence) }
}

function watch(mark: ChannelState, word: string, sentence: string): Trouble {
  return { mark, level: 'watch', word, sentence: plainSpaces(sentence) }
}

/** Two full stops where an error of another program ends with its own. */
function plainSpaces(sentence: string): string {
  return sentence.replace(/\.\.$/, '.').replaceAll(`${UNIT_SPACE}.`, '.')
}

const MOST_SENTENCES = 3

/** What stands on top of the page: what is wrong first, at most three. */
export function pipelineSentences(all: readonly Gauge[]): OverviewAnswer['sentences'] {
  const troubles = all.flatMap(({ trouble }) => trouble ?? [])
  if (troubles.length === 0) return [{ mark: 'well', text: 'Everything is where it should be.', incident: null }]
  return [...troubles.filter(({ level }) => level === 'wrong'), ...troubles.filter(({ level }) => level === 'watch')]
    .slice(0, MOST_SENTENCES)
    .map(({ mark, sentence }) => ({ mark, text: sentence, incident: null }))
}
