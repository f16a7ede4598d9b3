import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { Incident, IncidentEvent, IncidentEventKind } from '../incident.ts'
import { makeOwnTrouble } from '../incidents/own-trouble.ts'
import { formatBytes, formatDuration } from '../sentence/format.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { type DiskForecast, type DiskSample, forecastDisk } from './disk-forecast.ts'

export interface DiskWatch {
  /** Ascending; the newest day of them is enough. */
  readonly samples: readonly DiskSample[]
  /** With less free, submissions are refused. */
  readonly minFreeBytes: number
  /** A disk that will be full within this is told. */
  readonly tellWithinHours: number
  readonly now: EpochMs
}

interface DiskChange {
  readonly incident: Incident
  /** Absent where only its numbers changed. */
  readonly event?: IncidentEvent
}

/** One look is no news: a large file may be on its way to somewhere else. */
const OPENED_AFTER_MS = [0, MINUTE_MS, 2 * MINUTE_MS]
/** It is over when so much more time is left than what is told, at each of these moments. */
const OVER_BY = 1.5
const OVER_AFTER_MS = [0, 10 * MINUTE_MS, 20 * MINUTE_MS, 30 * MINUTE_MS]
/** What is open needs clearer signs that it is over than it needed to be opened: a rate counts for longer. */
const TRUSTED_TIMES_WHEN_OPEN = 24
/** What comes back within this is the same incident. */
const REOPENED_WITHIN_MS = 24 * HOUR_MS
/** An open incident's numbers are written again after this, or when half of the time is gone. */
const UPDATED_AFTER_MS = HOUR_MS

/**
 * What the samples make of `last`, the newest incident of a filling disk, if there was any: it is opened or opened again, its
 * numbers are put right, or it is over. Null: nothing changes, as where nothing is known of the disk. `nextId` is the number of
 * the next incident.
 */
export function advanceDiskTrouble(last: Incident | null, watch: DiskWatch, nextId: number): DiskChange | null {
  const forecast = forecastBefore(watch, 0)
  if (forecast === null) return null
  if (last === null || last.state !== 'open') {
    if (!isSoonAt(watch, OPENED_AFTER_MS)) return null
    const isBack = last !== null && last.resolvedAt !== null && watch.now - last.resolvedAt <= REOPENED_WITHIN_MS
    return isBack ? reopened(last, forecast, watch.now) : opened(nextId, forecast, watch.now)
  }
  if (isOver(watch)) return resolved(last, watch.now)
  return isWorthWriting(last, forecast, watch.now) ? { incident: withForecast(last, forecast, watch.now) } : null
}

function forecastBefore({ samples, minFreeBytes, now }: DiskWatch, agoMs: number): DiskForecast | null {
  return forecastDisk(samples, minFreeBytes, now - agoMs)
}

/** Whether the end was near at each of those moments. A disk that is full is told at once. */
function isSoonAt(watch: DiskWatch, agoMs: readonly number[]): boolean {
  const hours = (ago: number) => forecastBefore(watch, ago)?.hoursUntilFull ?? Number.POSITIVE_INFINITY
  return hours(0) === 0 || agoMs.every((ago) => hours(ago) < watch.tellWithinHours)
}

function isOver(watch: DiskWatch): boolean {
  return OVER_AFTER_MS.every((ago) => {
    const forecast = forecastDisk(watch.samples, watch.minFreeBytes, watch.now - ago, TRUSTED_TIMES_WHEN_OPEN)
    if (forecast === null) return false
    return forecast.hoursUntilFull === null || forecast.hoursUntilFull > OVER_BY * watch.tellWithinHours
  })
}

function opened(id: number, forecast: DiskForecast, now: EpochMs): DiskChange {
  return told('opened', withForecast(makeOwnTrouble(id, { start: now, now, sentence: '' }), forecast, now), now)
}

function reopened(last: Incident, forecast: DiskForecast, now: EpochMs): DiskChange {
  const open: Incident = { ...last, state: 'open', resolvedAt: null, end: null }
  return told('reopened', withForecast(open, forecast, now), now)
}

function resolved(open: Incident, now: EpochMs): DiskChange {
  return told('resolved', { ...open, state: 'resolved', resolvedAt: now, end: now }, now)
}

function told(kind: IncidentEventKind, incident: Incident, at: EpochMs): DiskChange {
  return { incident, event: { incident: incident.id, at, kind, text: incidentSentence(incident) } }
}

function withForecast(
  incident: Incident,
  { freeBytes, minFreeBytes, hoursUntilFull }: DiskForecast,
  now: EpochMs,
): Incident {
  const fullAt = hoursUntilFull === null ? null : now + hoursUntilFull * HOUR_MS
  return {
    ...incident,
    trouble: { kind: 'disk_filling', at: now, fullAt, freeBytes, minFreeBytes },
    explanation: { sentence: explanation(freeBytes, minFreeBytes, hoursUntilFull), carriers: [] },
  }
}

function explanation(freeBytes: number, minFreeBytes: number, hoursUntilFull: number | null): string {
  const limit = `submissions are refused below ${formatBytes(minFreeBytes)}`
  const free = `${formatBytes(freeBytes)} are free on the disk of the state directory`
  if (hoursUntilFull === 0) return `${free}: ${limit}. Nothing that was received is lost.`
  if (hoursUntilFull === null) return `${free}; ${limit}.`
  const rate = `about ${formatBytes((freeBytes - minFreeBytes) / hoursUntilFull)} an hour are written`
  return `${free} and ${rate}; ${limit}, in about ${formatDuration(hoursUntilFull * HOUR_MS)}.`
}

function isWorthWriting({ trouble }: Incident, { hoursUntilFull }: DiskForecast, now: EpochMs): boolean {
  if (trouble?.kind !== 'disk_filling') return true
  if (now - trouble.at >= UPDATED_AFTER_MS) return true
  if (hoursUntilFull === null || trouble.fullAt === null) return false
  const leftThen = trouble.fullAt - trouble.at
  return leftThen > 0 && hoursUntilFull * HOUR_MS < leftThen / 2
}
