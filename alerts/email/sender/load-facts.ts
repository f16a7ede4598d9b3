import type { Database } from '../../../data/counts/database.ts'
import { readSeenBuilds } from '../../../data/counts/queries/read-builds.ts'
import { readGaps, readHourlyCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readDiscarded } from '../../../data/counts/queries/read-discarded.ts'
import { type ExpectationRow, readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readSeries, type SeriesRow } from '../../../data/counts/queries/read-series.ts'
import { OTHER, UNKNOWN } from '../../../data/domain/dimensions.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfHour, WEEK_MS } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import { DISCARD_WORDS } from '../../sentence/discarded-words.ts'
import type { Change, MailFacts } from '../compose/mail-facts.ts'
import { outsideText } from '../compose/outside-text.ts'
import type { Notification } from '../notification.ts'
import type { HourValue, PictureSpec } from '../picture/picture-spec.ts'
import { findPart, type Part, type PartCounts, readPart, readUsualShares } from './load-part.ts'

/** Hours of a mail's picture, all on whole hours; `end` is the end of the newest judged hour. */
interface Span {
  readonly start: EpochMs
  readonly end: EpochMs
  readonly forecastHours: number
}

const FORECAST_HOURS = 12
const MOST_LINES = 4
const MOST_CHANGES = 4
const CHANGED_WITHIN_MS = 6 * HOUR_MS
/** Less of an hour is said; a second lost between two heartbeats is not. */
const WHOLE_HOUR_RATIO = 0.98
/** Of which less is covered, that hour isn't drawn. */
const COUNTED_HOUR_RATIO = 0.9

/** What the counts say for this notification. Nothing later than the newest hour judged when it was decided is looked at. */
export async function loadFacts(
  database: Database,
  notification: Notification,
): Promise<Pick<MailFacts, 'picture' | 'day' | 'changes' | 'isWholeCounted' | 'wellChannels'>> {
  const { incident } = notification
  const span = spanOf(incident)
  // A disk that fills up says nothing of submissions.
  if (incident.trouble !== undefined) return { ...NOTHING_COUNTED, day: { end: span.end, seen: [], expected: [] } }
  const coverage = await readHourlyCoverage(database, span.start, span.end)
  const { lines, water, expected, lastWeek } = await loadCurves(database, incident, span, coverage)
  const hours = (span.end - span.start) / HOUR_MS
  const around = await loadAround(database, incident, span)
  const middle = water?.mid ?? expected?.values ?? []
  return {
    picture: {
      title: titleOf(incident),
      unit: incident.group === 'invalid' || incident.group === 'discarded' ? 'ratio' : 'submissions',
      start: span.start,
      hours: Math.max(hours, middle.length),
      lines,
      water: water === null ? null : { low: water.low, high: water.high },
      expected,
      lastWeek,
      gaps: await loadGaps(database, span),
      trouble: troubleOf(incident),
    },
    day: {
      end: span.end,
      seen: lines[0]?.values.slice(-24) ?? [],
      expected: middle.slice(Math.max(0, hours - 24), hours),
    },
    ...around,
    wellChannels: await loadWellChannels(database, notification, span.end),
  }
}

const NOTHING_COUNTED = { picture: null, changes: [], isWholeCounted: true, wellChannels: [] } as const

/** What the picture draws over time. */
interface Curves extends Pick<PictureSpec, 'lines' | 'expected' | 'lastWeek'> {
  readonly water: Water | null
}

async function loadCurves(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Curves> {
  if (incident.group === 'invalid') {
    const lines = await loadInvalidRates(database, incident, span, coverage)
    return { lines, water: null, expected: null, lastWeek: null }
  }
  if (incident.group === 'discarded') {
    const lines = await loadDiscardedShares(database, incident, span, coverage)
    return { lines, water: null, expected: null, lastWeek: null }
  }
  const part = await findPart(database, incident, drawnChannel(incident), span.end)
  if (part !== null) return loadPartCurves(database, incident, part, span, coverage)
  return {
    lines: await loadSubmissions(database, incident, span, coverage),
    water: await loadWater(database, incident, span),
    expected: null,
    lastWeek: await loadLastWeek(database, incident, span),
  }
}

/** No water is kept for a part of a channel: what is expected of it is reckoned as the judge reckons it, and drawn as a line. */
async function loadPartCurves(
  database: Database,
  incident: Incident,
  part: Part,
  span: Span,
  coverage: readonly number[],
): Promise<Curves> {
  const counts = await readPart(database, part, span.start, span.end)
  const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? (counts.get(hour)?.own ?? 0) : null))
  return {
    lines: [{ label: 'seen', channel: part.channel ?? '*', values }],
    water: null,
    expected: part.reason === null ? null : await loadExpectedPart(database, incident, part, { span, counts, values }),
    lastWeek: null,
  }
}

