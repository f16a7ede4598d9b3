import type { ChannelOverview, ChannelState, IncidentAnswer, IncidentState } from '../../server/api/types.ts'
import { estimate, rate, share, size, UNIT_SPACE } from './number.ts'

/** A value that carries less isn't what is missing: when everything falls alike, the largest part falls most. */
const CARRIES_IT = 0.8

/** What is wrong, in the two or three words that fit over a chart's bracket: `saved-session missing`. */
export function incidentTitle(incident: IncidentAnswer): string {
  const carrier = incident.explanation.carriers.find((candidate) => candidate.share >= CARRIES_IT)
  switch (incident.group) {
    case 'gap':
      return 'nothing counted'
    case 'stalled':
      return TROUBLE_WORDS[incident.trouble ?? 'behind']
    case 'invalid':
      return incident.series.problem ?? (carrier?.dimension === 'problem' ? carrier.value : 'invalid')
    case 'discarded':
      return DISCARD_WORDS[incident.series.cause ?? ''] ?? 'discarded'
    case 'novelty':
      return `new ${(incident.series.attribute ?? 'value').replaceAll('_', ' ')}`
    case 'surge':
      return carrier === undefined ? 'too many' : `too many ${carrierName(carrier)}`
    default: {
      const build = incident.explanation.first_build_id
      if (incident.latest.seen === 0 && incident.kind === 'outage') return 'nothing comes'
      if (carrier !== undefined && carrier.dimension !== 'build') return `${carrierName(carrier)} missing`
      return build === undefined ? 'too few' : `builds from ${build} on`
    }
  }
}

const TROUBLE_WORDS: Readonly<Record<NonNullable<IncidentAnswer['trouble']>, string>> = {
  disk_filling: 'the disk fills up',
  behind: 'counting is behind',
  specifications_missing: 'specifications missing',
}

/** `saved-session`, `build 20140201`: values that don't say what they are get the dimension's word. */
function carrierName(carrier: { readonly dimension: string; readonly value: string }): string {
  const word = { build: 'build ', app_version: 'version ', channel: '' }[carrier.dimension]
  return `${word ?? ''}${carrier.value}`
}

/** What was over its limit, by cause. */
const DISCARD_WORDS: Readonly<Record<string, string>> = { body: 'too large', path: 'path too long' }

/** `1.2 % discarded as too large`, and with its sizes: `…: typically 305 KiB, the limit is 200 KiB`. */
export function discardedWords(discarded: ChannelOverview['discarded'][number]): {
  /** `1.2 % too large` */
  readonly short: string
  readonly share: string
  readonly sizes: string
} {
  const { cause, rate: ratio, typical_bytes: typical, limit_bytes: limit } = discarded
  const what = cause === 'path' ? 'discarded for too long a path' : 'discarded as too large'
  const ofLimit = limit === null ? '' : `, the limit is ${size(limit)}`
  const amount = ratio < 0.0005 ? `under 0.1${UNIT_SPACE}%` : rate(ratio)
  return {
    short: `${amount} ${DISCARD_WORDS[cause]}`,
    share: `${amount} ${what}`,
    sizes: typical === null ? '' : `typically ${size(typical)}${ofLimit}`,
  }
}

/** The mark before an incident in a list. */
export function incidentMark(incident: IncidentAnswer): ChannelState {
  if (incident.group === 'gap' || incident.group === 'stalled') return 'unknown'
  // Nothing is wrong with it: it is being learnt.
  if (incident.group === 'novelty') return 'learning'
  if (incident.state !== 'open') return 'recovering'
  if (incident.group === 'invalid' || incident.group === 'discarded') return incident.group
  if (incident.group === 'surge') return 'high'
  return incident.latest.seen === 0 ? 'silent' : 'low'
}

/** `nightly`, `aurora and nightly`; `all channels` for `*`. */
export function channelsOf(incident: IncidentAnswer): string {
  const names = incident.channels.filter((name) => name !== '*')
  if (names.length === 0) return 'all channels'
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** The line of the list: how much first, then what carries it. Invalid submissions wait in quarantine, they aren't lost. */
export function incidentLine(incident: IncidentAnswer): string {
  const cause = incident.explanation.sentence
  if (incident.merged_into !== undefined) return `The same trouble as incident ${incident.merged_into}, told there.`
  if (incident.state === 'withdrawn') return 'Was as expected after all: late counts arrived.'
  if (incident.missing <= 0 || incident.group === 'gap' || incident.group === 'stalled')
    return cause || incident.sentence
  const amount = estimate(incident.missing)
  const over = incident.state === 'resolved'
  switch (incident.group) {
    case 'invalid':
      return `${amount} invalid${over ? '' : ' so far'}: kept in quarantine. ${cause}`.trim()
    case 'discarded':
      return `${amount} discarded${over ? '' : ' so far'}. ${cause}`.trim()
    case 'novelty':
      return cause || incident.sentence
    case 'surge':
      return `${amount} more than expected${over ? '' : ' so far'}. ${cause}`.trim()
    default: {
      const deficit =
        incident.latest.deficit > 0 && !over ? `, ${share(incident.latest.deficit)} of what was expected` : ''
      return `${amount} missing${over ? '' : ' so far'}${deficit}. ${cause}`.trim()
    }
  }
}

export const STATE_WORDS: Readonly<Record<ChannelState, string>> = {
  well: 'well',
  low: 'too low',
  high: 'too high',
  silent: 'silent',
  invalid: 'invalid',
  discarded: 'discarded',
  recovering: 'coming back',
  unknown: 'unknown',
  learning: 'learning',
}

/** What somebody said that it was. */
export const LABEL_WORDS = {
  real: 'real',
  false_alarm: 'a false alarm',
  expected: 'expected',
  unlabelled: 'nobody said',
} as const

/** What the judge found, in a word or two of the list's choices. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  outage: 'nothing comes',
  drop: 'fell',
  decline: 'sinks',
  surge: 'too many',
  invalid: 'invalid',
  discarded: 'discarded',
  build: 'builds',
  novelty: 'something new',
  gap: 'nothing counted',
  stalled: 'our own trouble',
} satisfies Record<IncidentAnswer['kind'], string>

export const INCIDENT_STATE_WORDS: Readonly<Record<IncidentState, string>> = {
  open: 'open',
  recovering: 'coming back',
  resolved: 'closed',
  withdrawn: 'withdrawn',
}

/** `closed`, `withdrawn`; what went on as another incident isn't over. */
export function overWord(incident: IncidentAnswer): string {
  return incident.merged_into === undefined ? INCIDENT_STATE_WORDS[incident.state] : `part of ${incident.merged_into}`
}
