import { AMERICA, ASIA, EUROPE } from './regions.ts'
import type { BuildPlan, ChannelSpec, WorldSpec } from './spec.ts'

const DAILY: BuildPlan = { everyDays: 1, hour: 11, fast: 0.45, slow: 0.4, rollOut: [1] }
const WEEKLY: BuildPlan = { everyDays: 7, hour: 17, fast: 0.3, slow: 0.5, rollOut: [1] }
const MONTHLY: BuildPlan = { everyDays: 28, hour: 15, fast: 0.15, slow: 0.6, rollOut: [1] }
const STAGED: BuildPlan = { everyDays: 14, hour: 15, fast: 0.4, slow: 0.4, rollOut: [0.01, 0.01, 0.1, 0.1, 1] }

const BASE: ChannelSpec = {
  name: 'release',
  perHour: 20_000,
  shape: { night: 0.35, saturday: 0.85, sunday: 0.82 },
  regions: [0.5, 0.35, 0.15],
  builds: MONTHLY,
  savedSession: 0.55,
  noise: 0.012,
  noiseMemory: 0.6,
  growth: 0,
  invalid: 0.03,
  clump: 1,
}

function channel(name: string, perHour: number, own: Partial<ChannelSpec> = {}): ChannelSpec {
  return { ...BASE, name, perHour, ...own }
}

const THREE_REGIONS = [EUROPE, AMERICA, ASIA] as const
const FIVE: readonly ChannelSpec[] = [
  channel('release', 50_000),
  channel('beta', 9_000, { builds: WEEKLY, noise: 0.014 }),
  channel('aurora', 3_000, { builds: DAILY, noise: 0.016 }),
  channel('nightly', 1_500, { builds: DAILY, noise: 0.018 }),
  channel('esr', 260, { noise: 0.02 }),
]
const PROBLEM_QUIRKS = ['campaign_hour', 'blip', 'gap', 'problem_burst'] as const

/** Worlds on which the judge's constants were looked at while they were chosen. */
const TUNING_WORLDS: readonly WorldSpec[] = [
  { name: 'five channels', regions: THREE_REGIONS, channels: FIVE, quirks: PROBLEM_QUIRKS },
  {
    name: 'one channel',
    regions: THREE_REGIONS,
    channels: [channel('main', 4_000, { builds: WEEKLY, noise: 0.015 })],
    quirks: PROBLEM_QUIRKS,
  },
  {
    name: 'clumped invalids',
    regions: THREE_REGIONS,
    channels: FIVE.map((own, i) => ({ ...own, invalid: i % 2 === 0 ? 0.12 : 0.001, clump: 6 })),
    quirks: PROBLEM_QUIRKS,
  },
]

/** Worlds that nothing was tuned on: what is reported. */
export const REPORTED_WORLDS: readonly WorldSpec[] = [
  ...TUNING_WORLDS,
  {
    name: 'a dozen channels',
    regions: THREE_REGIONS,
    channels: Array.from({ length: 12 }, (_, i) =>
      channel(`product-${String.fromCharCode(97 + i)}`, Math.round(40_000 / 1.9 ** i) + 8, {
        builds: [MONTHLY, WEEKLY, DAILY, STAGED][i % 4] ?? WEEKLY,
        noise: 0.012 + 0.002 * i,
      }),
    ),
    quirks: PROBLEM_QUIRKS,
  },
  {
    name: 'weekdays and weekends',
    regions: THREE_REGIONS,
    channels: [
      channel('office', 12_000, { shape: { night: 0.12, saturday: 0.25, sunday: 0.22 }, builds: WEEKLY }),
      channel('games', 8_000, { shape: { night: 0.3, saturday: 1.5, sunday: 1.6 }, builds: STAGED, noise: 0.025 }),
      channel('office-beta', 900, { shape: { night: 0.12, saturday: 0.25, sunday: 0.22 }, builds: DAILY, noise: 0.02 }),
      channel('games-beta', 700, { shape: { night: 0.3, saturday: 1.5, sunday: 1.6 }, builds: DAILY, noise: 0.03 }),
    ],
    quirks: PROBLEM_QUIRKS,
  },
  {
    name: 'one region, regional holidays',
    regions: [ASIA, EUROPE],
    channels: FIVE.map((own) => ({ ...own, regions: [0.85, 0.15] })),
    quirks: PROBLEM_QUIRKS,
  },
  {
    name: 'growth and decline',
    regions: THREE_REGIONS,
    channels: FIVE.map((own, i) => ({ ...own, growth: [0.015, -0.02, 0.04, -0.03, 0.01][i] ?? 0 })),
    quirks: PROBLEM_QUIRKS,
  },
  {
    name: 'staged roll-outs and backlogs',
    regions: THREE_REGIONS,
    channels: FIVE.map((own) => ({ ...own, builds: own.name === 'nightly' ? DAILY : STAGED })),
    quirks: [...PROBLEM_QUIRKS, 'backlog'],
  },
  {
    name: 'rough noise',
    regions: THREE_REGIONS,
    channels: FIVE.map((own) => ({ ...own, noise: 0.05, noiseMemory: 0.3 })),
    quirks: PROBLEM_QUIRKS,
  },
]