async function loadExpectedPart(
  database: Database,
  incident: Incident,
  part: Part,
  { span, counts, values }: { span: Span; counts: PartCounts; values: readonly HourValue[] },
): Promise<PictureSpec['expected']> {
  const share = await readUsualShares(database, part, startOfHour(incident.start))
  const range = rangeOf(incident, part, span)
  if (part.builds !== null) {
    const byOthers = hourly(span, (hour, index) => {
      const usual = share(hour)
      if (usual === null || values[index] === null) return null
      return ((counts.get(hour)?.others ?? 0) * usual) / (1 - usual)
    })
    return { values: byOthers, how: 'by what else they send', range }
  }
  const water = await loadWater(database, incident, span)
  if (water === null) return { values: [], how: '', range }
  const ofChannel = water.mid.map((mid, index) => {
    const usual = share(span.start + index * HOUR_MS)
    return mid === null || usual === null ? null : mid * usual
  })
  return { values: ofChannel, how: 'by its usual share', range }
}

/** The judge's own, of the newest judged hour; null where that is over, or was no part of this. */
function rangeOf(incident: Incident, { channel }: Part, span: Span): NonNullable<PictureSpec['expected']>['range'] {
  const { latest } = incident
  const { low, mid, high } = latest.byChannel.find((numbers) => numbers.channel === channel) ?? latest
  if (isOver(incident) || mid === 0) return null
  return { hour: (latest.hour - span.start) / HOUR_MS, low, high }
}

/**
 * From a day before the start, two days at least; a week of what lasts, two of what is over. New builds have no past to
 * show: half a day before their start, one day at least.
 */
function spanOf(incident: Incident): Span {
  const over = isOver(incident)
  const end = startOfHour(Math.max(incident.judgedUpTo, incident.latest.hour)) + HOUR_MS
  const before = incident.series.buildId === undefined || incident.group === 'invalid' ? DAY_MS : DAY_MS / 2
  const wanted = Math.min(startOfHour(incident.start) - before, end - 2 * before)
  const start = Math.max(wanted, end - (over ? 14 : 7) * DAY_MS)
  return { start, end, forecastHours: over ? 0 : FORECAST_HOURS }
}

function isOver({ state }: Incident): boolean {
  return state === 'resolved' || state === 'withdrawn'
}

/** The one channel drawn; null: all of them together. Of several that fell together, the first. */
function drawnChannel({ channels }: Incident): string | null {
  const [first] = channels
  return first === undefined || channels.includes('*') ? null : first
}

function titleOf(incident: Incident): string {
  const { reason, buildId, problem } = incident.series
  const build = buildId === undefined ? null : outsideText(buildId, 24)
  const channel = drawnChannel(incident)
  const who = channel === null ? 'All channels' : outsideText(channel, 24)
  if (incident.group === 'invalid') {
    if (build !== null) return `${who}: invalid of build ${build}, share of what it sent`
    return `${problem === undefined ? 'Invalid' : outsideText(problem, 40)}, share of what was received`
  }
  if (incident.group === 'discarded') {
    const what = DISCARD_WORDS[incident.series.cause ?? 'body']
    return `${what.replace(/^d/, 'D')}, share of what was sent`
  }
  if (build !== null) return `${who}: ${outsideText(reason ?? 'submissions', 24)} of builds from ${build} on`
  if (reason !== undefined) return `${who}: ${outsideText(reason, 24)} per hour`
  return incident.channels.length > 1 || channel === null ? `${who}: submissions per hour` : 'Submissions per hour'
}

function troubleOf(incident: Incident): PictureSpec['trouble'] {
  const kind = KIND_OF_GROUP[incident.group]
  return { kind, from: incident.start, to: isOver(incident) ? incident.end : null }
}

const KIND_OF_GROUP = {
  volume: 'below',
  surge: 'above',
  invalid: 'invalid',
  discarded: 'invalid',
  gap: 'gap',
  stalled: 'gap',
} as const

type Lines = PictureSpec['lines']

async function loadSubmissions(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Lines> {
  const channel = drawnChannel(incident)
  const rows = await readSeries(database, {
    from: span.start,
    to: span.end,
    step: 'hour',
    now: span.end,
    ...(channel === null ? {} : { channel }),
  })
  const byHour = new Map(rows.map((row) => [row.time, row.received]))
  const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? (byHour.get(hour) ?? 0) : null))
  return [{ label: 'seen', channel: channel ?? '*', values }]
}

