import type { SeriesKey } from '../finding.ts'

/** A value may be a whole URL; more of it is no help. */
const LONGEST_VALUE = 80

/** `a new revision prefix, https://hg.example.org` */
export function newValue({ attribute = 'attribute', value = '' }: SeriesKey): string {
  const shown = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value
  return `a new ${attribute.replaceAll('_', ' ')}, ${shown}`
}
