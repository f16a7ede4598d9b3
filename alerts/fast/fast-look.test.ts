import { describe, expect, test, vi } from 'vitest'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import { liveMinutes, type MinutePlan } from './testing/live-minutes.ts'

vi.setConfig({ testTimeout: 120_000 })

const CHANNELS = { release: 60_000, beta: 9000, esr: 5000, nightly: 2200, aurora: 1700 } as const
const FEW = { release: 60_000, beta: 9000, nightly: 2200 } as const
/** Ten o'clock of the first day that is looked at. */
const TEN = 600

/** `channel` has `percent` of the usual from one minute to another. */
function during(channel: string, from: number, to: number, percent = 0): NonNullable<MinutePlan['percent']> {
  return (name, minute) => (name === channel && minute >= from && minute < to ? percent : 100)
}

/** `opened 617` and so on, of the first incident; others are told with their number. */
function story(plan: Omit<MinutePlan, 'channels' | 'days'> & Partial<MinutePlan>) {
  const live = liveMinutes({ channels: FEW, days: 1, ...plan })
  const events = live.told.map(
    ({ incident, kind, minute }) => `${incident === 1 ? '' : `${incident}: `}${kind} ${minute}`,
  )
  return { ...live, events }
}

describe('a large channel that stops', () => {
  test.each([0, 2, 3, 8, 21, 40, 57])('%i minutes after ten is told within twenty', (after) => {
    const { told } = story({ percent: during('nightly', TEN + after, 2 * TEN), seed: (after % 3) + 1 })
    const [first] = told
    expect(first?.kind).toBe('opened')
    expect(first?.minute).toBeGreaterThanOrEqual(TEN + after + 14)
    expect(first?.minute).toBeLessThanOrEqual(TEN + after + 20)
  })

  test('is one incident with what the hours show afterwards, told once', () => {
    const { events, incidents } = story({ percent: during('nightly', TEN + 3, TEN + 203) })
    expect(events[0]).toBe('opened 620')
    expect(events.map((event) => event.replace(/ .*/, ''))).toEqual(['opened', 'recovering', 'resolved'])
    expect(incidents).toMatchObject([{ kind: 'outage', channels: ['nightly'], state: 'resolved' }])
    expect(incidents[0]).not.toHaveProperty('fastLook')
  })

  test('and comes back before its hour shows it, was as short as it was', () => {
    const { events, incidents, told } = story({ percent: during('nightly', TEN + 3, TEN + 24) })
    expect(events).toEqual(['opened 620', 'recovering 635', 'resolved 660'])
    const [incident] = incidents
    if (incident === undefined) throw new Error('nothing was told')
    expect(incident).toMatchObject({ kind: 'outage', state: 'resolved' })
    expect(told[2]?.text).toMatch(
      /^nightly was (99|100)\s% below expected from Thu 23 Jan, 10:0[234] to Thu 23 Jan, 10:2[345]\. The hour/,
    )
    expect(incident.missing).toBeGreaterThan(500)
    expect(incident.missing).toBeLessThan(1500)
  })

  test('across the end of an hour too, where neither hour shows it', () => {
    const { events } = story({ percent: during('nightly', TEN + 48, TEN + 72) })
    expect(events).toEqual(['opened 665', 'recovering 680', 'resolved 720'])
  })

  test('twice on one day is one incident that begins again', () => {
    const twice: NonNullable<MinutePlan['percent']> = (name, minute) =>
      Math.min(during('nightly', TEN, TEN + 24)(name, minute), during('nightly', 1000, 1400)(name, minute))
    const { told } = story({ percent: twice })
    expect(told.slice(0, 4).map(({ incident, kind }) => `${incident} ${kind}`)).toEqual([
      '1 opened',
      '1 recovering',
      '1 resolved',
      '1 reopened',
    ])
    expect(told[3]?.minute).toBeLessThanOrEqual(1020)
  })

  test('with others at the same time is one incident of them all', () => {
    const { incidents } = story({ percent: (_, minute) => (minute >= TEN + 3 && minute < TEN + 100 ? 0 : 100) })
    expect(incidents).toHaveLength(1)
    expect(incidents[0]?.kind).toBe('outage')
  })

  test('is joined by one that stops twenty minutes later', () => {
    const both: NonNullable<MinutePlan['percent']> = (name, minute) =>
      Math.min(during('nightly', TEN + 3, 2 * TEN)(name, minute), during('beta', TEN + 25, 2 * TEN)(name, minute))
    const { events, incidents } = story({ percent: both })
    expect(events.slice(0, 2)).toEqual(['opened 620', 'joined 640'])
    expect(events.filter((event) => event.startsWith('withdrawn'))).toEqual([])
    expect(incidents).toHaveLength(1)
  })

  test('is told in the words of an outage, with its minute and its numbers', () => {
    const { incidents } = story({
      percent: during('nightly', TEN + 3, 2 * TEN),
      days: 1,
      isHeard: (minute) => minute < TEN + 21,
    })
    const [incident] = incidents
    if (incident === undefined) throw new Error('nothing was told')
    expect(mailSubject(incident)).toMatch(/^\[tidewatch\] nightly: no submissions since Thu 10:0[234] UTC$/)
    expect(incidentSentence(incident)).toMatch(
      /^nightly is (silent|(99|100)\s% below expected) since Thu 23 Jan, 10:0[234]\.$/,
    )
    expect(incident.explanation.sentence).toMatch(
      /^Told from the minutes, before the hour is over: from 10:0[234] to 10:20 \S+ of about \d+ expected submissions came\.$/,
    )
  })
})

