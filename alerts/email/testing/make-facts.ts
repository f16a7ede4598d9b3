import { HOUR_MS } from '../../../data/domain/time.ts'
import { makeIncident } from '../../testing/make-incident.ts'
import type { MailFacts } from '../compose/mail-facts.ts'
import type { Notification } from '../notification.ts'
import { makePicture, tideAt } from './make-picture.ts'

const start = Date.UTC(2014, 1, 1, 14)

/** The opening mail of incident 13, nine hours after its start. A test shows only what matters to it. */
export function makeFacts(
  changes: Partial<Omit<MailFacts, 'notification'>> & { readonly notification?: Partial<Notification> } = {},
): MailFacts {
  const decidedAt = changes.notification?.decidedAt ?? start + 9 * HOUR_MS + 6 * 60_000
  const { notification, ...facts } = changes
  return {
    picture: makePicture(),
    day: {
      end: start + 9 * HOUR_MS,
      seen: Array.from({ length: 24 }, (_, hour) => tideAt(hour + 23) * (hour < 15 ? 1 : 0.7)),
      expected: Array.from({ length: 24 }, (_, hour) => tideAt(hour + 23)),
    },
    changes: [
      { kind: 'build', buildId: '20140201030203', channel: 'nightly', firstSeen: start - 2 * HOUR_MS },
      { kind: 'build', buildId: '20140131030201', channel: 'nightly', firstSeen: start - 26 * HOUR_MS },
    ],
    isWholeCounted: true,
    wellChannels: ['aurora', 'beta', 'release', 'other'],
    lateSince: null,
    now: decidedAt,
    thread: [],
    publicUrl: 'https://tidewatch.example.org',
    firstToldAt: null,
    accounting: null,
    isNotice: false,
    untold: [],
    links: {
      acknowledge: 'https://tidewatch.example.org/act/13/acknowledge/token',
      silence: 'https://tidewatch.example.org/act/13/silence/token',
      real: 'https://tidewatch.example.org/act/13/real/token',
      false_alarm: 'https://tidewatch.example.org/act/13/false_alarm/token',
      expected: 'https://tidewatch.example.org/act/13/expected/token',
    },
    ...facts,
    notification: {
      trigger: 'opened',
      sequence: 1,
      decidedAt,
      subject: '[tidewatch] nightly: 16 % fewer submissions than expected since Sat 14:00 UTC',
      incident: savedSessions(),
      newsAt: decidedAt,
      worstRatio: 0.23,
      previousRatio: null,
      troubledChannels: [],
      route: 'all incidents',
      ...notification,
    },
  }
}

/** Story D: one reason of the new builds went missing. */
function savedSessions() {
  return makeIncident({
    start,
    missing: 2443,
    peakMissing: 420,
    confidenceRatio: 0.997,
    latest: { hour: start + 8 * HOUR_MS, seen: 1514, low: 1776, mid: 1954, high: 2132, deficitRatio: 0.158 },
    explanation: {
      sentence: 'Almost all that is missing is saved-session of builds from 20140201 on.',
      firstBuildId: '20140201030203',
      carriers: [
        { dimension: 'reason', value: 'saved-session', expected: 12_560, seen: 10_090, shareRatio: 0.99 },
        { dimension: 'build', value: '20140201030203', expected: 3480, seen: 1460, shareRatio: 0.83 },
        { dimension: 'reason', value: 'idle-daily', expected: 7140, seen: 7130, shareRatio: 0.01 },
      ],
    },
  })
}
