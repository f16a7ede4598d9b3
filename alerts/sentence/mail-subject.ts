import { DAY_MS, type EpochMs } from '../../data/domain/time.ts'
import { type Incident, isDiskFull } from '../incident.ts'
import { DISCARD_WORDS, discardedShare, discardedSizes } from './discarded-words.ts'
import { formatClock, formatDay } from './format.ts'
import { newValue } from './novelty-words.ts'
import { DONE_BY_STAGE } from './own-trouble-words.ts'

/**
 * The subject of an incident's opening mail, which its follow-ups keep (`Re: …`), so that mail programs see one thread:
 * `[tidewatch] nightly: 38 % fewer submissions than expected since Thu 14:00 UTC`. ASCII only, whatever a channel is called,
 * and without line breaks; the fact stands within the first 70 characters.
 */
export function mailSubject(incident: Incident): string {
  return asciiLine(`[tidewatch] ${fact(incident, shortTime(incident.start, incident.detectedAt))}`)
}

/** A smaller rate is the beginning of most troubles, and no number for the days that a thread may last. */
const TELLING_RATIO = 0.1

function fact(incident: Incident, since: string): string {
  const { latest } = incident
  if (incident.group === 'gap') return `no data since ${since}: receivers are down (this is not a client outage)`
  if (incident.group === 'stalled') return ownTrouble(incident, since)
  const who = incident.channels.includes('*') ? 'all channels' : incident.channels.join(' + ')
  if (incident.group === 'invalid') {
    const problem = incident.series.problem === undefined ? '' : ` (${incident.series.problem})`
    return latest.invalidRatio < TELLING_RATIO
      ? `${who}: more invalid submissions than usual${problem} since ${since}`
      : `${who}: ${percent(latest.invalidRatio)} of submissions invalid${problem} since ${since}`
  }
  if (incident.group === 'discarded') {
    const numbers = latest.discarded ?? { ratio: 0, typicalBytes: 0, limitBytes: 0 }
    const sizes = discardedSizes(numbers)
    const what = `${discardedShare(numbers)} of submissions ${DISCARD_WORDS[incident.series.cause ?? 'body']}`
    return `${who}: ${what} since ${since}${sizes === '' ? '' : ` (${sizes})`}`
  }
  if (incident.group === 'novelty') return `${who}: ${newValue(incident.series)}, since ${since}`
  if (incident.group === 'surge')
    return `${who}: ${percent(-latest.deficitRatio)} more submissions than expected since ${since}`
  const { reason, buildId } = incident.series
  const what = `${reason ?? 'submissions'}${buildId === undefined ? '' : ` from build ${buildId} on`}`
  if (latest.deficitRatio > 0.95) return `${who}: no ${what} since ${since}`
  return `${who}: ${percent(latest.deficitRatio)} fewer ${what} than expected since ${since}`
}

function ownTrouble({ trouble, detectedAt }: Incident, since: string): string {
  const unnamed = `Tidewatch has trouble of its own since ${since}`
  switch (trouble?.kind) {
    case undefined:
      return unnamed
    case 'disk_filling':
      if (trouble.fullAt === null) return unnamed
      if (isDiskFull(trouble)) return `the disk is full, submissions are refused since ${since}`
      return `the disk will be full about ${shortTime(trouble.fullAt, detectedAt)}, submissions are refused then`
    case 'behind':
      return `nothing is ${DONE_BY_STAGE[trouble.stage]} since ${since}: Tidewatch is behind (submissions are kept)`
    case 'specifications_missing':
      return `submissions wait for histogram specifications since ${since} (nothing is lost)`
    default:
      return trouble satisfies never
  }
}

function percent(ratio: number): string {
  return `${Math.max(1, Math.round(ratio * 100))} %`
}

/** `Thu 14:00 UTC`; with its date where the weekday alone could mean another day: `Thu 6 Feb 14:00 UTC`. */
function shortTime(time: EpochMs, toldAt: EpochMs): string {
  const day = formatDay(time)
  const isRecent = toldAt - time < 6 * DAY_MS
  return `${isRecent ? day.slice(0, 3) : day} ${formatClock(time)} UTC`
}

/** One line of ASCII, whatever a channel is called. */
export function asciiLine(text: string): string {
  return text.replace(/[\u00a0\u202f\u2008]/g, ' ').replace(/[^\x20-\x7e]/g, '?')
}
