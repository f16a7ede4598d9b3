import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../data/domain/time.ts'
import type { Finding, FindingKind } from '../finding.ts'
import type { Incident } from '../incident.ts'
import { createJudgeMemory } from '../judge/memory.ts'
import type { Standing, Verdict } from '../judge/verdict.ts'
import { makeChannelNumbers, makeIncident } from '../testing/make-incident.ts'
import { advanceIncidents } from './advance-incidents.ts'

const HOUR = Date.UTC(2014, 1, 1, 16)

function makeFinding(changes: Partial<Finding> = {}): Finding {
  const channel = changes.channel ?? 'nightly'
  return {
    kind: 'drop',
    channel,
    series: {},
    start: HOUR - 2 * HOUR_MS,
    hour: HOUR,
    size: 500,
    peakSize: 300,
    expected: 4000,
    seen: 3500,
    numbers: { ...makeIncident().latest, hour: HOUR, byChannel: [makeChannelNumbers({ channel })] },
    confidenceRatio: 0.97,
    explanation: { sentence: '', carriers: [] },
    ...changes,
  }
}

function makeStanding(changes: Partial<Standing> = {}): Standing {
  return {
    incident: 13,
    calmHours: 0,
    estimatedEnd: HOUR + HOUR_MS,
    missing: 900,
    peakMissing: 400,
    numbers: { ...makeIncident().latest, hour: HOUR },
    wholeRatio: 0.2,
    explanation: { sentence: '', carriers: [] },
    settledLevel: null,
    ...changes,
  }
}

function makeVerdict(changes: Partial<Verdict> = {}): Verdict {
  return {
    hour: HOUR,
    isKnown: true,
    expectations: [],
    forecast: [],
    findings: [],
    standings: [],
    levels: new Map(),
    learning: new Map(),
    memory: createJudgeMemory(),
    ...changes,
  }
}

/** Opened three hours before the judged one, and found last an hour before it. */
const open = makeIncident({
  start: HOUR - 4 * HOUR_MS,
  detectedAt: HOUR - 2 * HOUR_MS,
  latest: { hour: HOUR - HOUR_MS },
})

function advance(incidents: readonly Incident[], changes: Partial<Verdict>) {
  const { changed, events, nextId } = advanceIncidents({ incidents, verdict: makeVerdict(changes), nextId: 20 })
  return { changed, said: events.map(({ incident, kind }) => `${incident} ${kind}`), nextId }
}

