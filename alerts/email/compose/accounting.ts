import type { Incident } from '../../incident.ts'
import { formatCount, formatEstimate, formatPercent, formatTime } from '../../sentence/format.ts'
import type { MailFacts } from './mail-facts.ts'
import { outsideText } from './outside-text.ts'

export interface AccountLine {
  readonly what: string
  readonly value: string
}

/** What became of the submissions of what is over. Nothing invalid is lost: it waits, or has been recovered. */
export function accounting(incident: Incident, { accounting: losses }: MailFacts): AccountLine[] {
  const { group, missing, acknowledged } = incident
  if (losses === null || incident.trouble !== undefined || group === 'stalled' || group === 'novelty') return []
  if (incident.state === 'withdrawn') return []
  const { received, invalid, quarantined, recovered, quarantinedElsewhere: elsewhere } = losses
  const never = group === 'volume' ? `${formatEstimate(missing)} never came` : 'nothing is missing'
  const lost = { volume: never, gap: 'not known: nobody listened', surge: never, invalid: never, discarded: '' }[group]
  const waiting = Math.max(0, quarantined - recovered)
  return [
    ...(group === 'discarded'
      ? [{ what: 'Lost', value: `${formatEstimate(missing)} discarded, beyond the usual` }]
      : []),
    ...(lost === '' ? [] : [{ what: 'Lost', value: lost }]),
    { what: 'Received', value: formatCount(received) },
    {
      what: 'Invalid',
      value: invalid === 0 ? 'none' : `${formatCount(invalid)} (${formatPercent(invalid / Math.max(1, received), 1)})`,
    },
    { what: 'In quarantine', value: kept(waiting, elsewhere) },
    { what: 'Recovered', value: recovered === 0 ? 'none' : formatCount(recovered) },
    {
      what: 'Acknowledged',
      value: acknowledged === null ? 'by nobody' : `by ${outsideText(acknowledged.by)}, ${formatTime(acknowledged.at)}`,
    },
  ]
}

/** `elsewhere`: of imported counts, whose submissions never were here. */
function kept(waiting: number, elsewhere: number): string {
  if (waiting > 0) return `${formatCount(waiting)}, kept whole`
  return elsewhere === 0 ? 'none' : `none here: ${formatCount(elsewhere)} where these counts came from`
}
