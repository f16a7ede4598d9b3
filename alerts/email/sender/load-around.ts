import type { Database } from '../../../data/counts/database.ts'
import { readSeenBuilds } from '../../../data/counts/queries/read-builds.ts'
import { readHourlyCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { OTHER, UNKNOWN } from '../../../data/domain/dimensions.ts'
import { type EpochMs, HOUR_MS, startOfHour, WEEK_MS } from '../../../data/domain/time.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import { apartFrom, eventsNear } from '../../calendar/events-near.ts'
import type { Incident } from '../../incident.ts'
import type { Change, MailFacts } from '../compose/mail-facts.ts'
import type { Notification } from '../notification.ts'
import { drawnChannel, type Span } from './span.ts'

const MOST_CHANGES = 4

const CHANGED_WITHIN_MS = 6 * HOUR_MS

/** Less of an hour is said; a second lost between two heartbeats is not. */
const WHOLE_HOUR_RATIO = 0.98

/** What happened around the start, nearest first: what people know, builds first seen, hours that were not wholly counted. */
export async function loadAround(
  database: Database,
  incident: Incident,
  span: Span,
  known: readonly KnownEvent[] = [],
): Promise<Pick<MailFacts, 'changes' | 'isWholeCounted'>> {
  const from = startOfHour(incident.start - CHANGED_WITHIN_MS)
  const to = Math.min(startOfHour(incident.start + CHANGED_WITHIN_MS), span.end)
  const coverage = await readHourlyCoverage(database, from, to)
  const partly = [...coverage].flatMap((coverageRatio, index): Change[] =>
    coverageRatio >= WHOLE_HOUR_RATIO ? [] : [{ kind: 'coverage', hour: from + index * HOUR_MS, coverageRatio }],
  )
  const builds = await loadBuilds(database, incident, { from, to })
  const events = eventsNear(known, incident).map((event): Change => ({ kind: 'event', event }))
  const nearest = [...events, ...builds, ...partly].sort((a, b) => apart(a, incident) - apart(b, incident))
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
  if (change.kind === 'event') return apartFrom(change.event, incident.start)
  return Math.abs((change.kind === 'build' ? change.firstSeen : change.hour) - incident.start)
}

/** Channels that no incident is open on and whose newest judged hour lay within what was expected, largest first. */
export async function loadWellChannels(
  database: Database,
  notification: Notification,
  end: EpochMs,
): Promise<string[]> {
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
