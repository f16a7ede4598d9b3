import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { Contribution } from '../../finding.ts'
import { type Incident, isDiskFull, type OwnTrouble } from '../../incident.ts'
import { discardedShare } from '../../sentence/discarded-words.ts'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatEstimate,
  formatList,
  formatOfExpected,
  formatPercent,
  formatRange,
  formatTime,
  UNIT_SPACE,
} from '../../sentence/format.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import { mailSubject } from '../../sentence/mail-subject.ts'
import type { Trigger } from '../notification.ts'
import { magnitude, nextReminderAt } from '../notification-due.ts'
import type { Change, MailFacts } from './mail-facts.ts'
import { outsideText, shownIncident } from './outside-text.ts'

/** Text in which some words stand out. */
export type Words = readonly { readonly text: string; readonly isStrong: boolean }[]

/** What a mail says, in the order it is said; HTML and plain text are two prints of it. Nothing in it is escaped. */
export interface MailContent {
  /** What mail programs show beside the subject. */
  readonly preheader: string
  readonly late: string | null
  readonly state: { readonly mark: string; readonly text: string; readonly isWrong: boolean }
  readonly incident: string
  readonly headline: Words
  readonly cause: Words
  readonly figures: readonly Figure[]
  /** The picture in words, for those who don't see it. */
  readonly alternative: string
  readonly day: MailFacts['day'] & {
    /** What is counted, as the picture's title says it; null: nothing is drawn. */
    readonly title: string | null
  }
  readonly carriers: Carriers | null
  readonly changes: readonly { readonly when: string; readonly what: Words }[]
  readonly button: { readonly text: string; readonly url: string } | null
  readonly foot: readonly string[]
}

export interface Figure {
  readonly label: string
  readonly value: string
  readonly look: 'wrong' | 'strong' | 'plain'
}

export interface Carriers {
  /** Headings of the three columns of numbers, and of the share. */
  readonly headings: readonly [string, string, string, string]
  readonly rows: readonly CarrierRow[]
}

export interface CarrierRow {
  readonly dimension: string
  readonly value: string
  readonly numbers: readonly [string, string, string]
  /** The third number proves the trouble. */
  readonly isProof: boolean
  /** 0 to 1. */
  readonly shareRatio: number
  readonly share: string
}

export function mailContent(facts: MailFacts): MailContent {
  const { notification } = facts
  const incident = shownIncident(notification.incident)
  const state = stateLine(incident, notification.trigger, notification.previousRatio)
  const headline = headlineText(incident, notification.trigger)
  const cause = causeText(incident, facts)
  const names = strongNames(incident)
  return {
    preheader: `${state.text}. ${headline} ${cause}`,
    late: lateText(facts),
    state,
    incident: `incident ${incident.id}`,
    headline: emphasised(headline, incident.channels),
    cause: emphasised(cause, names),
    figures: figures(incident),
    alternative: `${incidentSentence(incident)} ${figures(incident)
      .map(({ label, value }) => `${label}: ${value}`)
      .join('; ')}.`,
    day: { ...facts.day, title: facts.picture?.title ?? null },
    carriers: carriers(incident),
    changes: changes(facts, incident),
    button:
      facts.publicUrl === null
        ? null
        : { text: `Open incident ${incident.id}`, url: `${facts.publicUrl}/incident/${incident.id}` },
    foot: foot(facts, incident),
  }
}

function lateText({ lateSince, now }: MailFacts): string | null {
  if (lateSince === null) return null
  return `Late by ${formatDuration(now - lateSince)}: mail could not be delivered since ${formatTime(lateSince)} UTC.`
}

/** A smaller change since the last mail is no news. */
const WORTH_SAYING_RATIO = 0.03

function stateLine(incident: Incident, trigger: Trigger, previousRatio: number | null): MailContent['state'] {
  if (trigger === 'resolved') {
    const text = incident.acceptedLevel === null ? 'Closed' : 'Closed: taken for the new level'
    return { mark: '△', text, isWrong: false }
  }
  if (trigger === 'withdrawn') return { mark: '△', text: 'Withdrawn: late counts arrived', isWrong: false }
  const { mark, word, isWrong } = condition(incident)
  const isToldBefore = previousRatio !== null && (trigger === 'worsened' || trigger === 'reminder')
  const hasMoved = isToldBefore && Math.abs(magnitude(incident) - previousRatio) >= WORTH_SAYING_RATIO
  const was = hasMoved ? ` (was ${formatPercent(previousRatio)})` : ''
  return { mark, text: `${TRIGGER_WORDS[trigger]} ${word}${was}`, isWrong }
}

