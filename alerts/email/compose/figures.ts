import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import type { DiskFilling, Incident, OwnTrouble } from '../../incident.ts'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatEstimate,
  formatPercent,
  formatRange,
  formatTime,
} from '../../sentence/format.ts'
import { isRate } from './is-rate.ts'
import type { MailFacts } from './mail-facts.ts'

export interface Figure {
  readonly label: string
  readonly value: string
  readonly look: 'wrong' | 'strong' | 'plain'
}

/** `firstToldAt`: when this recipient was told; where nobody has been, when it was found out. */
export function figures(incident: Incident, { firstToldAt }: Pick<MailFacts, 'firstToldAt'>): Figure[] {
  const { latest } = incident
  const isOver = incident.state === 'resolved' || incident.state === 'withdrawn'
  const { fastLook } = incident
  const knownTo = fastLook?.lookedTo ?? latest.hour + HOUR_MS
  const end = isOver ? (incident.end ?? incident.resolvedAt ?? knownTo) : knownTo
  const lasted = formatDuration(Math.max(fastLook === undefined ? HOUR_MS : MINUTE_MS, end - incident.start))
  if (incident.trouble !== undefined) return troubleFigures(incident.trouble, { start: incident.start, end, isOver })
  if (incident.state === 'withdrawn') return withdrawnFigures(incident, firstToldAt)
  if (incident.group === 'gap' || incident.group === 'stalled') {
    return [
      { label: incident.group === 'gap' ? 'Nothing counted' : 'Behind', value: lasted, look: 'strong' },
      { label: 'From', value: formatTime(incident.start), look: 'plain' },
      { label: 'To', value: isOver ? formatTime(end) : 'not over', look: 'plain' },
    ]
  }
  if (incident.group === 'novelty') {
    return [
      { label: 'Have it', value: formatEstimate(incident.missing), look: 'strong' },
      { label: 'Of what was received', value: formatPercent(latest.novelRatio ?? 0, 1), look: 'plain' },
      { label: isOver ? 'Lasted' : 'So far', value: lasted, look: 'plain' },
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
        value: formatDuration((firstToldAt ?? incident.detectedAt) - incident.start),
        look: 'plain',
      },
    ]
  }
  const hour =
    fastLook === undefined ? formatClock(latest.hour) : `since ${formatClock(fastLook.backAt ?? fastLook.since)}`
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

/** Nothing was lost, so what was told before is told as what it only seemed to be. */
function withdrawnFigures(incident: Incident, firstToldAt: EpochMs | null): Figure[] {
  const { start, detectedAt, resolvedAt, missing, group } = incident
  const since = (at: EpochMs) => formatDuration(Math.max(0, at - start))
  const seemed =
    group === 'gap' || group === 'stalled' || group === 'novelty'
      ? []
      : [{ label: SEEMED_LABEL[group], value: formatEstimate(missing) }]
  return [
    { label: 'After all', value: 'as expected', look: 'strong' },
    ...seemed.map((figure): Figure => ({ ...figure, look: 'plain' })),
    { label: 'Told after', value: since(firstToldAt ?? detectedAt), look: 'plain' },
    { label: 'Withdrawn after', value: since(resolvedAt ?? detectedAt), look: 'plain' },
  ]
}

const SEEMED_LABEL = {
  volume: 'Seemed missing',
  surge: 'Seemed too many',
  invalid: 'Seemed invalid',
  discarded: 'Seemed discarded',
} as const

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

function troubleFigures(
  trouble: OwnTrouble,
  { start, end, isOver }: { readonly start: EpochMs; readonly end: EpochMs; readonly isOver: boolean },
): Figure[] {
  switch (trouble.kind) {
    case 'disk_filling':
      return diskFigures(trouble)
    case 'behind':
      return [
        { label: 'Behind', value: formatDuration((isOver ? end : trouble.at) - start), look: 'strong' },
        { label: 'From', value: formatTime(start), look: 'plain' },
        { label: 'To', value: isOver ? formatTime(end) : 'not over', look: 'plain' },
      ]
    case 'specifications_missing':
      return [
        { label: 'Wait, of the last hour', value: formatCount(trouble.waiting), look: 'strong' },
        { label: 'Received then', value: formatCount(trouble.received), look: 'plain' },
      ]
    default:
      return trouble satisfies never
  }
}

function diskFigures({ freeBytes, minFreeBytes, fullAt }: DiskFilling): Figure[] {
  return [
    { label: 'Free', value: formatBytes(freeBytes), look: 'strong' },
    { label: 'Refused below', value: formatBytes(minFreeBytes), look: 'plain' },
    { label: 'Full about', value: fullAt === null ? 'not known' : formatTime(fullAt), look: 'plain' },
  ]
}
