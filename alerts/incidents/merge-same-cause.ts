import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import type { Change } from './change.ts'
import { blamedBuild, isActive, SPREAD_WITHIN_MS } from './same-cause.ts'

/**
 * Two open incidents that turn out to have one cause become the older one: what all channels lose together began on some of them,
 * and what a channel lacks is laid to the build that has an incident. The younger one is over and says as which it goes on.
 */
export function mergeSameCause(incidents: readonly Incident[], hour: EpochMs): Change[] {
  const active = incidents
    .filter((incident) => isActive(incident) && incident.start <= hour)
    .sort((a, b) => a.id - b.id)
  const changes: Change[] = []
  const merged = new Set<number>()
  for (const [index, first] of active.entries()) {
    if (merged.has(first.id)) continue
    let survivor = first
    for (const younger of active.slice(index + 1)) {
      if (merged.has(younger.id) || !haveOneCause(survivor, younger)) continue
      merged.add(younger.id)
      survivor = joinedWith(survivor, younger)
      changes.push(ended(younger, survivor, hour))
    }
    if (survivor !== first) changes.push({ incident: survivor })
  }
  return [...changes, ...mergeNovelties(active, hour)]
}

/** A new value was told, and then what is invalid turns out to be laid to it: the younger one says more, and goes on for both. */
function mergeNovelties(active: readonly Incident[], hour: EpochMs): Change[] {
  return active
    .filter(({ group }) => group === 'novelty')
    .flatMap((novelty): Change[] => {
      const name = `${novelty.series.attribute}=${novelty.series.value}`
      const invalid = active.find(
        ({ group, channels, explanation }) =>
          group === 'invalid' &&
          channels.some((channel) => novelty.channels.includes(channel)) &&
          explanation.carriers.some(({ dimension, value }) => dimension === 'attribute' && value === name),
      )
      if (invalid === undefined) return []
      const survivor = { ...invalid, absorbed: [...(invalid.absorbed ?? []), novelty.id] }
      return [ended(novelty, survivor, hour), { incident: survivor }]
    })
}

function haveOneCause(older: Incident, younger: Incident): boolean {
  if (older.group !== younger.group || (older.group !== 'volume' && older.group !== 'surge')) return false
  if (isEverywhere(older) || isEverywhere(younger)) return Math.abs(older.start - younger.start) <= SPREAD_WITHIN_MS
  const build = blamedBuild(older)
  const shareChannel = older.channels.some((channel) => younger.channels.includes(channel))
  return shareChannel && build !== undefined && build === blamedBuild(younger)
}

function isEverywhere({ channels }: Incident): boolean {
  return channels.includes('*')
}

/** Its numbers are counted anew with the next hour that is judged. */
function joinedWith(survivor: Incident, younger: Incident): Incident {
  const isAll = isEverywhere(survivor) || isEverywhere(younger)
  const wider = Object.keys(younger.series).length < Object.keys(survivor.series).length ? younger : survivor
  return {
    ...survivor,
    channels: isAll ? ['*'] : [...new Set([...survivor.channels, ...younger.channels])],
    series: wider.series,
    state: survivor.state === 'open' || younger.state === 'open' ? 'open' : survivor.state,
    start: Math.min(survivor.start, younger.start),
    lastFindingHour: Math.max(survivor.lastFindingHour, younger.lastFindingHour),
    missing: Math.max(survivor.missing, younger.missing),
    peakMissing: Math.max(survivor.peakMissing, younger.peakMissing),
    latest: isEverywhere(younger) ? younger.latest : wider.latest,
    explanation: survivor.explanation.sentence === '' ? younger.explanation : survivor.explanation,
    acknowledged: survivor.acknowledged ?? younger.acknowledged,
    absorbed: [...(survivor.absorbed ?? []), ...(younger.absorbed ?? []), younger.id],
  }
}

function ended(younger: Incident, survivor: Incident, hour: EpochMs): Change {
  const over: Incident = {
    ...younger,
    state: 'resolved',
    resolvedAt: hour + HOUR_MS,
    end: Math.max(younger.start, hour + HOUR_MS),
    mergedInto: survivor.id,
  }
  const text = `It has the cause of incident ${survivor.id} and goes on as that: ${incidentSentence(survivor)}`
  return { incident: over, told: { kind: 'merged', text } }
}