const TRIGGER_WORDS: Readonly<Record<Exclude<Trigger, 'resolved' | 'withdrawn'>, string>> = {
  opened: 'New:',
  reopened: 'Again:',
  worsened: 'Worse:',
  widened: 'More channels:',
  explained: 'Cause found:',
  reminder: 'Still',
}

function condition(incident: Incident): { readonly mark: string; readonly word: string; readonly isWrong: boolean } {
  switch (incident.group) {
    case 'gap':
      return { mark: '///', word: 'nothing counted', isWrong: false }
    case 'stalled':
      return { mark: '◇', word: ownTroubleWord(incident.trouble), isWrong: false }
    case 'invalid':
      return { mark: '✕', word: `${formatPercent(magnitude(incident))} invalid`, isWrong: true }
    case 'discarded':
      return { mark: '✕', word: `${discardedShare({ ratio: magnitude(incident) })} discarded`, isWrong: true }
    case 'surge':
      return { mark: '▲', word: 'too high', isWrong: true }
    case 'volume':
      return { mark: '▼', word: lowWord(incident), isWrong: true }
  }
}

function ownTroubleWord(trouble: OwnTrouble | undefined): string {
  if (trouble === undefined) return 'behind'
  return isDiskFull(trouble) ? 'the disk is full' : 'the disk fills up'
}

function lowWord({ latest, series }: Incident): string {
  if (latest.seen > 0) return 'too low'
  return Object.keys(series).length === 0 ? 'silent' : 'missing'
}

/** The opening says what its subject says, unless that has no number; later mails say how it is now. */
function headlineText(incident: Incident, trigger: Trigger): string {
  if (trigger !== 'opened' || isRate(incident) || incident.trouble !== undefined) {
    return incidentSentence(incident)
  }
  const fact = mailSubject(incident).replace(/^\[tidewatch\] /, '')
  return `${fact.replace(/^no /, 'No ').replaceAll(' %', `${UNIT_SPACE}%`)}.`
}