/** Of the problem that the incident is about, or of its build alone; else of all that is invalid. */
async function loadInvalidRates(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Lines> {
  const { problem, buildId } = incident.series
  const by = buildId !== undefined ? 'build' : problem !== undefined ? 'problem' : undefined
  const channels = incident.channels.includes('*') ? [null] : worstFirst(incident).slice(0, MOST_LINES)
  return Promise.all(
    channels.map(async (channel) => {
      const rows = await readSeries(database, {
        from: span.start,
        to: span.end,
        step: 'hour',
        now: span.end,
        ...(by === undefined ? {} : { by }),
        ...(channel === null ? {} : { channel }),
      })
      const ratios = invalidRatios(rows, { buildId, problem })
      const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? (ratios.get(hour) ?? 0) : null))
      const label = channel === null || channels.length === 1 ? 'invalid' : outsideText(channel, 14)
      return { label, channel: channel ?? '*', values }
    }),
  )
}

function invalidRatios(
  rows: readonly SeriesRow[],
  { buildId, problem }: { buildId: string | undefined; problem: string | undefined },
): ReadonlyMap<EpochMs, number> {
  const sums = new Map<EpochMs, { received: number; invalid: number }>()
  for (const { time, key, received, invalid } of rows) {
    if (buildId !== undefined && key !== buildId) continue
    const sum = sums.get(time) ?? { received: 0, invalid: 0 }
    const isOther = buildId === undefined && problem !== undefined && key !== problem
    sums.set(time, { received: sum.received + received, invalid: sum.invalid + (isOther ? 0 : invalid) })
  }
  return new Map([...sums].flatMap(([time, sum]) => (sum.received > 0 ? [[time, sum.invalid / sum.received]] : [])))
}

/** Where the path names no channel, of what all channels sent: as the judge counts it. */
async function loadDiscardedShares(
  database: Database,
  incident: Incident,
  span: Span,
  coverage: readonly number[],
): Promise<Lines> {
  const range = { from: span.start, to: span.end, step: 'hour' } as const
  const channels = worstFirst(incident).slice(0, MOST_LINES)
  return Promise.all(
    channels.map(async (channel) => {
      const [received, discarded] = await Promise.all([
        readSeries(database, { ...range, now: span.end, ...(channel === UNKNOWN ? {} : { channel }) }),
        readDiscarded(database, { ...range, by: ['cause'], channel }),
      ])
      const sent = new Map(received.map((row) => [row.time, row.received]))
      const ofCause = new Map<EpochMs, number>()
      for (const { time, cause, submissions } of discarded) {
        sent.set(time, (sent.get(time) ?? 0) + submissions)
        if (cause === incident.series.cause) ofCause.set(time, submissions)
      }
      const share = (hour: EpochMs) => (ofCause.get(hour) ?? 0) / Math.max(1, sent.get(hour) ?? 0)
      const values = hourly(span, (hour, index) => (isCounted(coverage[index]) ? share(hour) : null))
      return { label: channels.length === 1 ? 'discarded' : outsideText(channel, 14), channel, values }
    }),
  )
}

function worstFirst({ latest, channels }: Incident): string[] {
  const ratioOf = new Map(
    latest.byChannel.map((numbers) => [numbers.channel, numbers.discarded?.ratio ?? numbers.invalidRatio]),
  )
  return [...channels].sort((a, b) => (ratioOf.get(b) ?? 0) - (ratioOf.get(a) ?? 0))
}

interface Water {
  readonly low: readonly HourValue[]
  readonly mid: readonly HourValue[]
  readonly high: readonly HourValue[]
}

/** What was expected of the drawn channel, or of all together; null where nothing was learnt yet. */
async function loadWater(database: Database, incident: Incident, span: Span): Promise<Water | null> {
  const channel = drawnChannel(incident)
  const to = span.end + span.forecastHours * HOUR_MS
  const rows = await readExpectations(database, { from: span.start, to, ...(channel === null ? {} : { channel }) })
  if (rows.length === 0) return null
  const sums = new Map<EpochMs, ExpectationRow>()
  for (const row of rows) {
    const sum = sums.get(row.hour)
    sums.set(row.hour, sum === undefined ? row : added(sum, row))
  }
  const ahead = { ...span, end: to }
  return {
    low: hourly(ahead, (hour) => sums.get(hour)?.low ?? null),
    mid: hourly(ahead, (hour) => sums.get(hour)?.mid ?? null),
    high: hourly(ahead, (hour) => sums.get(hour)?.high ?? null),
  }
}

