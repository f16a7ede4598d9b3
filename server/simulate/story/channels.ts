import { OTHER } from '../../../data/domain/dimensions.ts'
import type { Problem } from '../../../data/domain/outcome.ts'
import type { TideShape } from './calendar.ts'

export const REASONS = ['idle-daily', 'saved-session'] as const
export type Reason = (typeof REASONS)[number]

/** A class of users by how soon they take a build that is there. */
export interface UpdateClass {
  /** Share of the population. */
  readonly share: number
  /** Mean time until an active user of the class runs the newest build. */
  readonly meanHours: number
}

/** How the builds of a population come. Hours are UTC. */
export type BuildRhythm =
  | { readonly kind: 'daily'; readonly hour: number; readonly idTime: string; readonly train: 2 | 3 }
  | { readonly kind: 'weekly'; readonly hour: number; readonly idTime: string; readonly train: 1 }
  | { readonly kind: 'cycle'; readonly hour: number; readonly idTime: string; readonly train: 0 }

/** Users of one application on a channel. What the update classes leave of 1 has updates turned off: it stays where it is. */
export interface Population {
  readonly appName: string
  /** Of the channel's submissions. */
  readonly share: number
  readonly rhythm: BuildRhythm
  readonly classes: readonly UpdateClass[]
}

export interface ChannelProfile {
  /** As the counts name it. */
  readonly channel: string
  /** As clients name it: what is no known channel is counted as `OTHER`. */
  readonly sentAs: string
  /** Submissions an hour at an ordinary weekday's higher peak. */
  readonly peakPerHour: number
  readonly shape: TideShape
  /** Of all submissions; the rest are idle-daily. */
  readonly savedSessionRatio: number
  /** Deviation of the hourly noise that all users of the channel share. */
  readonly noise: number
  readonly populations: readonly Population[]
  readonly problems: Readonly<Partial<Record<Problem, number>>>
  /** Share of submissions whose path is only their id. */
  readonly idPathRatio: number
  readonly os: Readonly<Record<string, number>>
  /** Mean size of a body as sent. */
  readonly meanBytes: number
}

/**
 * `invalid_path` has no rate: a submission whose channel neither path nor payload tells isn't counted under a channel.
 */
