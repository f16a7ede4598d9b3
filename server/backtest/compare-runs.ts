import type { Incident } from '../../alerts/incident.ts'
import type { EpochMs } from '../../data/domain/time.ts'

/** What two judgements of the same counts told of the same trouble; null: it told nothing of it. */
export interface ComparedIncident {
  readonly first: Incident | null
  readonly second: Incident | null
}

/** Pairs what two runs told: the same group, on a channel in common, at a time in common. By their beginning. */
export function compareRuns(first: readonly Incident[], second: readonly Incident[]): readonly ComparedIncident[] {
  const left = new Set(second)
  const pairs = first.map((own): ComparedIncident => {
    const other = [...left].find((candidate) => isSameTrouble(own, candidate)) ?? null
    if (other !== null) left.delete(other)
    return { first: own, second: other }
  })
  return [...pairs, ...[...left].map((own): ComparedIncident => ({ first: null, second: own }))].sort(
    (a, b) => beginning(a) - beginning(b),
  )
}

function isSameTrouble(a: Incident, b: Incident): boolean {
  const isTogether = a.start <= endOf(b) && b.start <= endOf(a)
  const isEverywhere = a.channels.includes('*') || b.channels.includes('*')
  return (
    a.group === b.group && isTogether && (isEverywhere || a.channels.some((channel) => b.channels.includes(channel)))
  )
}

function endOf({ end }: Incident): EpochMs {
  return end ?? Number.POSITIVE_INFINITY
}

function beginning({ first, second }: ComparedIncident): EpochMs {
  return Math.min(first?.start ?? Number.POSITIVE_INFINITY, second?.start ?? Number.POSITIVE_INFINITY)
}
