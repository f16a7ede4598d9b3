import { backtest } from '../alerts/backtest.ts'
import { decideMails } from '../alerts/email/decide-mails.ts'
import { threadKey } from '../alerts/email/mail-thread.ts'
import type { Notification } from '../alerts/email/notification.ts'
import { isEnd } from '../alerts/email/notification-due.ts'
import type { Incident } from '../alerts/incident.ts'
import { makeHistory, notesStart } from '../alerts/judge/testing/make-history.ts'
import type { Route } from '../alerts/routes/route.ts'
import type { History } from '../data/counts/history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../data/domain/time.ts'
import type { NewMail } from '../data/outbox/outbox-row.ts'
import { storyHistory } from '../server/simulate/story/history.ts'
import { askedOf } from './options.ts'
import { atMost, type Goal, held, printResult, table } from './report.ts'

interface Told {
  readonly incidents: readonly Incident[]
  readonly mails: readonly NewMail[]
  /** Threads that were begun and never ended although their incident is over. */
  readonly untoldEnds: number
}

const RECIPIENTS = ['on-call@example.org', 'release@example.org']
const ROUTES: readonly Route[] = [{ name: 'all channels, all kinds', recipients: RECIPIENTS, matches: () => true }]
const MOST_PER_HOUR = 12
const STORM_CHANNELS = 20
const FLOORS = {
  storm_incidents: atMost(1, 'channels that fall together are one cause'),
  storm_most_per_hour: atMost(MOST_PER_HOUR, 'mails that one recipient gets'),
  storm_most_per_week: atMost(40, 'mails that one recipient gets'),
  untold_ends: atMost(0, 'threads that were begun and never ended although their incident is over'),
}

askedOf({
  name: 'mails',
  about: `
How many mails people get: of the story's winter, and of a storm, in which ${STORM_CHANNELS} channels fall and recover together every
three hours for a week. Judged and decided hour by hour as the service does, reminders and limits included.`,
  options: {},
  floors: FLOORS,
})

const story = told(storyHistory({ seed: 101 }))
const storm = stormTold()
process.stdout.write(`${mailTable('the story', story)}\n${mailTable('the storm', storm)}\n`)
printResult('mails', metricsOf(), goalsOf())

function stormTold(): Told {
  const wave = '20x2 100x1'
  const channels = Array.from({ length: STORM_CHANNELS }, (_, index) => [
    `channel${String(index + 1).padStart(2, '0')}`,
    { perHour: 400 + 300 * index, seen: Array.from({ length: 7 * 8 }, () => wave).join(' ') },
  ])
  const plan = { channels: Object.fromEntries(channels) }
  return told(makeHistory(plan, 10 * 24), notesStart(plan))
}

function told(history: History, from?: EpochMs): Told {
  const threads = new Map<string, Notification>()
  const mails: NewMail[] = []
  const { incidents } = backtest(history, {
    ...(from === undefined ? {} : { from }),
    // Judged a few minutes after its end, as live, and asked again until the next.
    onHour: ({ hour }, known) => {
      for (const minute of [2, 20, 40]) decide(known, hour + HOUR_MS + minute * MINUTE_MS, threads, mails)
    },
  })
  const isOver = new Set(
    incidents.flatMap(({ id, state }) => (state === 'resolved' || state === 'withdrawn' ? id : [])),
  )
  const untold = [...threads.values()].filter(({ incident, trigger }) => isOver.has(incident.id) && !isEnd(trigger))
  return { incidents, mails, untoldEnds: untold.length }
}

function decide(
  incidents: readonly Incident[],
  now: EpochMs,
  threads: Map<string, Notification>,
  mails: NewMail[],
): void {
  const recent = new Map<string, readonly EpochMs[]>()
  for (const recipient of RECIPIENTS) {
    const of = mails.filter((mail) => mail.recipient === recipient && mail.decidedAt > now - HOUR_MS)
    recent.set(
      recipient,
      of.map(({ decidedAt }) => decidedAt),
    )
  }
  const limits = { recent, mostPerHour: MOST_PER_HOUR, host: 'example.org' }
  const decided = decideMails({ incidents, threads, silences: [], routes: ROUTES, ...limits, now })
  mails.push(...decided.mails)
  for (const { incident, recipient, last } of decided.threads) threads.set(threadKey(incident, recipient), last)
}

function mailTable(name: string, { incidents, mails }: Told): string {
  const rows = incidents.map(({ id, kind, channels, start, reopenings = [] }) => {
    const own = mails.filter((mail) => mail.recipient === RECIPIENTS[0] && mail.incidents.includes(id))
    const what = own.map(({ trigger }) => trigger).join(' ')
    const where = channels.length > 3 ? `${channels.length} channels` : channels.join(', ')
    return [
      String(id),
      kind,
      where,
      new Date(start).toISOString().slice(0, 16),
      String(reopenings.length),
      String(own.length),
      what,
    ]
  })
  const head = ['incident', 'kind', 'channels', 'from', 're-opened', 'mails', `what one recipient got of ${name}`]
  return table(head, rows)
}

/** The most that fell on one recipient within any stretch of this length. */
function mostWithin({ mails }: Told, lengthMs: number): number {
  const counts = mails.map(
    ({ recipient, decidedAt }) =>
      mails.filter(
        (mail) => mail.recipient === recipient && mail.decidedAt > decidedAt - lengthMs && mail.decidedAt <= decidedAt,
      ).length,
  )
  return Math.max(0, ...counts)
}

function metricsOf(): Record<string, number> {
  return {
    story_incidents: story.incidents.length,
    story_mails_per_recipient: story.mails.length / RECIPIENTS.length,
    story_mails_per_incident: round(story.mails.length / RECIPIENTS.length / Math.max(1, story.incidents.length)),
    story_most_per_week: mostWithin(story, 7 * DAY_MS),
    storm_incidents: storm.incidents.length,
    storm_mails_per_recipient: storm.mails.length / RECIPIENTS.length,
    storm_most_per_hour: mostWithin(storm, HOUR_MS),
    storm_most_per_week: mostWithin(storm, 7 * DAY_MS),
  }
}

function goalsOf(): Record<string, Goal> {
  return held(FLOORS, {
    storm_incidents: storm.incidents.length,
    storm_most_per_hour: mostWithin(storm, HOUR_MS),
    storm_most_per_week: mostWithin(storm, 7 * DAY_MS),
    untold_ends: story.untoldEnds + storm.untoldEnds,
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
