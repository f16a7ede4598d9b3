import type { Incident } from '../incident.ts'
import { asciiLine } from '../sentence/mail-subject.ts'

/** `[tidewatch] 3 incidents: nightly, beta + release, receivers`: the subject of all threads that begin with this mail. */
export function catchUpSubject(incidents: readonly Incident[]): string {
  const names = [...new Set(incidents.map(shortName))]
  const shown = names.slice(0, MOST_NAMED).join(', ')
  const others = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''
  return asciiLine(`[tidewatch] ${incidents.length} incidents: ${shown}${others}`)
}

const MOST_NAMED = 4

function shortName({ group, channels }: Incident): string {
  if (group === 'gap') return 'no data'
  if (group === 'stalled') return 'Tidewatch itself'
  return channels.includes('*') ? 'all channels' : channels.join(' + ')
}