export const CHANNELS: readonly ChannelProfile[] = [
  {
    channel: 'release',
    sentAs: 'release',
    peakPerHour: 70_000,
    shape: { noon: 0.97, evening: 1, night: 0.38, saturday: 0.84, sunday: 0.82, christmas: 0.17 },
    savedSessionRatio: 0.55,
    noise: 0.011,
    populations: [
      {
        appName: 'Firefox',
        share: 0.96,
        rhythm: { kind: 'cycle', hour: 15, idTime: '194636', train: 0 },
        classes: [
          { share: 0.12, meanHours: 20 },
          { share: 0.55, meanHours: 72 },
          { share: 0.23, meanHours: 400 },
        ],
      },
      {
        appName: 'Fennec',
        share: 0.04,
        rhythm: { kind: 'cycle', hour: 16, idTime: '180155', train: 0 },
        classes: [
          { share: 0.3, meanHours: 40 },
          { share: 0.5, meanHours: 200 },
        ],
      },
    ],
    problems: {
      bad_histogram: 0.008,
      unknown_histogram: 0.012,
      dimension_mismatch: 0.0015,
      missing_revision: 0.004,
      invalid_revision: 0.003,
      histograms_lost: 0.0008,
      bad_compression: 0.001,
      bad_json: 0.005,
      bad_payload: 0.003,
      empty_data: 0.001,
    },
    idPathRatio: 0.012,
    os: { WINNT: 0.93, Darwin: 0.05, Linux: 0.02 },
    meanBytes: 14_000,
  },
  {
    channel: 'beta',
    sentAs: 'beta',
    peakPerHour: 13_000,
    shape: { noon: 1, evening: 0.95, night: 0.36, saturday: 0.85, sunday: 0.84, christmas: 0.13 },
    savedSessionRatio: 0.57,
    noise: 0.013,
    populations: [
      {
        appName: 'Firefox',
        share: 0.97,
        rhythm: { kind: 'weekly', hour: 17, idTime: '183647', train: 1 },
        classes: [
          { share: 0.28, meanHours: 14 },
          { share: 0.42, meanHours: 60 },
          { share: 0.2, meanHours: 300 },
        ],
      },
      {
        appName: 'Fennec',
        share: 0.03,
        rhythm: { kind: 'weekly', hour: 19, idTime: '191530', train: 1 },
        classes: [
          { share: 0.4, meanHours: 40 },
          { share: 0.5, meanHours: 150 },
        ],
      },
    ],
    problems: {
      bad_histogram: 0.007,
      unknown_histogram: 0.009,
      missing_revision: 0.003,
      invalid_revision: 0.002,
      bad_compression: 0.001,
      bad_json: 0.005,
      bad_payload: 0.004,
    },
    idPathRatio: 0.01,
    os: { WINNT: 0.9, Darwin: 0.07, Linux: 0.03 },
    meanBytes: 16_000,
  },
  {
    channel: 'aurora',
    sentAs: 'aurora',
    peakPerHour: 2_400,
    shape: { noon: 1, evening: 0.93, night: 0.33, saturday: 0.84, sunday: 0.82, christmas: 0.2 },
    savedSessionRatio: 0.6,
    noise: 0.018,
    populations: [
      {
        appName: 'Firefox',
        share: 1,
        rhythm: { kind: 'daily', hour: 14, idTime: '0040', train: 2 },
        classes: [
          { share: 0.34, meanHours: 7 },
          { share: 0.26, meanHours: 40 },
          { share: 0.18, meanHours: 160 },
        ],
      },
    ],
    problems: {
      bad_histogram: 0.008,
      unknown_histogram: 0.006,
      missing_revision: 0.003,
      invalid_revision: 0.004,
      bad_json: 0.006,
      bad_payload: 0.004,
      bad_compression: 0.001,
    },
    idPathRatio: 0.014,
    os: { WINNT: 0.85, Darwin: 0.08, Linux: 0.07 },
    meanBytes: 18_000,
  },
  {
    channel: 'nightly',
    sentAs: 'nightly',
    peakPerHour: 3_200,
    shape: { noon: 0.95, evening: 1, night: 0.38, saturday: 0.85, sunday: 0.83, christmas: 0.12 },
    savedSessionRatio: 0.62,
    noise: 0.018,
    populations: [
      {
        appName: 'Firefox',
        share: 1,
        rhythm: { kind: 'daily', hour: 12, idTime: '0302', train: 3 },
        classes: [
          { share: 0.37, meanHours: 6 },
          { share: 0.17, meanHours: 36 },
          { share: 0.15, meanHours: 100 },
        ],
      },
    ],
    problems: {
      bad_histogram: 0.009,
      unknown_histogram: 0.005,
      missing_revision: 0.003,
      invalid_revision: 0.005,
      bad_json: 0.007,
      bad_payload: 0.004,
      bad_compression: 0.001,
    },
    idPathRatio: 0.015,
    os: { WINNT: 0.82, Darwin: 0.09, Linux: 0.09 },
    meanBytes: 19_000,
  },
  {
    channel: OTHER,
    sentAs: 'default',
    peakPerHour: 260,
    shape: { noon: 1, evening: 0.9, night: 0.4, saturday: 0.83, sunday: 0.8, christmas: 0.24 },
    savedSessionRatio: 0.52,
    noise: 0.03,
    populations: [
      {
        appName: 'Firefox',
        share: 0.8,
        rhythm: { kind: 'cycle', hour: 9, idTime: '112233', train: 0 },
        classes: [
          { share: 0.2, meanHours: 60 },
          { share: 0.4, meanHours: 240 },
        ],
      },
      {
        appName: 'SeaMonkey',
        share: 0.2,
        rhythm: { kind: 'cycle', hour: 20, idTime: '001634', train: 0 },
        classes: [{ share: 0.6, meanHours: 150 }],
      },
    ],
    problems: {
      bad_histogram: 0.006,
      missing_revision: 0.008,
      invalid_revision: 0.012,
      bad_json: 0.006,
      bad_payload: 0.004,
    },
    idPathRatio: 0.02,
    os: { WINNT: 0.35, Darwin: 0.05, Linux: 0.6 },
    meanBytes: 13_000,
  },
]
