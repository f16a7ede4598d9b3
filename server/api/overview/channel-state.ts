import type { Incident } from '../../../alerts/incident.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import type { ChannelState } from '../types.ts'

export interface StateSince {
  readonly state: ChannelState
  readonly since: EpochMs | null
}

/** What is known of a channel besides its incidents. */
export interface ChannelSituation {
  readonly channel: string
  /** Null when the judge has learnt enough. */
  readonly learning: { readonly days: number; readonly of: number } | null
  /** Start of the stretch without coverage that reaches to now; null while somebody listens. */
  readonly unheardSince: EpochMs | null
  /** The first hour with coverage: before it nothing can have been well. */
  readonly firstHeard: EpochMs | null
}

const WORST_FIRST: readonly ChannelState[] = [
  'unknown',
  'silent',
  'low',
  'invalid',
  'discarded',
  'high',
  'recovering',
  'learning',
  'well',
]

/** The states of a channel, worst first; `well` and `learning` stand alone. `incidents` may be of any channel and age. */
export function channelStates(situation: ChannelSituation, incidents: readonly Incident[]): readonly StateSince[] {
  const concerned = incidents.filter((incident) => concerns(incident, situation.channel))
  const states: StateSince[] = concerned.flatMap((incident) => {
    const state = stateOf(incident)
    return state === null ? [] : [{ state, since: incident.start }]
  })
  if (situation.unheardSince !== null) states.push({ state: 'unknown', since: situation.unheardSince })
  if (states.length > 0) return states.sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
  if (situation.learning !== null) return [{ state: 'learning', since: situation.firstHeard }]
  return [{ state: 'well', since: wellSince(situation, concerned) }]
}

/** Whether `incident` is about `channel`; gaps and own trouble are about nobody's clients and so about no channel. */
function concerns(incident: Incident, channel: string): boolean {
  if (incident.group === 'gap' || incident.group === 'stalled') return false
  return incident.channels.includes(channel) || incident.channels.includes('*')
}

function stateOf(incident: Incident): ChannelState | null {
  // Nothing is wrong with what is only new.
  if (incident.group === 'novelty') return null
  if (incident.state === 'recovering') return 'recovering'
  if (incident.state !== 'open') return null
  switch (incident.group) {
    case 'volume':
      return incident.kind === 'outage' ? 'silent' : 'low'
    case 'surge':
      return 'high'
    case 'invalid':
    case 'discarded':
      return incident.group
    case 'gap':
    case 'stalled':
      return null
    default:
      return incident.group satisfies never
  }
}

function wellSince(situation: ChannelSituation, ended: readonly Incident[]): EpochMs | null {
  const ends = ended.flatMap((incident) => incident.end ?? incident.resolvedAt ?? [])
  const newest = Math.max(situation.firstHeard ?? Number.NEGATIVE_INFINITY, ...ends)
  return Number.isFinite(newest) ? newest : null
}