describe('findings', () => {
  test('a first finding opens an incident, told at the end of its hour', () => {
    const { changed, said, nextId } = advance([], { findings: [makeFinding()] })
    expect(said).toEqual(['20 opened'])
    expect(nextId).toBe(21)
    expect(changed[0]).toMatchObject({
      id: 20,
      group: 'volume',
      channels: ['nightly'],
      start: HOUR - 2 * HOUR_MS,
      detectedAt: HOUR + HOUR_MS,
      missing: 500,
      peakMissing: 300,
      state: 'open',
    })
  })

  test('a finding on a channel with an open incident of its group belongs to it', () => {
    const { changed, said, nextId } = advance([open], { findings: [makeFinding({ kind: 'outage' })] })
    expect(said).toEqual([])
    expect(nextId).toBe(20)
    expect(changed[0]).toMatchObject({ id: 13, kind: 'outage', lastFindingHour: HOUR, judgedUpTo: HOUR })
  })

  test.each<{ claim: string; kind: FindingKind }>([
    { claim: 'invalid submissions', kind: 'invalid' },
    { claim: 'a surge', kind: 'surge' },
  ])('$claim on the same channel are another incident', ({ kind }) => {
    expect(advance([open], { findings: [makeFinding({ kind })] }).said).toEqual(['20 opened'])
  })

  test.each([
    { claim: 'that falls within two hours joins', startedHoursBefore: 5, said: ['13 joined'] },
    { claim: 'that falls later has its own trouble', startedHoursBefore: 1, said: ['20 opened'] },
  ])('another channel $claim', ({ startedHoursBefore, said }) => {
    const finding = makeFinding({ channel: 'aurora', start: HOUR - startedHoursBefore * HOUR_MS })
    expect(advance([open], { findings: [finding] }).said).toEqual(said)
  })

  test('two channels found in one hour are one incident', () => {
    const { changed, said } = advance([], { findings: [makeFinding(), makeFinding({ channel: 'aurora' })] })
    expect(said).toEqual(['20 opened', '20 joined'])
    expect(changed.map(({ channels, missing }) => [channels, missing])).toEqual([[['nightly', 'aurora'], 1000]])
  })

  test('when all channels fall, the first one’s incident becomes that of all', () => {
    const { changed, said } = advance([open], { findings: [makeFinding({ channel: '*' })] })
    expect(said).toEqual(['13 joined'])
    expect(changed[0]).toMatchObject({ channels: ['*'], series: {} })
  })

  test('two problems on one channel are two incidents, the same problem on another channel is one', () => {
    const first = makeFinding({ kind: 'invalid', series: { problem: 'invalid_revision' } })
    const second = makeFinding({ kind: 'invalid', series: { problem: 'bad_json' } })
    const elsewhere = makeFinding({ kind: 'invalid', channel: 'aurora', series: { problem: 'invalid_revision' } })
    expect(advance([], { findings: [first, second, elsewhere] }).said).toEqual(['20 opened', '21 opened', '20 joined'])
  })

  test('a problem that shows in a build or in all problems first is the same problem', () => {
    const first = makeFinding({ kind: 'invalid', series: { problem: 'invalid_revision' } })
    const worst = {
      dimension: 'problem',
      value: 'invalid_revision',
      expected: 900,
      seen: 300,
      shareRatio: 0.9,
    } as const
    const explanation = { sentence: '', carriers: [worst] }
    const elsewhere = makeFinding({
      kind: 'invalid',
      channel: 'aurora',
      series: { buildId: '20140204004021' },
      explanation,
    })
    expect(advance([], { findings: [first, elsewhere] }).said).toEqual(['20 opened', '20 joined'])
    const vague = { ...explanation, carriers: [{ ...worst, shareRatio: 0.3 }] }
    const other = { ...elsewhere, explanation: vague }
    expect(advance([], { findings: [first, other] }).said).toEqual(['20 opened', '21 opened'])
  })

  test('what was one reason’s and becomes the whole channel’s has become worse', () => {
    const partial = { ...open, series: { reason: 'saved-session' } }
    const { changed, said } = advance([partial], { findings: [makeFinding()] })
    expect(said).toEqual(['13 worsened'])
    expect(changed[0]?.series).toEqual({})
  })

  test.each([
    { claim: 'within a day re-opens it', ended: 20, said: ['13 reopened'] },
    { claim: 'later is another one', ended: 30, said: ['20 opened'] },
  ])('what begins after an incident’s end $claim', ({ ended, said }) => {
    const end = HOUR - ended * HOUR_MS
    const start = end - 5 * HOUR_MS
    const over = makeIncident({ start, end, state: 'resolved', resolvedAt: end + 6 * HOUR_MS, latest: { hour: end } })
    const finding = makeFinding({ start: HOUR - HOUR_MS })
    expect(advance([over], { findings: [finding] }).said).toEqual(said)
  })

  test.each([
    {
      claim: 'a gap soon after a gap is its return, told since when nobody listens now',
      hoursApart: 2,
      said: '13 reopened',
    },
    { claim: 'a gap days after a gap is another', hoursApart: 30, said: '20 opened' },
  ])('$claim', ({ hoursApart, said }) => {
    const end = HOUR - hoursApart * HOUR_MS
    const times = { start: end - HOUR_MS, lastFindingHour: end - HOUR_MS, end, resolvedAt: end }
    const gap = makeIncident({ group: 'gap', kind: 'gap', channels: ['*'], state: 'resolved', ...times })
    const finding = makeFinding({ kind: 'gap', channel: '*', start: HOUR })
    const result = advance([gap], { isKnown: false, findings: [finding] })
    expect(result.said).toEqual([said])
    expect(result.changed[0]).toMatchObject({ state: 'open', start: HOUR, end: null })
  })

  test('what begins again is nobody’s yet, and remembers that it did', () => {
    const end = HOUR - 8 * HOUR_MS
    const word = { by: 'mreid', at: end }
    const over = makeIncident({
      ...{ state: 'resolved', end, lastFindingHour: end, resolvedAt: end, acknowledged: word },
      closedBy: { ...word, note: '' },
    })
    const [again] = advance([over], { findings: [makeFinding()] }).changed
    const nobodys = { acknowledged: null, formerlyAcknowledged: [word] }
    expect(again).toMatchObject({ state: 'open', ...nobodys, reopenings: [HOUR + HOUR_MS] })
    expect(again).not.toHaveProperty('closedBy')
  })
})

