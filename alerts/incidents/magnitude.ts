import type { Incident } from '../incident.ts'

/** How deep it is in the newest judged hour, 0 to 1 (a surge may be more); 0 for gaps and our own trouble. */
export function magnitude(incident: Incident): number {
  const { latest } = incident
  switch (incident.group) {
    case 'invalid':
      return Math.max(latest.invalidRatio, ...latest.byChannel.map((channel) => channel.invalidRatio))
    case 'discarded':
      return Math.max(...[latest, ...latest.byChannel].map(({ discarded }) => discarded?.ratio ?? 0))
    case 'volume':
    case 'surge':
      return Math.abs(latest.mid > 0 ? 1 - latest.seen / latest.mid : latest.deficitRatio)
    case 'novelty':
      return latest.novelRatio ?? 0
    case 'gap':
    case 'stalled':
      return 0
  }
}
