import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { Incident, Label } from '../../incident.ts'
import type { MailFacts } from './mail-facts.ts'

export interface Button {
  readonly text: string
  readonly url: string
  /** One of each mail. */
  readonly isMain: boolean
}

export interface Verdict {
  readonly question: string
  readonly answers: readonly Button[]
}

/** Each says what it will do; what acts asks once more on its page. */
export function buttons(
  incident: Incident,
  { publicUrl, links, notification }: Pick<MailFacts, 'publicUrl' | 'links' | 'notification'>,
): Button[] {
  if (publicUrl === null) return []
  const { id, state, acknowledged } = notification.survivor ?? incident
  const open: Button = { text: `Open incident ${id}`, url: `${publicUrl}/incident/${id}`, isMain: true }
  if (links === null || state === 'resolved' || state === 'withdrawn') return [open]
  const take: Button = { text: 'Acknowledge', url: links.acknowledge, isMain: false }
  const silence: Button = { text: 'Silence until it is over', url: links.silence, isMain: false }
  return acknowledged === null ? [open, take, silence] : [open, silence]
}

/** What the picture shows, for good: absolute hours, whenever it is looked at. */
export function chartLink({ channels }: Incident, { publicUrl, picture }: MailFacts): Button | null {
  const [channel] = channels
  if (publicUrl === null || picture === null || channel === undefined || channel === '*') return null
  const to = picture.start + picture.hours * HOUR_MS
  const range = `from=${minuteText(picture.start)}&to=${minuteText(to)}`
  return {
    text: 'Look into this chart',
    url: `${publicUrl}/channel/${encodeURIComponent(channel.replace(HALF_CHARACTER, '\ufffd'))}?${range}`,
    isMain: false,
  }
}

/** Of a pair; no address can hold one. */
const HALF_CHARACTER = /[\ud800-\udfff]/gu

/** As the pages write it: `2014-01-16T14:00Z` */
function minuteText(time: EpochMs): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}

const ANSWERS: readonly { readonly label: Label; readonly text: string }[] = [
  { label: 'real', text: 'Real' },
  { label: 'false_alarm', text: 'False alarm' },
  { label: 'expected', text: 'Expected' },
]

/** What people say of what is over is what later settings are measured by. */
export function verdict({ state, label }: Incident, { links }: MailFacts): Verdict | null {
  if (links === null || label !== undefined || (state !== 'resolved' && state !== 'withdrawn')) return null
  const answers = ANSWERS.map((answer) => ({ text: answer.text, url: links[answer.label], isMain: false }))
  return { question: 'What was it?', answers }
}
