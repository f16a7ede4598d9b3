import type { Incident } from '../../incident.ts'
import { formatDuration, formatTime } from '../../sentence/format.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import { type Carriers, carriers } from './carriers.ts'
import { changes } from './changes.ts'
import { type Figure, figures } from './figures.ts'
import { foot } from './foot.ts'
import { causeText, headlineText } from './headline.ts'
import type { MailFacts } from './mail-facts.ts'
import { shownIncident } from './outside-text.ts'
import { stateLine } from './state-line.ts'
import { emphasised, type Words } from './words.ts'

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
