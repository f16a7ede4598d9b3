import type { Incident } from '../../incident.ts'
import { formatList, UNIT_SPACE } from '../../sentence/format.ts'
import { incidentSentence } from '../../sentence/incident-sentence.ts'
import { mailSubject } from '../../sentence/mail-subject.ts'
import type { Notification } from '../notification.ts'
import { isRate } from './is-rate.ts'
import type { MailFacts } from './mail-facts.ts'
import { outsideText, shownIncident } from './outside-text.ts'

/** The opening says what its subject says, unless that has no number; later mails say how it is now. */
export function headlineText(incident: Incident, { trigger, survivor }: Notification): string {
  if (trigger === 'merged' && survivor !== undefined) {
    return `It has the cause of incident ${survivor.id}: ${incidentSentence(shownIncident(survivor))}`
  }
  if (trigger !== 'opened' || isRate(incident) || incident.group === 'novelty' || incident.trouble !== undefined) {
    return incidentSentence(incident)
  }
  const fact = mailSubject(incident).replace(/^\[tidewatch\] /, '')
  return `${fact.replace(/^no /, 'No ').replaceAll(' %', `${UNIT_SPACE}%`)}.`
}

const LONGEST_NOTE = 300

/** What it was laid to before is no cause of anything. */
const AS_USUAL = 'With what was counted late, these hours are as usual. There is nothing to do.'

export function causeText(incident: Incident, { wellChannels, notification }: MailFacts): string {
  if (incident.state === 'withdrawn') return AS_USUAL
  const sentences = [incident.explanation.sentence || unexplained(incident)]
  const { acknowledged } = incident
  if (notification.trigger === 'acknowledged' && acknowledged?.note) {
    sentences.unshift(`“${outsideText(acknowledged.note, LONGEST_NOTE)}”`)
  }
  if (notification.trigger === 'unstable') {
    sentences.unshift('It began again for the third time within a day: the cause comes and goes.')
  }
  const isOver = incident.state === 'resolved'
  if (!isOver && wellChannels.length > 0 && (incident.group === 'volume' || isRate(incident))) {
    const be = wellChannels.length === 1 ? 'is' : 'are'
    const conclusion = incident.group === 'volume' ? ": it isn't the servers" : ''
    sentences.push(`${formatList(wellChannels.map((channel) => outsideText(channel)))} ${be} well${conclusion}.`)
  }
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

function unexplained(incident: Incident): string {
  if (incident.group === 'gap') {
    return 'No receiver was running, so nothing is known of these hours. This says nothing about the clients.'
  }
  if (incident.group === 'stalled') return 'Submissions are kept; counting them is behind.'
  const kept = incident.group === 'invalid' ? ' What is invalid is kept whole.' : ''
  return `What carries it is not known: no reason, build or problem stands out.${kept}`
}
