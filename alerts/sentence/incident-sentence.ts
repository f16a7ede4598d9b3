import { HOUR_MS } from '../../data/domain/time.ts'
import type { ChannelNumbers, Incident } from '../incident.ts'
import { DISCARD_WORDS, discardedShare } from './discarded-words.ts'
import { formatList, formatPercent, formatTime, formatTimeRange } from './format.ts'
import { newValue } from './novelty-words.ts'
import { ownTroubleClause } from './own-trouble-words.ts'

/**
 * What is the matter, in one sentence with numbers: `nightly is 41 % below expected since Sat 1 Feb, 14:00.` Open
 * incidents speak of their newest judged hour, closed ones of their whole time. Times are UTC and don't say so: the page
 * or mail around it does, once.
 */
export function incidentSentence(incident: Incident): string {
  return `${incidentClause(incident)}.`
}

/** The sentence without its full stop, for where something follows. */
function incidentClause(incident: Incident): string {
  if (incident.group === 'gap') return gapClause(incident)
  if (incident.group === 'stalled') return ownTroubleClause(incident, when(incident))
  if (incident.state === 'withdrawn') return `${subject(incident)} was as expected after all: late counts arrived`
  if (incident.group === 'discarded') return discardedClause(incident)
  if (incident.group === 'novelty') return noveltyClause(incident)
  return incident.group === 'invalid' ? invalidClause(incident) : volumeClause(incident)
}

function gapClause(incident: Incident): string {
  if (incident.state === 'withdrawn') {
    return `Somebody listened from ${formatTime(incident.start)} on after all: what was received arrived late`
  }
  if (incident.end !== null)
    return `Nothing counted ${formatTimeRange(incident.start, incident.end)}: nobody was listening`
  return `Nothing counted since ${formatTime(incident.start)}: receivers are down; charts end there`
}

function volumeClause(incident: Incident): string {
  const { latest } = incident
  const who = subject(incident)
  const be = isPlural(incident) ? 'are' : 'is'
  if (incident.state === 'resolved') {
    return `${who} ${isPlural(incident) ? 'were' : 'was'} ${distance(latest.deficitRatio)} ${when(incident)}`
  }
  const ratio = latest.mid > 0 ? 1 - latest.seen / latest.mid : latest.deficitRatio
  if (incident.state === 'recovering') return `${who} ${isPlural(incident) ? 'come' : 'comes'} back: ${distance(ratio)}`
  if (latest.seen === 0 && latest.mid > 0)
    return `${who} ${be} ${isPart(incident) ? 'missing' : 'silent'} ${when(incident)}`
  return `${who} ${be} ${distance(ratio)} ${when(incident)}`
}

function distance(deficitRatio: number): string {
  const isBelow = deficitRatio >= 0
  return `${formatPercent(Math.abs(deficitRatio))} ${isBelow ? 'below' : 'above'} expected`
}

/** `aurora is 49 % invalid, nightly 37 %, since Tue 4 Feb, 11:00`: the worst channel first. */
function invalidClause(incident: Incident): string {
  const worstFirst = [...incident.latest.byChannel].sort((a, b) => b.invalidRatio - a.invalidRatio)
  const [worst, ...others] = worstFirst
  if (incident.state === 'resolved' || worst === undefined) {
    const be = isPlural(incident) ? 'were' : 'was'
    return `${subject(incident)} ${be} ${formatPercent(incident.latest.invalidRatio)} invalid ${when(incident)}`
  }
  const rest = others.map((channel) => `, ${channel.channel} ${formatPercent(channel.invalidRatio)}`).join('')
  if (incident.state === 'recovering') return `${worst.channel} comes back: ${invalidShare(worst)}${rest}`
  return `${worst.channel} is ${invalidShare(worst)}${rest}${rest === '' ? '' : ','} ${when(incident)}`
}

function invalidShare(numbers: ChannelNumbers): string {
  return `${formatPercent(numbers.invalidRatio)} invalid`
}

/** `nightly has 6.2 % discarded as too large, aurora 3.1 %, since Thu 16 Jan, 14:00`: the worst channel first. */
function discardedClause(incident: Incident): string {
  const what = DISCARD_WORDS[incident.series.cause ?? 'body']
  const { latest } = incident
  const each = latest.byChannel
    .flatMap(({ channel, discarded }) => (discarded === undefined ? [] : [{ channel, ratio: discarded.ratio }]))
    .sort((a, b) => b.ratio - a.ratio)
  const [worst, ...others] = each
  if (incident.state === 'resolved' || worst === undefined) {
    return `${subject(incident)} had ${discardedShare(latest.discarded ?? { ratio: 0 })} ${what} ${when(incident)}`
  }
  const rest = others.map((own) => `, ${own.channel} ${discardedShare(own)}`).join('')
  if (incident.state === 'recovering') return `${worst.channel} comes back: ${discardedShare(worst)} ${what}${rest}`
  return `${worst.channel} has ${discardedShare(worst)} ${what}${rest}${rest === '' ? '' : ','} ${when(incident)}`
}

/** `nightly sends a new revision prefix, https://hg.example.org: 12 % of submissions since Tue 4 Feb, 11:00`. */
function noveltyClause(incident: Incident): string {
  const isOne = incident.channels.length === 1
  const verb = incident.state === 'resolved' ? 'sent' : isOne ? 'sends' : 'send'
  const share = formatPercent(incident.latest.novelRatio ?? 0)
  const isUsual = incident.state === 'resolved' && incident.calmHours === 0
  const outcome = isUsual ? ', and goes on: it is taken for usual now' : ''
  return `${subject(incident)} ${verb} ${newValue(incident.series)}: ${share} of submissions ${when(incident)}${outcome}`
}

function when(incident: Incident): string {
  if (incident.end === null) return `since ${formatTime(incident.start)}`
  // Whole hours are judged, so what an hour showed lasted one at least.
  const least = incident.fastLook === undefined ? HOUR_MS : 0
  return `from ${formatTime(incident.start)} to ${formatTime(Math.max(incident.end, incident.start + least))}`
}

/** `nightly`, `aurora and nightly`, `nightly's saved-session from build 20140201 on`. */
function subject({ channels, group, series }: Incident): string {
  const who = channels.includes('*') ? 'All channels together' : formatList(channels)
  if (group !== 'volume' || series.reason === undefined) return who
  return `${who}'s ${series.reason}${series.buildId === undefined ? '' : ` from build ${series.buildId} on`}`
}

function isPart(incident: Incident): boolean {
  return incident.series.reason !== undefined
}

function isPlural(incident: Incident): boolean {
  return !isPart(incident) && (incident.channels.length > 1 || incident.channels.includes('*'))
}
