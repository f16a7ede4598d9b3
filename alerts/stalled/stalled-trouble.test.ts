import { describe, expect, test } from 'vitest'
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { incidentRow, parseIncident } from '../incident-record.ts'
import { severity } from '../incidents/severity.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import { type ProgressSample, withSample } from './progress.ts'
import { advanceStalled, type WaitingSegments } from './stalled-trouble.ts'

const START = Date.UTC(2014, 0, 16, 12)
const CONVERTING: WaitingSegments = { stage: 'converting', segments: 3, oldest: 'r1-20140116' }

interface Play {
  readonly minutes: number
  /** Minutes since START up to which everything is counted, by minutes since START. */
  readonly counted: (minute: number) => number
  /** Likewise the end of the newest judged hour; as soon as it is counted where not given. */
  readonly judged?: (minute: number) => number | null
  /** Moments at which nobody looks. */
  readonly isAsleep?: (minute: number) => boolean
}

/** A look each second. What happened, with the minute of it. */
function play({ minutes, counted, judged, isAsleep = () => false }: Play) {
  let samples: readonly ProgressSample[] = []
  let told: Incident | null = null
  const events: string[] = []
  for (let now: EpochMs = START; now <= START + minutes * MINUTE_MS; now += SECOND_MS) {
    const minute = (now - START) / MINUTE_MS
    if (isAsleep(minute)) continue
    const countedUpTo = START + counted(minute) * MINUTE_MS
    const ofJudged = judged?.(minute)
    const whole = Math.floor(countedUpTo / HOUR_MS) * HOUR_MS
    const judgedUpTo = ofJudged === undefined ? whole : ofJudged === null ? null : START + ofJudged * MINUTE_MS
    samples = withSample(samples, { at: now, countedUpTo, judgedUpTo })
    const change = advanceStalled(told, { samples, tellAfterMs: 10 * MINUTE_MS, waiting: CONVERTING }, 1)
    if (change === null) continue
    told = change.incident
    if (change.event !== undefined) events.push(`${change.event.kind} ${minute.toFixed(1)}`)
  }
  return { events, told, kept: samples.length }
}

const FRESH = (minute: number) => minute - 0.1

describe('a flow is told of', () => {
  test.each([
    { claim: 'when counting stands still for ten minutes', minutes: 30, counted: () => -0.1, says: ['opened 9.9'] },
    {
      claim: 'when it falls behind slowly, once it is ten minutes behind',
      minutes: 60,
      counted: (minute: number) => 0.7 * minute,
      says: ['opened 33.4'],
    },
    {
      claim: 'when judging stands still, ten minutes after an hour is counted whole',
      minutes: 90,
      counted: FRESH,
      judged: () => 0,
      says: ['opened 70.1'],
    },
    {
      claim: 'and its end, once it is five minutes behind at most',
      minutes: 60,
      counted: (minute: number) => (minute < 30 ? 0 : Math.min(minute, 2 * (minute - 30))),
      says: ['opened 10.0', 'resolved 55.0'],
    },
    {
      claim: 'again as the same incident, when it stands still again within a day',
      minutes: 60,
      counted: (minute: number) => (minute < 20 ? 0 : minute < 30 ? minute : 30),
      says: ['opened 10.0', 'resolved 20.0', 'reopened 40.0'],
    },
    {
      claim: 'when a backlog stays as it is, once it was watched for five minutes',
      minutes: 20,
      counted: (minute: number) => minute - 60,
      says: ['opened 5.0'],
    },
  ])('$claim', ({ says, ...given }) => expect(play(given).events).toEqual(says))
})

describe('nobody is told', () => {
  test.each([
    { claim: 'of a flow that is fresh', minutes: 180, counted: FRESH },
    { claim: 'of nine minutes without progress', minutes: 60, counted: (minute: number) => (minute < 9 ? 0 : minute) },
    {
      claim: 'of a backlog of a day that is worked off twice as fast as it grows',
      minutes: 60,
      counted: (minute: number) => -1440 + 3 * minute,
    },
    {
      claim: 'of a backlog of hours that are judged one after the other',
      minutes: 60,
      counted: FRESH,
      judged: (minute: number) => -60 * 200 + 60 * Math.floor(minute * 2),
    },
    { claim: 'before anything was ever judged', minutes: 180, counted: FRESH, judged: () => null },
    {
      claim: 'of a machine that slept for hours and goes on as soon as it wakes',
      minutes: 300,
      isAsleep: (minute: number) => minute > 20 && minute < 280,
      counted: (minute: number) => (minute < 20 ? minute : minute < 281 ? 20 : minute),
    },
  ])('$claim', (given) => expect(play(given).events).toEqual([]))
})

test('few looks are remembered, however long it goes on', () => {
  expect(play({ minutes: 120, counted: FRESH }).kept).toBeLessThan(80)
})

describe('what is said', () => {
  const { told } = play({ minutes: 15, counted: () => 0 })
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

  test('names the time, who stands still, and that nothing is lost', () => {
    if (told === null) throw new Error('nothing was told')
    expect(incidentSentence(told)).toBe(
      'Nothing that came after Thu 16 Jan, 12:00 is counted yet: submissions are kept.',
    )
    expect(mailSubject(told)).toBe(
      '[tidewatch] nothing is counted since Thu 12:00 UTC: Tidewatch is behind (submissions are kept)',
    )
    expect(plain(told.explanation.sentence)).toBe(
      'The converter does not go on: 3 segments wait (the oldest is r1-20140116), for 10 min now. ' +
        'Nothing is lost, and nobody is told of any channel before it goes on.',
    )
  })

  test('when it is over, is what it was', () => {
    const { told: over } = play({ minutes: 40, counted: (minute) => (minute < 20 ? 0 : minute) })
    if (over === null) throw new Error('nothing was told')
    expect(incidentSentence(over)).toBe(
      'Nothing was counted for a while: what came from Thu 16 Jan, 12:00 to Thu 16 Jan, 13:00 was counted later.',
    )
  })

  test('weighs more after two hours, in which something may well have happened', () => {
    const later = play({ minutes: 200, counted: () => 0 }).told
    if (told === null || later === null) throw new Error('nothing was told')
    expect([severity(told), severity(later)]).toEqual(['medium', 'high'])
  })

  test('is read from the database as it was written', () => {
    if (told === null) throw new Error('nothing was told')
    expect(parseIncident(incidentRow(told))).toEqual(told)
  })
})