test.each([
  { worth: { ratio: 0.3, hours: 1 }, told: 625, why: '30 % of an hour is 90 % of twenty minutes' },
  { worth: { ratio: 0.9, hours: 1 }, told: 660, why: 'nine tenths of an hour is an hour without anything, nearly' },
])('people say what is worth telling: $why', ({ worth, told }) => {
  const plan = { percent: during('nightly', TEN + 3, 2 * TEN), sensitivity: () => ({ loss: [worth] }) }
  const opened = story(plan).told.find(({ kind }) => kind === 'opened')?.minute ?? 0
  expect(opened).toBeGreaterThanOrEqual(told - 5)
  expect(opened).toBeLessThanOrEqual(told + 5)
})

describe('is withdrawn', () => {
  test('when what was late is counted after all', () => {
    const { events, told } = story({
      counted: (channel, look, minute) =>
        channel === 'nightly' && look < 640 && minute >= TEN + 2 && minute < 645 ? 0 : 1,
    })
    expect(events).toEqual(['opened 620', 'withdrawn 640'])
    expect(told[1]?.text).toContain('was as expected after all: late counts arrived')
  })
})

describe('nothing is told by the minute', () => {
  test.each([
    { claim: 'of ten minutes without anything', plan: { percent: during('nightly', TEN + 3, TEN + 13) } },
    { claim: 'of a loss of 80 %', plan: { percent: during('nightly', TEN, TEN + 30, 20) } },
    { claim: 'of a blip of an hour of 40 %', plan: { percent: during('nightly', TEN, TEN + 60, 60) } },
    { claim: 'where nobody listens', plan: { isHeard: (minute: number) => minute < TEN || minute >= TEN + 25 } },
    {
      claim: 'in the first quarter of an hour after listening began again',
      plan: {
        isHeard: (minute: number) => minute < TEN || minute >= TEN + 10,
        percent: during('nightly', TEN + 10, TEN + 24),
      },
    },
    {
      claim: 'of a channel too small',
      plan: { channels: { ...FEW, aurora: 800 }, percent: during('aurora', TEN, TEN + 24) },
    },
    {
      claim: 'of a channel whose clients come all in the first ten minutes of an hour',
      plan: {
        percent: (name: string, minute: number) =>
          name === 'nightly' ? (((minute % 60) + 60) % 60 < 10 ? 600 : 0) : 100,
      },
    },
  ])('$claim', ({ plan }) => {
    const { told } = story(plan)
    const byMinute = told.filter(({ minute, kind }) => kind === 'opened' && minute % 60 !== 0)
    expect(byMinute).toEqual([])
  })
})

/** Sixty were looked at while this was made, and nothing was told either. */
const QUIET_DAYS = Number(process.env.TIDEWATCH_QUIET_DAYS ?? 15)

test(`${QUIET_DAYS} days without any event, five channels, both changes of the clocks among them: nothing is told`, () => {
  const shift = (minute: number) => (minute < (QUIET_DAYS / 3) * 1440 || minute >= (QUIET_DAYS / 1.5) * 1440 ? 0 : 1)
  const { told } = liveMinutes({ channels: CHANNELS, days: QUIET_DAYS, seed: 20140116, shift })
  expect(told.filter(({ minute }) => minute % 60 !== 0)).toEqual([])
  expect(told.filter(({ text }) => /silent|100\s% below/.test(text))).toEqual([])
}, 400_000)
