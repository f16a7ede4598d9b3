import { openAnnotationBook } from '../../../alerts/calendar/annotation-book.ts'
import type { Incident } from '../../../alerts/incident.ts'
import { makeIncident } from '../../../alerts/testing/make-incident.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../../../data/counts/database.ts'
import { replaceRollups } from '../../../data/counts/rollups.ts'
import { type EpochMs, HOUR_MS, isoSeconds, MINUTE_MS, startOfHour } from '../../../data/domain/time.ts'
import { createLog } from '../../log.ts'
import { type RunningServer, serveOn } from '../../owner/serve-on.ts'
import { reckonHere } from '../../why/reckoner.ts'
import type { ApiContext } from '../api-context.ts'
import { dashboardApp } from '../app.ts'
import { ChangedHours } from '../http/changed-hours.ts'
import { StreamHub } from '../stream-hub.ts'
import type { Freshness } from '../types.ts'

/** The API over HTTP, on a real database, at a time that the test chooses. */
export interface TestApi {
  readonly url: string
  readonly app: ReturnType<typeof dashboardApp>
  readonly context: ApiContext
  now: EpochMs
  incidents: readonly Incident[]
  frameAncestors: readonly string[]
  get(path: string, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

/** Thursday, 16 January 2014, 14:20 UTC; all is counted. */
export const TEST_NOW: EpochMs = Date.UTC(2014, 0, 16, 14, 20)

export async function startTestApi(
  changes: Partial<ApiContext> = {},
  databaseOptions: DatabaseOptions = {},
): Promise<TestApi> {
  const database = await openDatabase(':memory:', databaseOptions)
  const test = {
    now: TEST_NOW,
    incidents: [makeIncident({ start: TEST_NOW - 20 * HOUR_MS })] as readonly Incident[],
    frameAncestors: [] as readonly string[],
  }
  const judgedHour = changes.judgedHour ?? (() => startOfHour(test.now) - HOUR_MS)
  const judgedUpTo = (): string | null => {
    const hour = judgedHour()
    return hour === null ? null : isoSeconds(hour + HOUR_MS)
  }
  const freshness = (): Freshness => ({
    counted_up_to: isoSeconds(test.now),
    judged_up_to: judgedUpTo(),
    now: isoSeconds(test.now),
    receivers: ['edge-1'],
    waiting_segments: 0,
    oldest_waiting_seconds: 0,
    hours_until_full: null,
    mode: 'live',
  })
  const context: ApiContext = {
    database,
    hub: new StreamHub('boot'),
    changed: new ChangedHours(),
    now: () => test.now,
    freshness,
    pipeline: async () => ({
      now: isoSeconds(test.now),
      watermark: isoSeconds(test.now),
      judged_up_to: judgedUpTo(),
      receivers: [{ name: 'edge-1', last_heartbeat: isoSeconds(test.now), refusing: false, refusal: null }],
      backlog: { segments: 0, bytes: 0, oldest_seconds: 0 },
      imports: { segments: 0, bytes: 0 },
      workers: { total: 2, busy: 1 },
      outbox: { waiting: 1, oldest: null, last_error: null, refused: [] },
      disk: null,
    }),
    receiveUrl: () => 'http://127.0.0.1:8080',
    incidents: () => test.incidents,
    silences: () => [],
    judgedHour,
    learning: () => null,
    desk: nobodyActs(),
    annotations: await openAnnotationBook({ database, journal: null, now: () => test.now }),
    calendar: () => [],
    hindsight: { wishes: () => ({}), reckoner: reckonHere, tellStalledAfterMs: () => 10 * MINUTE_MS },
    mails: {
      list: async () => [],
      html: async (id) => (id === 1 ? '<!doctype html><p>nightly' : null),
      eml: async (id) => (id === 1 ? new TextEncoder().encode('Subject: nightly\r\n\r\n') : null),
      delivery: () => 'files',
    },
    quarantine: async () => ({ problems: [] }),
    findSubmissions: async () => ({ copies: [], unreadSegments: 0 }),
    findSamples: async () => [],
    ...changes,
  }
  const app = dashboardApp(context, {
    hostNames: () => [],
    publicUrl: () => '',
    frameAncestors: () => test.frameAncestors,
    webFolder: '/nonexistent',
    metrics: { text: async () => '' },
    log: createLog({ level: 'silent', role: 'test' }),
  })
  const server: RunningServer = await serveOn(app, { host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${server.port}`
  return Object.assign(test, {
    url,
    app,
    context,
    get: (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers }),
    async close() {
      await server.stop()
      await database.close()
    },
  })
}

function nobodyActs(): ApiContext['desk'] {
  const nothing = async () => null
  return { act: nothing, endSilence: nothing, silence: async () => ({ kind: 'unchanged', says: 'Nobody acts here.' }) }
}

export interface TestCount {
  readonly channel?: string
  readonly reason?: string
  readonly build?: string
  readonly outcome?: string
  readonly problem?: string
  /** `live` by default; else the name of an import. */
  readonly source?: string
  readonly submissions: number
}

/** Counts of hours before TEST_NOW, `hoursAgo` 1 being the newest that is over; each of those hours is covered. */
export async function countHours(
  database: Database,
  hoursAgo: readonly number[],
  rows: (hoursAgo: number) => readonly TestCount[],
): Promise<void> {
  const hourOf = (ago: number) => startOfHour(TEST_NOW) - ago * HOUR_MS
  await database.inTransaction(async (transaction) => {
    await transaction.append(
      'coverage',
      hoursAgo.map((ago) => ['edge-1', hourOf(ago), hourOf(ago - 1)]),
    )
    await transaction.append(
      'hourly_counts',
      hoursAgo.flatMap((ago) =>
        rows(ago).map((row) => {
          const { channel = 'nightly', reason = 'idle-daily', build = '20140115030201' } = row
          const { outcome = 'accepted', problem = 'none', source = 'live', submissions } = row
          const names = [channel, 'Firefox', '29.0a1', build, reason, outcome, problem, source]
          return [hourOf(ago), ...names, false, submissions, 0, submissions * 1000]
        }),
      ),
    )
    await replaceRollups(transaction)
  })
}
