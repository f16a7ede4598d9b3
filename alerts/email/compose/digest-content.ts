import type { Losses } from '../../../data/counts/queries/read-losses.ts'
import type { Incident } from '../../incident.ts'
import {
  formatCount,
  formatDuration,
  formatList,
  formatOfExpected,
  formatPercent,
  formatTime,
  formatTimeRange,
} from '../../sentence/format.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import { type Silence, silenceEnd } from '../../silence.ts'
import type { Digest } from '../mail-body.ts'
import type { Bulletin, BulletinRow, ChannelLine } from './bulletin.ts'
import { outsideText, shownIncident } from './outside-text.ts'
import { condition, type StateLine } from './state-line.ts'
import { plain } from './words.ts'

/** One channel: the digest's stretch, and each of the last seven days. */
export interface ChannelWeek {
  readonly channel: string
  readonly received: number
  /** Null: nothing was expected of it yet. */
  readonly expected: number | null
  readonly invalid: number
  /** Seen of expected by day, oldest first; null: not counted, or nothing expected. */
  readonly days: readonly (number | null)[]
}

export interface DigestFacts {
  readonly body: Digest
  readonly publicUrl: string | null
  /** The largest first. */
  readonly weeks: readonly ChannelWeek[]
  readonly losses: Losses
}

/** What is wrong first; then every channel, so that a quiet one is seen to be quiet, and what is held back. */
export function digestContent({ body, publicUrl, weeks, losses }: DigestFacts): Bulletin {
  const open = body.open.map(shownIncident)
  const over = body.over.map(shownIncident)
  const troubled = new Set(open.flatMap(({ channels }) => channels))
  const well = weeks.filter(({ channel }) => !troubled.has(outsideText(channel)) && !troubled.has('*'))
  const words = headline(open, well)
  return {
    head: {
      title: body.subject,
      preheader: words,
      notices: [],
      state: stateOf(open),
      about: 'daily digest',
      headline: plain(words),
      cause: plain(`${formatTimeRange(body.since, body.until)} UTC. ${proof(losses)}`),
    },
    sections: [
      { title: 'Open now', rows: open.map((incident) => openRow(incident, publicUrl)) },
      { title: `Over since ${formatTime(body.since)}`, rows: over.map((incident) => overRow(incident, publicUrl)) },
      { title: 'Silenced', rows: body.silences.map(silenceRow) },
      { title: 'Learning', rows: body.learning.map(learningRow) },
    ].filter(({ rows }) => rows.length > 0),
    weeks: weeks.map((week) => channelLine(week, troubled, body)),
    buttons: publicUrl === null ? [] : [{ text: 'Open the dashboard', url: `${publicUrl}/`, isMain: true }],
    foot: [
      'This mail comes every day: where it is missing, mails don’t arrive.',
      'Bars: seen of expected by day, the newest at the right. All times are UTC.',
    ],
  }
}

function headline(open: readonly Incident[], well: readonly ChannelWeek[]): string {
  if (open.length > 0) {
    const sentences = open.slice(0, 2).map(incidentSentence)
    const more = open.length > 2 ? [`${open.length - 2} more incidents are open.`] : []
    const rest =
      well.length > 0 ? [well.length === 1 ? 'The other channel is well.' : `${well.length} others are well.`] : []
    return [...sentences, ...more, ...rest].join(' ')
  }
  if (well.length === 0) return 'Nothing was counted yet.'
  return well.length === 1 ? `${outsideText(well[0]?.channel ?? '')} is well.` : `All ${well.length} channels are well.`
}

/** Where every submission went that was counted. */
function proof({ received, invalid, quarantined, recovered }: Losses): string {
  if (received === 0) return 'Nothing was received.'
  const share = formatPercent(invalid / received, 1)
  const waiting = `${formatCount(Math.max(0, quarantined - recovered))} wait in quarantine`
  const again = recovered === 0 ? '' : `, ${formatCount(recovered)} were recovered`
  return `${formatCount(received)} received, ${formatCount(invalid)} of them invalid (${share}); ${waiting}${again}.`
}

function openRow(incident: Incident, publicUrl: string | null): BulletinRow {
  const { mark, word, isWrong } = condition(incident)
  const { acknowledged } = incident
  const taken = acknowledged === null ? 'nobody has it yet' : `${outsideText(acknowledged.by)} has it`
  return {
    mark,
    isWrong,
    name: `Incident ${incident.id}: ${word}, since ${formatTime(incident.start)}, ${taken}`,
    what: plain(`${incidentSentence(incident)} ${incident.explanation.sentence}`.trim()),
    links: incidentLink(incident, publicUrl),
  }
}

function overRow(incident: Incident, publicUrl: string | null): BulletinRow {
  const end = incident.end ?? incident.resolvedAt ?? incident.judgedUpTo
  return {
    mark: '△',
    isWrong: false,
    name: `Incident ${incident.id}: ${incident.state}, after ${formatDuration(Math.max(0, end - incident.start))}`,
    what: plain(incidentSentence(incident)),
    links: incidentLink(incident, publicUrl),
  }
}

function incidentLink({ id }: Incident, publicUrl: string | null): BulletinRow['links'] {
  return publicUrl === null ? [] : [{ text: `Open incident ${id}`, url: `${publicUrl}/incident/${id}`, isMain: false }]
}

function silenceRow(silence: Silence): BulletinRow {
  const end = silenceEnd(silence)
  const parts = Object.entries(silence.matcher).map(([name, value]) => `${name} ${outsideText(String(value))}`)
  const until = end === null ? 'until it is over' : `until ${formatTime(end)}`
  const reason = silence.reason === '' ? '' : `: ${outsideText(silence.reason, 200)}`
  return {
    mark: '///',
    isWrong: false,
    name: `${formatList(parts)}, ${until}`,
    what: plain(`By ${outsideText(silence.author)}${reason}`),
    links: [],
  }
}

function learningRow({ channel, coveredDays, neededDays }: Digest['learning'][number]): BulletinRow {
  return {
    mark: '○',
    isWrong: false,
    name: outsideText(channel),
    what: plain(`${Math.floor(coveredDays)} of ${neededDays} days: its tide isn't known yet`),
    links: [],
  }
}

function channelLine(week: ChannelWeek, troubled: ReadonlySet<string>, body: Digest): ChannelLine {
  const { received, expected, invalid, days } = week
  const channel = outsideText(week.channel, 24)
  const isTroubled = troubled.has(outsideText(week.channel)) || troubled.has('*')
  const isLearning = body.learning.some((each) => each.channel === week.channel)
  return {
    channel,
    word: isTroubled ? 'not well' : isLearning ? 'learning' : 'well',
    isWrong: isTroubled,
    received: formatCount(received),
    ratio: expected === null || expected === 0 ? '–' : formatOfExpected(received / expected),
    invalid: received === 0 ? '–' : formatPercent(invalid / received, 1),
    days,
  }
}

function stateOf(open: readonly Incident[]): StateLine {
  const [gravest] = open
  if (gravest === undefined) return { mark: '○', text: 'All quiet', isWrong: false }
  const { mark, isWrong } = condition(gravest)
  return { mark, text: `${open.length} open`, isWrong }
}
