import type { IncidentAnswer } from '../../server/api/types.ts'
import {
  FILTER_LABELS,
  FILTER_SEVERITIES,
  FILTER_STATES,
  type IncidentFilter,
  type IncidentsView,
  incidentsView,
} from '../view/incidents-view.ts'
import { linkTo, replace } from '../view/navigation.ts'
import { INCIDENT_STATE_WORDS, KIND_WORDS, LABEL_WORDS } from '../words/incident.ts'
import { occurring } from './filter.ts'
import './incident-filters.css'

interface IncidentFiltersProps {
  readonly view: IncidentsView
  /** What there is to choose from. */
  readonly incidents: readonly IncidentAnswer[]
}

/** What the list is narrowed to; the address bar holds it, and going back leads to the page before the list. */
export function IncidentFilters({ view, incidents }: IncidentFiltersProps) {
  const change = (changes: Partial<IncidentFilter>): void => replace({ ...view, ...changes })
  const channels = occurring(incidents.flatMap((incident) => incident.channels).filter((name) => name !== '*'))
  const kinds = occurring(incidents.map(({ kind }) => kind))
  const isNarrowed = Object.values({ ...view, page: null }).some((value) => value !== null && value !== '')
  return (
    <search class="incident-filters">
      <Narrowing
        name="State"
        chosen={view.state}
        options={FILTER_STATES.map((value) => ({ value, word: INCIDENT_STATE_WORDS[value] }))}
        onChoose={(state) => change({ state })}
      />
      <Narrowing
        name="What"
        chosen={view.kind}
        options={withChosen(kinds, view.kind).map((value) => ({ value, word: KIND_WORDS[value] ?? value }))}
        onChoose={(kind) => change({ kind })}
      />
      <Narrowing
        name="Channel"
        chosen={view.channel}
        options={withChosen(channels, view.channel).map((value) => ({ value, word: value }))}
        onChoose={(channel) => change({ channel })}
      />
      <Narrowing
        name="Severity"
        chosen={view.severity}
        options={FILTER_SEVERITIES.map((value) => ({ value, word: value }))}
        onChoose={(severity) => change({ severity })}
      />
      <Narrowing
        name="Label"
        chosen={view.label}
        options={FILTER_LABELS.map((value) => ({ value, word: LABEL_WORDS[value] }))}
        onChoose={(label) => change({ label })}
      />
      <label class="narrowing">
        <span>Words</span>
        <input type="search" value={view.text} onInput={(event) => change({ text: event.currentTarget.value })} />
      </label>
      {isNarrowed && (
        <a class="incident-filters-all" {...linkTo(incidentsView())}>
          Show all
        </a>
      )}
    </search>
  )
}

/** A link may ask for what doesn't occur (any more): its choice is shown all the same. */
function withChosen(values: readonly string[], chosen: string | null): readonly string[] {
  return chosen === null || values.includes(chosen) ? values : [...values, chosen]
}

interface NarrowingProps<T extends string> {
  readonly name: string
  readonly chosen: T | null
  readonly options: readonly { readonly value: T; readonly word: string }[]
  readonly onChoose: (value: T | null) => void
}

function Narrowing<T extends string>({ name, chosen, options, onChoose }: NarrowingProps<T>) {
  return (
    <label class="narrowing">
      <span>{name}</span>
      <select
        value={chosen ?? ''}
        onChange={(event) => {
          const { value } = event.currentTarget
          onChoose(options.find((option) => option.value === value)?.value ?? null)
        }}
      >
        <option value="">all</option>
        {options.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  )
}
