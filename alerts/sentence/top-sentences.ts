import type { EpochMs } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { formatDuration, formatTime } from './format.ts'
import { incidentSentence } from './incident-sentence.ts'

/** The mark that stands before a sentence; the words of the API's channel states. */
export type SentenceMark =
  | 'well'
  | 'low'
  | 'high'
  | 'silent'
  | 'invalid'
  | 'discarded'
  | 'recovering'
  | 'unknown'
  | 'learning'

export interface TopSentence {
  readonly mark: SentenceMark
  readonly text: string
  /** What a click on it opens. */
  readonly incident: number | null
}

export interface TopSentencesInput {
  /** Every channel that ever reported. */
  readonly channels: readonly string[]
  /** Any state; only open and recovering ones are spoken of. */
  readonly incidents: readonly Incident[]
  readonly freshness: {
    readonly countedUpTo: EpochMs
    readonly now: EpochMs
    /** End of the newest judged hour; null: none was. */
    readonly judgedUpTo: EpochMs | null
  }
  /** Covered days of the whole history and days needed; null once the judge speaks of volume. */
  readonly learning: { readonly days: number; readonly of: number } | null
}

/** A page whose counts are older than this says so before anything else. */
const STALE_AFTER_MS = 15 * 60 * 1000
/** An hour is judged within so long after its end, else the judge is behind. */
const BEHIND_AFTER_MS = 75 * 60 * 1000
const MOST_SENTENCES = 3

/**
 * What the overview says in at most three sentences, worst first: `nightly is 38 % below expected since Thu 14 Jan, 14:00.
 * The others are well.` Empty only where no channel ever reported and nothing is wrong.
 */
export function topSentences(input: TopSentencesInput): readonly TopSentence[] {
  const active = input.incidents.filter((incident) => incident.state === 'open' || incident.state === 'recovering')
  const troubles = [...active].sort(bySeverity).map(incidentAsSentence)
  const stale = staleSentence(input, active)
  const all = stale === null ? troubles : [stale, ...troubles]
  if (all.length === 0) return calmSentences(input)
  if (all.length > MOST_SENTENCES) {
    const more = all.length - (MOST_SENTENCES - 1)
    return [
      ...all.slice(0, MOST_SENTENCES - 1),
      { mark: all[2]?.mark ?? 'unknown', text: `${more} more are open.`, incident: null },
    ]
  }
  return stale === null ? withOthers(all, input, active) : all
}

function calmSentences({ channels, learning, freshness }: TopSentencesInput): readonly TopSentence[] {
  if (learning !== null) {
    return [
      { mark: 'learning', text: `Learning: ${Math.floor(learning.days)} of ${learning.of} days.`, incident: null },
    ]
  }
  const [only] = channels
  if (only === undefined) return []
  const behind = judgeBehind(freshness)
  const [who, are, were] =
    channels.length === 1 ? [only, 'is', 'was'] : [`All ${channels.length} channels`, 'are', 'were']
  return behind === null
    ? [{ mark: 'well', text: `${who} ${are} well.`, incident: null }]
    : [
        {
          mark: 'learning',
          text: `${who} ${were} well until ${formatTime(behind)}: so far it is judged.`,
          incident: null,
        },
      ]
}

/** The last sentence also says how the channels are that no sentence names. */
function withOthers(
  all: readonly TopSentence[],
  input: TopSentencesInput,
  active: readonly Incident[],
): readonly TopSentence[] {
  const named = new Set(active.flatMap((incident) => incident.channels))
  const others = named.has('*') ? [] : input.channels.filter((channel) => !named.has(channel))
  const last = all.at(-1)
  // What is well now, a judge that goes through the past doesn't know yet.
  const isUnsaid = input.learning !== null || judgeBehind(input.freshness) !== null
  if (others.length === 0 || last === undefined || isUnsaid) return all
  const [only] = others
  const rest =
    others.length === 1 ? `${only} is well.` : named.size === 0 ? 'All channels are well.' : 'The others are well.'
  return [...all.slice(0, -1), { ...last, text: `${last.text} ${rest}` }]
}

/** Silent where an open gap says the same already. */
function staleSentence({ freshness, channels }: TopSentencesInput, active: readonly Incident[]): TopSentence | null {
  const ageMs = freshness.now - freshness.countedUpTo
  if (channels.length === 0 || ageMs < STALE_AFTER_MS || active.some((incident) => incident.group === 'gap'))
    return null
  const text = `Counts are ${formatDuration(ageMs)} old: charts end at ${formatTime(freshness.countedUpTo)}.`
  return { mark: 'unknown', text, incident: null }
}

/** Up to when it is judged, where that is long ago; null: as far as can be. */
function judgeBehind({ countedUpTo, judgedUpTo }: TopSentencesInput['freshness']): EpochMs | null {
  return judgedUpTo !== null && countedUpTo - judgedUpTo > BEHIND_AFTER_MS ? judgedUpTo : null
}

function incidentAsSentence(incident: Incident): TopSentence {
  return { mark: incidentMark(incident), text: incidentSentence(incident), incident: incident.id }
}

/** The mark of a channel or sentence that `incident` speaks of. */
function incidentMark(incident: Incident): SentenceMark {
  if (incident.group === 'gap' || incident.group === 'stalled') return 'unknown'
  // Nothing is wrong with it: it is being learnt.
  if (incident.group === 'novelty') return 'learning'
  if (incident.state === 'recovering') return 'recovering'
  if (incident.group === 'invalid' || incident.group === 'discarded') return incident.group
  if (incident.group === 'surge') return 'high'
  return incident.latest.seen === 0 && incident.series.reason === undefined ? 'silent' : 'low'
}

/** Gaps first (nothing else can be believed meanwhile), open before recovering, then by what is missing, invalid or discarded. */
function bySeverity(a: Incident, b: Incident): number {
  return rank(a) - rank(b) || b.missing - a.missing || a.id - b.id
}

function rank(incident: Incident): number {
  if (incident.group === 'gap') return 0
  if (incident.group === 'novelty') return 9
  const isRate = incident.group === 'invalid' || incident.group === 'discarded'
  return (incident.state === 'open' ? 1 : 4) + (incident.group === 'surge' ? 2 : isRate ? 1 : 0)
}
