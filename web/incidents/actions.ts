import type { IncidentAnswer, SilenceAnswer } from '../../server/api/types.ts'

export const ACTION_NAMES = ['acknowledge', 'silence', 'resolve', 'label', 'accept_level', 'take_back_level'] as const
export type ActionName = (typeof ACTION_NAMES)[number]

/** What the server would do with `incident` now, the most urgent first: nobody is offered what would be refused. */
export function possibleActions(incident: IncidentAnswer, silences: readonly SilenceAnswer[]): readonly ActionName[] {
  const isActive = incident.state === 'open' || incident.state === 'recovering'
  const hasLevel = incident.group === 'volume' || incident.group === 'surge'
  const may: Readonly<Record<ActionName, boolean>> = {
    acknowledge: isActive && incident.acknowledged === null,
    silence: isActive && !silences.some(({ is_active }) => is_active),
    resolve: isActive,
    label: true,
    accept_level: isActive && hasLevel && incident.accepted === undefined,
    take_back_level: incident.accepted !== undefined,
  }
  return ACTION_NAMES.filter((name) => may[name])
}

/** For how long somebody may silence: hours, or until it is over. */
export const SILENCE_LENGTHS = [
  { value: 'over', word: 'until it is over', hours: null },
  { value: '4', word: '4 hours', hours: 4 },
  { value: '24', word: 'a day', hours: 24 },
  { value: '168', word: 'a week', hours: 168 },
] as const
export type SilenceLength = (typeof SILENCE_LENGTHS)[number]['value']

const HOUR_MS = 3_600_000

/** ISO 8601, as the API takes it; null: until it is over. */
export function silenceUntil(length: SilenceLength, now: number): string | null {
  const hours = SILENCE_LENGTHS.find(({ value }) => value === length)?.hours ?? null
  return hours === null ? null : `${new Date(now + hours * HOUR_MS).toISOString().slice(0, 19)}Z`
}