function causeText(incident: Incident, { wellChannels }: MailFacts): string {
  const sentences = [incident.explanation.sentence || unexplained(incident)]
  const isOver = incident.state === 'resolved' || incident.state === 'withdrawn'
  if (!isOver && wellChannels.length > 0 && (incident.group === 'volume' || isRate(incident))) {
    const be = wellChannels.length === 1 ? 'is' : 'are'
    const conclusion = incident.group === 'volume' ? ": it isn't the servers" : ''
    sentences.push(`${formatList(wellChannels.map((channel) => outsideText(channel)))} ${be} well${conclusion}.`)
  }
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function unexplained(incident: Incident): string {
  if (incident.state === 'withdrawn') return ''
  if (incident.group === 'gap') {
    return 'No receiver was running, so nothing is known of these hours. This says nothing about the clients.'
  }
  if (incident.group === 'stalled') return 'Submissions are kept; counting them is behind.'
  const kept = incident.group === 'invalid' ? ' What is invalid is kept whole.' : ''
  return `What carries it is not known: no reason, build or problem stands out.${kept}`
}

function figures(incident: Incident): Figure[] {
  const { latest } = incident
  const isOver = incident.state === 'resolved' || incident.state === 'withdrawn'
  const end = isOver ? (incident.end ?? incident.resolvedAt ?? latest.hour + HOUR_MS) : latest.hour + HOUR_MS
  const lasted = formatDuration(Math.max(HOUR_MS, end - incident.start))
  if (incident.trouble !== undefined) return diskFigures(incident.trouble)
  if (incident.group === 'gap' || incident.group === 'stalled') {
    return [
      { label: incident.group === 'gap' ? 'Nothing counted' : 'Behind', value: lasted, look: 'strong' },
      { label: 'From', value: formatTime(incident.start), look: 'plain' },
      { label: 'To', value: isOver ? formatTime(end) : 'not over', look: 'plain' },
    ]
  }
  // The headline names the reason, builds or problem that the numbers are of.
  const ofIt = isPart(incident) ? ' of it' : ''
  const totalLabel = `${TOTAL_LABEL[incident.group]}${isRate(incident) ? '' : ofIt}`
  const total = { label: `${totalLabel}, ${lasted}`, value: formatEstimate(incident.missing) }
  if (isOver) {
    return [
      { ...total, label: totalLabel, look: 'strong' },
      { label: 'Lasted', value: lasted, look: 'plain' },
      { label: 'In the worst hour', value: formatEstimate(incident.peakMissing), look: 'plain' },
      {
        label: 'Told after',
        value: formatDuration(Math.max(HOUR_MS, incident.detectedAt - incident.start)),
        look: 'plain',
      },
    ]
  }
  const hour = formatClock(latest.hour)
  const sure: Figure = { label: 'How sure', value: sureness(incident.confidenceRatio), look: 'plain' }
  if (incident.group === 'invalid') {
    return [
      { ...total, look: 'wrong' },
      { label: `${rateLabel(incident)}, ${hour}`, value: formatPercent(latest.invalidRatio, 1), look: 'strong' },
      { label: `Received, ${hour}`, value: formatCount(latest.seen), look: 'plain' },
      sure,
    ]
  }
  if (incident.group === 'discarded') return [{ ...total, look: 'wrong' }, ...discardedFigures(incident, hour), sure]
  return [
    { ...total, look: 'wrong' },
    { label: `Seen${ofIt}, ${hour}`, value: formatCount(latest.seen), look: 'strong' },
    { label: `Expected${ofIt}, ${hour}`, value: formatRange(latest.low, latest.high), look: 'plain' },
    sure,
  ]
}

function discardedFigures({ latest }: Incident, hour: string): Figure[] {
  const { ratio, offered, typicalBytes, limitBytes } = latest.discarded ?? NOTHING_DISCARDED
  const limit = limitBytes === 0 ? '' : `, limit ${formatBytes(limitBytes)}`
  return [
    { label: `Discarded, ${hour}`, value: formatPercent(ratio, 1), look: 'strong' },
    typicalBytes === 0
      ? { label: `Sent, ${hour}`, value: formatCount(offered), look: 'plain' }
      : { label: `Typical size${limit}`, value: formatBytes(typicalBytes), look: 'plain' },
  ]
}

const NOTHING_DISCARDED = { ratio: 0, offered: 0, typicalBytes: 0, limitBytes: 0 } as const

/** What would have been invalid or discarded anyway isn't counted; the table of what carries it counts all. */
const TOTAL_LABEL = {
  volume: 'Missing',
  surge: 'Too many',
  invalid: 'Invalid beyond the usual',
  discarded: 'Discarded beyond the usual',
} as const

/** Whether it is about a part of what comes, rather than about how much comes. */
function isRate({ group }: Incident): boolean {
  return group === 'invalid' || group === 'discarded'
}

function isPart({ series }: Incident): boolean {
  return series.reason !== undefined || series.buildId !== undefined
}

function rateLabel({ series }: Incident): string {
  if (series.buildId !== undefined) return 'Invalid of that build'
  return series.problem ?? 'Invalid rate'
}

function sureness(confidenceRatio: number): string {
  if (confidenceRatio >= 0.99) return 'very'
  return confidenceRatio >= 0.9 ? 'fairly' : 'not very'
}

function carriers(incident: Incident): Carriers | null {
  const rows = incident.explanation.carriers.slice(0, 5)
  if (rows.length === 0) return null
  if (incident.group === 'invalid') {
    return {
      headings: ['Received', 'Invalid', 'Invalid rate', 'Share of what is invalid'],
      rows: rows.map((row) =>
        carrierRow(
          row,
          (ratio) => formatPercent(ratio, 1),
          (ratio) => {
            return ratio > PROOF_RATE_RATIO || row.value === incident.series.problem
          },
        ),
      ),
    }
  }
  if (incident.group === 'discarded') {
    return {
      headings: ['Sent', 'Discarded', 'Share discarded', 'Share of what is discarded'],
      rows: rows.map((row) =>
        carrierRow(
          row,
          (ratio) => formatPercent(ratio, 1),
          () => true,
        ),
      ),
    }
  }
  return {
    headings: [
      'Expected',
      'Seen',
      'Of expected',
      incident.group === 'surge' ? 'Share of the surplus' : 'Share of what is missing',
    ],
    rows: rows.map((row) => carrierRow(row, formatOfExpected, (ratio) => Math.abs(1 - ratio) > PROOF_DISTANCE_RATIO)),
  }
}

/** What carries less than this doesn't prove anything. */
const PROOF_SHARE_RATIO = 0.1
/** What came nearly as expected doesn't either, though it carries all: 0.96 of one reason over builds that are well. */
const PROOF_DISTANCE_RATIO = 0.1
const PROOF_RATE_RATIO = 0.1

function carrierRow(
  row: Contribution,
  format: (ratio: number) => string,
  proves: (ratio: number) => boolean,
): CarrierRow {
  const shareRatio = Math.min(1, Math.max(0, row.shareRatio))
  const ratio = row.expected > 0 ? row.seen / row.expected : null
  return {
    dimension: DIMENSION_WORDS[row.dimension],
    value: row.value,
    numbers: [formatEstimate(row.expected), formatEstimate(row.seen), ratio === null ? '–' : format(ratio)],
    isProof: shareRatio >= PROOF_SHARE_RATIO && ratio !== null && proves(ratio),
    shareRatio,
    share: formatPercent(shareRatio),
  }
}

function diskFigures({ freeBytes, minFreeBytes, fullAt }: OwnTrouble): Figure[] {
  return [
    { label: 'Free', value: formatBytes(freeBytes), look: 'strong' },
    { label: 'Refused below', value: formatBytes(minFreeBytes), look: 'plain' },
    { label: 'Full about', value: fullAt === null ? 'not known' : formatTime(fullAt), look: 'plain' },
  ]
}

const DIMENSION_WORDS: Readonly<Record<Contribution['dimension'], string>> = {
  reason: 'reason',
  build: 'build',
  app_version: 'version',
  app_name: 'application',
  problem: 'problem',
  attribute: 'attribute',
  channel: 'channel',
}

function changes(facts: MailFacts, incident: Incident): MailContent['changes'] {
  if (incident.group === 'gap' || incident.group === 'stalled') return []
  const known = facts.changes.map((change) => changeLine(change, incident))
  const rest = {
    when: known.length === 0 ? '' : 'otherwise',
    what: plain(facts.isWholeCounted ? 'Nothing known: receivers counted every minute' : 'Nothing known'),
  }
  return [...known, rest]
}

function changeLine(change: Change, incident: Incident): { when: string; what: Words } {
  if (change.kind === 'coverage') {
    const minutes = Math.round(change.coverageRatio * 60)
    return { when: weekdayTime(change.hour), what: plain(`Only ${minutes} of 60 minutes were counted`) }
  }
  const build = outsideText(change.buildId)
  const isBlamed = change.buildId === incident.explanation.firstBuildId
  const channel =
    incident.channels.length > 1 || incident.channels.includes('*') ? ` on ${outsideText(change.channel)}` : ''
  return {
    when: weekdayTime(change.firstSeen),
    what: emphasised(
      `Build ${build} first seen${channel}, ${distance(change.firstSeen, incident.start)}`,
      isBlamed ? [build] : [],
    ),
  }
}

function distance(time: EpochMs, start: EpochMs): string {
  if (Math.abs(time - start) < HOUR_MS) return 'in the hour of the start'
  return `${formatDuration(Math.abs(time - start))} ${time < start ? 'before' : 'after'} the start`
}

function foot(facts: MailFacts, incident: Incident): string[] {
  const { notification } = facts
  const why = `You get this through the route “${notification.route}”.`
  const look =
    facts.publicUrl === null
      ? [`To see more, open the dashboard of this Tidewatch and choose incident ${incident.id}.`]
      : []
  return [`${why} ${nextMail(facts, incident)}`, ...look, 'All times are UTC.']
}

function nextMail({ notification }: MailFacts, incident: Incident): string {
  if (incident.state === 'resolved' || incident.state === 'withdrawn')
    return 'No more mails about it, unless it comes back.'
  if (incident.acknowledged !== null)
    return `${outsideText(incident.acknowledged.by)} has it. Next mail: when it gets much worse, or is over.`
  const at = nextReminderAt(incident, notification.newsAt, notification.decidedAt)
  const isToday = formatTime(at).slice(0, -7) === formatTime(notification.decidedAt).slice(0, -7)
  return `Next mail: a reminder at ${isToday ? formatClock(at) : formatTime(at)} unless it is over by then, or sooner if it gets much worse.`
}

function weekdayTime(time: EpochMs): string {
  return `${formatTime(time).slice(0, 3)} ${formatClock(time)}`
}

/** The names that readers look for. */
function strongNames(incident: Incident): string[] {
  const { carriers, firstBuildId } = incident.explanation
  const builds = firstBuildId === undefined ? [] : [firstBuildId, firstBuildId.slice(0, 8)]
  return [
    ...carriers.map((carrier) => carrier.value),
    ...builds,
    ...(incident.series.problem === undefined ? [] : [incident.series.problem]),
  ]
}

function emphasised(text: string, names: readonly string[]): Words {
  const wanted = [...new Set(names)].filter((name) => name.length > 1).sort((a, b) => b.length - a.length)
  if (wanted.length === 0) return plain(text)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${wanted.map(escapePattern).join('|')})(?![\\p{L}\\p{N}])`, 'u')
  // Every second part is what the group caught.
  return text
    .split(pattern)
    .map((part, index) => ({ text: part, isStrong: index % 2 === 1 }))
    .filter((part) => part.text !== '')
}

function plain(text: string): Words {
  return [{ text, isStrong: false }]
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
