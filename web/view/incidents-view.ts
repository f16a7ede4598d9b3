import { type Codec, idOf, oneOf } from './address.ts'

/** `/incidents?state=open&channel=nightly`: the list, and what it is narrowed to. */
export interface IncidentsView extends IncidentFilter {
  readonly page: 'incidents'
}

/** Null: all of them. */
export interface IncidentFilter {
  readonly state: FilterState | null
  readonly kind: string | null
  readonly channel: string | null
  readonly severity: FilterSeverity | null
  readonly label: FilterLabel | null
  /** Empty: not looked for. */
  readonly text: string
}

export const FILTER_STATES = ['open', 'recovering', 'resolved', 'withdrawn'] as const
export type FilterState = (typeof FILTER_STATES)[number]

export const FILTER_SEVERITIES = ['high', 'medium', 'low'] as const
export type FilterSeverity = (typeof FILTER_SEVERITIES)[number]

export const FILTER_LABELS = ['real', 'false_alarm', 'expected', 'unlabelled'] as const
export type FilterLabel = (typeof FILTER_LABELS)[number]

export const NO_FILTER: IncidentFilter = {
  state: null,
  kind: null,
  channel: null,
  severity: null,
  label: null,
  text: '',
}

/** `/incident/13` */
export interface IncidentView {
  readonly page: 'incident'
  readonly id: number
}

export function incidentsView(filter: Partial<IncidentFilter> = {}): IncidentsView {
  return { page: 'incidents', ...NO_FILTER, ...filter }
}

export const incidentsCodec: Codec<IncidentsView> = {
  read: ({ parts, parameters }) =>
    parts.length > 0
      ? null
      : {
          page: 'incidents',
          state: oneOf(FILTER_STATES, parameters.get('state')) ?? null,
          kind: parameters.get('kind') || null,
          channel: parameters.get('channel') || null,
          severity: oneOf(FILTER_SEVERITIES, parameters.get('severity')) ?? null,
          label: oneOf(FILTER_LABELS, parameters.get('label')) ?? null,
          text: parameters.get('text') ?? '',
        },
  write: ({ page: _, ...filter }) => ({
    parameters: Object.entries(filter).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
  }),
}

export const incidentCodec: Codec<IncidentView> = {
  read: ({ parts: [text, ...rest] }) => {
    const id = idOf(text)
    return id === null || rest.length > 0 ? null : { page: 'incident', id }
  },
  write: ({ id }) => ({ parts: [String(id)] }),
}
