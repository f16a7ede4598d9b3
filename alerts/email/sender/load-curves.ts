import type { Database } from '../../../data/counts/database.ts'
import { readHourlyCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { HOUR_MS, startOfHour, WEEK_MS } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import type { HourValue, PictureSpec } from '../picture/picture-spec.ts'
import { findPart, type Part, type PartCounts, readPart, readUsualShares } from './load-part.ts'
import { type Lines, loadDiscardedShares, loadInvalidRates } from './load-rates.ts'
import { loadWater, type Water } from './load-water.ts'
import { drawnChannel, hourly, isCounted, isOver, type Span } from './span.ts'

/** What the picture draws over time. */
interface Curves extends Pick<PictureSpec, 'lines' | 'expected' | 'lastWeek'> {
  readonly water: Water | null
}

export async function loadCurves(
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

/** Null where the week before wasn't counted at all. */
async function loadLastWeek(database: Database, incident: Incident, span: Span): Promise<readonly HourValue[] | null> {
  const end = span.end + span.forecastHours * HOUR_MS
  const before = { start: span.start - WEEK_MS, end: end - WEEK_MS, forecastHours: 0 }
  const coverage = await readHourlyCoverage(database, before.start, before.end)
  if (coverage.every((ratio) => ratio === 0)) return null
  const [line] = await loadSubmissions(database, incident, before, coverage)
  return line?.values ?? null
}
