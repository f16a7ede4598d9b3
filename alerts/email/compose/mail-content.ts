import type { Incident } from '../../incident.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import { type AccountLine, accounting } from './accounting.ts'
import { type Button, buttons, chartLink, type Verdict, verdict } from './buttons.ts'
import { type Carriers, carriers } from './carriers.ts'
import { changes } from './changes.ts'
import { type Figure, figures } from './figures.ts'
import { foot } from './foot.ts'
import { causeText, headlineText } from './headline.ts'
import type { MailFacts } from './mail-facts.ts'
import { notices } from './notices.ts'
import { shownIncident } from './outside-text.ts'
import { type StateLine, stateLine } from './state-line.ts'
import { emphasised, type Words } from './words.ts'

/** What a mail says, in the order it is said; HTML and plain text are two prints of it. Nothing in it is escaped. */
export interface MailContent {
  /** What mail programs show beside the subject. */
  readonly preheader: string
  /** What comes before everything else: that it is late, and who could not be told. */
  readonly notices: readonly string[]
  readonly state: StateLine
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
  /** What became of the submissions; only of what is over. */
  readonly accounting: readonly AccountLine[]
  /** Leads to the picture's series and hours, to look into; null: there are no links, or nothing is drawn. */
  readonly chart: Button | null
  readonly buttons: readonly Button[]
  /** Asked of what is over; null: there are no links. */
  readonly verdict: Verdict | null
  readonly foot: readonly string[]
}

export function mailContent(facts: MailFacts): MailContent {
  const { notification } = facts
  const incident = shownIncident(notification.incident)
  const state = stateLine(incident, facts)
  const headline = headlineText(incident, notification)
  const cause = causeText(incident, facts)
  const names = strongNames(incident)
  const all = figures(incident, facts)
  return {
    preheader: `${state.text}. ${headline} ${cause}`,
    notices: notices(facts),
    state,
    incident: `incident ${incident.id}`,
    headline: emphasised(headline, incident.channels),
    cause: emphasised(cause, names),
    figures: all,
    alternative: `${incidentSentence(incident)} ${all.map(({ label, value }) => `${label}: ${value}`).join('; ')}.`,
    day: { ...facts.day, title: facts.picture?.title ?? null },
    carriers: carriers(incident),
    changes: changes(facts, incident),
    accounting: accounting(incident, facts),
    chart: chartLink(notification.incident, facts),
    buttons: buttons(incident, facts),
    verdict: verdict(incident, facts),
    foot: foot(facts, incident),
  }
}

/** The names that readers look for. */
function strongNames(incident: Incident): string[] {
  const { carriers, firstBuildId, firstSilentBuild } = incident.explanation
  const first = firstBuildId ?? firstSilentBuild
  const builds = first === undefined ? [] : [first, first.slice(0, 8)]
  return [
    ...carriers.map((carrier) => carrier.value),
    ...builds,
    ...(incident.series.problem === undefined ? [] : [incident.series.problem]),
  ]
}