describe('a second cause on a channel that has an incident', () => {
  const DAY_AGO = HOUR - 24 * HOUR_MS
  const ofReason = (reason: string, changes: Partial<Incident> = {}) =>
    makeIncident({ series: { reason }, start: DAY_AGO, ...changes })
  const explained = { sentence: 'Builds from 20140201 on.', carriers: [], firstBuildId: '20140201030203' }

  interface Case {
    readonly claim: string
    readonly incident: Incident
    readonly series: Finding['series']
    readonly start?: number
    readonly whole?: Pick<Finding, 'isAlike' | 'isFurther'>
    readonly said: readonly string[]
  }

  test.each<Case>([
    {
      claim: 'another reason falls a day later',
      incident: ofReason('saved-session'),
      series: { reason: 'idle-daily' },
      said: ['20 opened'],
    },
    {
      claim: 'the same reason is no second cause',
      incident: ofReason('saved-session'),
      series: { reason: 'saved-session' },
      said: [],
    },
    {
      claim: 'reasons that fall together have one cause',
      incident: ofReason('saved-session'),
      series: { reason: 'idle-daily' },
      start: DAY_AGO + HOUR_MS,
      said: [],
    },
    {
      claim: 'new builds lack a reason while the channel lacks something else',
      incident: ofReason('saved-session'),
      series: { reason: 'saved-session', buildId: '20140203030203' },
      said: ['20 opened'],
    },
    {
      claim: 'a later build of those that are blamed is no second cause',
      incident: ofReason('saved-session', { explanation: explained }),
      series: { reason: 'saved-session', buildId: '20140203030203' },
      said: [],
    },
    {
      claim: 'what is about all of the channel is the incident grown wider',
      incident: ofReason('saved-session'),
      series: {},
      said: ['13 worsened'],
    },
    {
      claim: 'all reasons fall alike while one of them has its own trouble',
      incident: ofReason('saved-session'),
      series: {},
      whole: { isAlike: true },
      said: ['20 opened'],
    },
    {
      claim: 'a channel that was low for two days falls further',
      incident: makeIncident({ start: DAY_AGO - 2 * DAY_MS }),
      series: {},
      whole: { isFurther: true },
      said: ['20 opened'],
    },
    {
      claim: 'a fall that goes on over a day is no second one',
      incident: makeIncident({ start: DAY_AGO }),
      series: {},
      whole: { isFurther: true },
      said: [],
    },
  ])('$claim', ({ incident, series, start = HOUR - HOUR_MS, whole = {}, said }) => {
    expect(advance([incident], { findings: [makeFinding({ series, start, ...whole })] }).said).toEqual(said)
  })
})

describe('one cause that was taken for two', () => {
  const known = { detectedAt: HOUR, judgedUpTo: HOUR - HOUR_MS }

  test('what all channels lose together takes in what was found on some of them', () => {
    const nightly = makeIncident({ ...known, start: HOUR - 4 * HOUR_MS })
    const beta = makeIncident({
      ...known,
      id: 14,
      channels: ['beta'],
      start: HOUR - HOUR_MS,
      acknowledged: { by: 'mreid', at: HOUR },
    })
    const { changed, said } = advance([nightly, beta], { findings: [makeFinding({ channel: '*' })] })
    expect(said).toEqual(['13 joined', '14 merged'])
    expect(changed).toMatchObject([
      { id: 13, state: 'open', channels: ['*'], absorbed: [14], acknowledged: { by: 'mreid' } },
      { id: 14, state: 'resolved', mergedInto: 13, resolvedAt: HOUR + HOUR_MS },
    ])
  })

  test('what a channel lacks is its build’s incident once it is laid to that build', () => {
    const firstBuildId = '20140201030203'
    const build = makeIncident({
      ...known,
      series: { reason: 'saved-session', buildId: firstBuildId },
      start: HOUR - 20 * HOUR_MS,
    })
    const channel = makeIncident({ ...known, id: 14, start: HOUR - 3 * HOUR_MS })
    const explanation = { sentence: 'Builds from 20140201 on.', carriers: [], firstBuildId }
    const { changed, said } = advance([build, channel], { standings: [makeStanding({ incident: 14, explanation })] })
    expect(said).toEqual(['14 explained', '14 merged'])
    expect(changed[0]).toMatchObject({ id: 13, series: {}, absorbed: [14] })
  })

  test('troubles of two channels with causes of their own stay two', () => {
    const beta = makeIncident({ ...known, id: 14, channels: ['beta'], start: HOUR - HOUR_MS })
    expect(advance([makeIncident(known), beta], {}).said).toEqual([])
  })

  test('what was merged is not what comes back', () => {
    const merged = makeIncident({
      state: 'resolved',
      end: HOUR,
      lastFindingHour: HOUR,
      resolvedAt: HOUR,
      mergedInto: 12,
    })
    expect(advance([merged], { findings: [makeFinding()] }).said).toEqual(['20 opened'])
  })
})

