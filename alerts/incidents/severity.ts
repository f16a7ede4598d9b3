import { OTHER, UNKNOWN } from '../../data/domain/dimensions.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { type Incident, isDiskFull } from '../incident.ts'
import { magnitude } from './magnitude.ts'

/** `low` can wait for the morning, `medium` for the next look at mails, `high` is worth getting up for. */
export const SEVERITIES = ['low', 'medium', 'high'] as const
export type Severity = (typeof SEVERITIES)[number]

/** From these depths on a trouble weighs one, and two. */
const DEPTHS = {
  volume: [0.05, 0.2],
  surge: [1, 4],
  invalid: [0.02, 0.1],
  discarded: [0.02, 0.1],
} as const
/** What lasts weighs more, and so does what reaches most people: all channels, several, or what they use daily. */
const LASTING_HOURS = 24
const EVERYBODYS_CHANNELS: readonly string[] = ['*', 'release', 'esr']
const NOBODYS_CHANNELS: readonly string[] = [OTHER, UNKNOWN]
/** Clients send again what a short gap kept from them. */
const LONG_GAP_HOURS = 6
/** Nothing can be told of any channel meanwhile, and after so long something may well have happened. */
const BLIND_FOR_MS = 2 * HOUR_MS

/** From the size of a trouble in its newest hour, its channels, and how long it lasts. */
export function severity(incident: Incident): Severity {
  const hours = (incident.judgedUpTo + HOUR_MS - incident.start) / HOUR_MS
  if (incident.group === 'gap') return hours >= LONG_GAP_HOURS ? 'medium' : 'low'
  // Invalid submissions that it brings have an incident of their own, which names it.
  if (incident.group === 'novelty') return 'low'
  if (incident.group === 'stalled') return ownTroubleSeverity(incident)
  if (incident.kind === 'outage') return 'high'
  const size = DEPTHS[incident.group].filter((depth) => magnitude(incident) >= depth).length
  if (size === 0) return 'low'
  const weight = size + (hours >= LASTING_HOURS ? 1 : 0) + channelWeight(incident.channels)
  return SEVERITIES[Math.max(0, Math.min(2, weight))] ?? 'high'
}

/** The graver of two. */
export function graverSeverity(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b) ? a : b
}

function ownTroubleSeverity({ trouble }: Incident): Severity {
  switch (trouble?.kind) {
    case undefined:
      return 'low'
    case 'disk_filling':
      return isDiskFull(trouble) || trouble.fullAt !== null ? 'high' : 'medium'
    case 'behind':
      return trouble.at - trouble.reachedAt >= BLIND_FOR_MS ? 'high' : 'medium'
    case 'specifications_missing':
      return 'medium'
    default:
      return trouble satisfies never
  }
}

function channelWeight(channels: readonly string[]): number {
  if (channels.length > 1 || channels.some((channel) => EVERYBODYS_CHANNELS.includes(channel))) return 1
  return channels.every((channel) => NOBODYS_CHANNELS.includes(channel)) ? -1 : 0
}
