import type { AnnotationAnswer } from '../../server/api/types.ts'

export const ANNOTATION_WORDS: Readonly<Record<AnnotationAnswer['kind'], string>> = {
  release: 'Release',
  experiment: 'Experiment',
  outage_elsewhere: 'Outage elsewhere',
  maintenance: 'Maintenance',
  note: 'Note',
  holiday: 'Holiday',
  settings: 'Settings',
}