describe('standings', () => {
  test.each([
    { calmHours: 1, state: 'open', said: [] },
    { calmHours: 2, state: 'recovering', said: ['13 recovering'] },
    { calmHours: 5, state: 'recovering', said: ['13 recovering'] },
    { calmHours: 6, state: 'resolved', said: ['13 resolved'] },
  ])('after $calmHours calm hours an incident is $state', ({ calmHours, state, said }) => {
    const estimatedEnd = HOUR + HOUR_MS - calmHours * HOUR_MS
    const older = { ...open, start: HOUR - 12 * HOUR_MS }
    const { changed, said: told } = advance([older], { standings: [makeStanding({ calmHours, estimatedEnd })] })
    expect(changed[0]?.state).toBe(state)
    expect(told).toEqual(said)
    expect(changed[0]?.end).toBe(state === 'resolved' ? estimatedEnd : null)
  })

  test('numbers are those counted anew, not added to what was', () => {
    const { changed } = advance([open], { standings: [makeStanding()] })
    expect(changed[0]).toMatchObject({ missing: 900, peakMissing: 400, judgedUpTo: HOUR })
  })

  test('one odd hour doesn’t end a recovery; one that a detector still finds does', () => {
    const recovering: Incident = { ...open, state: 'recovering' }
    const standings = [makeStanding({ calmHours: 0 })]
    expect(advance([recovering], { standings }).changed[0]?.state).toBe('recovering')
    expect(advance([recovering], { standings, findings: [makeFinding()] }).changed[0]?.state).toBe('open')
  })

  test('a settled level closes the incident and is kept', () => {
    const settledLevel = { from: HOUR - 3 * DAY_MS, ratios: [{ channel: 'nightly', series: '', ratio: 0.5 }] }
    const old = makeIncident({ start: HOUR - 8 * DAY_MS, latest: { hour: HOUR - HOUR_MS } })
    const { changed, said } = advance([old], { standings: [makeStanding({ settledLevel })], findings: [makeFinding()] })
    expect(said).toEqual(['13 resolved'])
    expect(changed[0]).toMatchObject({ state: 'resolved', end: settledLevel.from, acceptedLevel: settledLevel })
  })

  test('a cause that becomes known is told once', () => {
    const explanation = { sentence: 'All that is missing is saved-session.', carriers: [], firstBuildId: '20140201' }
    const { changed, said } = advance([open], { standings: [makeStanding({ explanation })] })
    expect(said).toEqual(['13 explained'])
    const later = makeVerdict({ hour: HOUR + HOUR_MS, standings: [makeStanding({ explanation })] })
    expect(advanceIncidents({ incidents: changed, verdict: later, nextId: 20 }).events).toEqual([])
  })

  test('an older hour judged again leaves the numbers alone', () => {
    const newer = makeIncident({ start: HOUR - 4 * HOUR_MS, latest: { hour: HOUR + HOUR_MS } })
    expect(advance([newer], { standings: [makeStanding({ calmHours: 6 })] }).changed).toEqual([])
  })
})

describe('late counts', () => {
  const justOpened = makeIncident({
    start: HOUR - HOUR_MS,
    detectedAt: HOUR + HOUR_MS,
    latest: { hour: HOUR },
  })

  test('that take away the only finding withdraw the incident', () => {
    const { changed, said } = advance([justOpened], {})
    expect(said).toEqual(['13 withdrawn'])
    expect(changed[0]).toMatchObject({ state: 'withdrawn', resolvedAt: HOUR + HOUR_MS })
  })

  test('that take away the first of several leave it, as found an hour later', () => {
    const { changed, said } = advance([{ ...justOpened, judgedUpTo: HOUR + 2 * HOUR_MS }], {})
    expect(said).toEqual(['13 corrected'])
    expect(changed[0]).toMatchObject({ state: 'open', detectedAt: HOUR + 2 * HOUR_MS })
  })

  test('can’t be told from silence while nobody listens', () => {
    expect(advance([justOpened], { isKnown: false }).changed).toEqual([])
  })
})