function added(a: ExpectationRow, b: ExpectationRow): ExpectationRow {
  return { ...a, low: a.low + b.low, mid: a.mid + b.mid, high: a.high + b.high }
}

/** Null where the week before wasn't counted at all. */
async function loadLastWeek(database: Database, incident: Incident, span: Span): Promise<readonly HourValue[] | null> {
  const end = span.end + span.forecastHours * HOUR_MS
  const before = { start: span.start - WEEK_MS, end: end - WEEK_MS, forecastHours: 0 }
  const coverage = await readHourlyCoverage(database, before.start, before.end)
  if (coverage.every((ratio) => ratio === 0)) return null
  const [line] = await loadSubmissions(database, incident, before, coverage)
  return line?.values ?? null
}

async function loadGaps(database: Database, span: Span): Promise<PictureSpec['gaps']> {
  const gaps = await readGaps(database, span.start, span.end, HOUR_MS)
  return gaps.map(({ from, to }) => ({ from: (from - span.start) / HOUR_MS, to: (to - span.start) / HOUR_MS }))
}

/** What happened around the start, nearest first: builds first seen, hours that were not wholly counted. */
async function loadAround(
  database: Database,
  incident: Incident,
  span: Span,
): Promise<Pick<MailFacts, 'changes' | 'isWholeCounted'>> {
  const from = startOfHour(incident.start - CHANGED_WITHIN_MS)
  const to = Math.min(startOfHour(incident.start + CHANGED_WITHIN_MS), span.end)
  const coverage = await readHourlyCoverage(database, from, to)
  const partly = [...coverage].flatMap((coverageRatio, index): Change[] =>
    coverageRatio >= WHOLE_HOUR_RATIO ? [] : [{ kind: 'coverage', hour: from + index * HOUR_MS, coverageRatio }],
  )
  const builds = await loadBuilds(database, incident, { from, to })
  const nearest = [...builds, ...partly].sort((a, b) => apart(a, incident) - apart(b, incident))
  return { changes: nearest.slice(0, MOST_CHANGES), isWholeCounted: partly.length === 0 }
}

/** Within hours of the start; where there is none, the newest build before it, however old. */
async function loadBuilds(
  database: Database,
  incident: Incident,
  range: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<Change[]> {
  const channel = incident.channels.length === 1 ? drawnChannel(incident) : null
  const seen = await readSeenBuilds(database, {
    from: range.from - WEEK_MS,
    to: range.to,
    ...(channel === null ? {} : { channel }),
  })
  const concerned = seen.filter((build) => incident.channels.includes('*') || incident.channels.includes(build.channel))
  const near = concerned.filter((build) => build.firstSeen >= range.from)
  const shown = near.length > 0 ? near : concerned.slice(-1)
  return shown.map(({ buildId, channel: seenOn, firstSeen }) => ({
    kind: 'build',
    buildId,
    channel: seenOn,
    firstSeen,
  }))
}

function apart(change: Change, incident: Incident): number {
  return Math.abs((change.kind === 'build' ? change.firstSeen : change.hour) - incident.start)
}

/** Channels that no incident is open on and whose newest judged hour lay within what was expected, largest first. */
async function loadWellChannels(database: Database, notification: Notification, end: EpochMs): Promise<string[]> {
  const { incident, troubledChannels } = notification
  if (incident.channels.includes('*') || troubledChannels.includes('*')) return []
  const from = end - HOUR_MS
  const [expected, seen] = await Promise.all([
    readExpectations(database, { from, to: end }),
    readSeries(database, { from, to: end, step: 'hour', by: 'channel', now: end }),
  ])
  const troubled = new Set([...incident.channels, ...troubledChannels, OTHER, UNKNOWN])
  const receivedOn = new Map(seen.map((row) => [row.key, row.received]))
  return expected
    .map((band) => ({ ...band, received: receivedOn.get(band.channel) ?? 0 }))
    .filter(({ channel, received, low, high }) => !troubled.has(channel) && received >= low && received <= high)
    .sort((one, other) => other.received - one.received)
    .map(({ channel }) => channel)
}

/** An hour of which minutes are missing would be drawn as a fall. */
function isCounted(coverageRatio: number | undefined): boolean {
  return (coverageRatio ?? 0) >= COUNTED_HOUR_RATIO
}

function hourly(span: Pick<Span, 'start' | 'end'>, value: (hour: EpochMs, index: number) => HourValue): HourValue[] {
  const count = (span.end - span.start) / HOUR_MS
  return Array.from({ length: count }, (_, index) => value(span.start + index * HOUR_MS, index))
}
