import type { EventKind } from './annotation.ts'

/** What an event is, at the beginning of a line. */
export const EVENT_WORDS: Readonly<Record<EventKind, string>> = {
  release: 'Release',
  experiment: 'Experiment',
  outage_elsewhere: 'Outage elsewhere',
  maintenance: 'Maintenance',
  note: 'Note',
  holiday: 'Holiday',
  settings: 'Settings',
}
