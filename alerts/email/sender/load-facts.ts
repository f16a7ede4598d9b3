import type { Database } from '../../../data/counts/database.ts'
import { readGaps, readHourlyCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import type { MailFacts } from '../compose/mail-facts.ts'
import type { Notification } from '../notification.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { loadAround, loadWellChannels } from './load-around.ts'
import { loadCurves } from './load-curves.ts'
import { titleOf, troubleOf } from './picture-words.ts'
import { type Span, spanOf } from './span.ts'

/** What the counts say for this notification. Nothing later than the newest hour judged when it was decided is looked at. */
export async function loadFacts(
  database: Database,
  notification: Notification,
  known: readonly KnownEvent[] = [],
): Promise<Pick<MailFacts, 'picture' | 'day' | 'changes' | 'isWholeCounted' | 'wellChannels'>> {
  const { incident } = notification
  const span = spanOf(incident)
  // A disk that fills up says nothing of submissions, and of a value that is new there is no past to draw.
  if (incident.trouble !== undefined || incident.group === 'novelty')
    return { ...NOTHING_COUNTED, day: { end: span.end, seen: [], expected: [] } }
  const coverage = await readHourlyCoverage(database, span.start, span.end)
  const { lines, water, expected, lastWeek } = await loadCurves(database, incident, span, coverage)
  const hours = (span.end - span.start) / HOUR_MS
  const around = await loadAround(database, incident, span, known)
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

async function loadGaps(database: Database, span: Span): Promise<PictureSpec['gaps']> {
  const gaps = await readGaps(database, span.start, span.end, HOUR_MS)
  return gaps.map(({ from, to }) => ({ from: (from - span.start) / HOUR_MS, to: (to - span.start) / HOUR_MS }))
}
