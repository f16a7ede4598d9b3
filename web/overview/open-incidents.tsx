import type { IncidentAnswer } from '../../server/api/types.ts'
import { IncidentRows } from '../incidents/incident-rows.tsx'
import { incidentsView } from '../view/incidents-view.ts'
import { linkTo } from '../view/navigation.ts'

/** Open ones first; what ended within the week stands below, so that a calm morning still tells of the night. */
export function OpenIncidents({
  incidents,
  now,
}: {
  readonly incidents: readonly IncidentAnswer[]
  readonly now: number
}) {
  const open = incidents.filter(({ state }) => state === 'open' || state === 'recovering')
  const ended = incidents.filter(({ state }) => state === 'resolved')
  return (
    <section class="open-incidents">
      <h2 class="section-head">
        Open incidents
        {open.length === 0 && (
          <span class="label">{ended.length === 0 ? 'none' : 'none; ended in the last seven days:'}</span>
        )}
      </h2>
      <IncidentRows incidents={[...open, ...ended].slice(0, 8)} now={now} />
      {open.length + ended.length > 8 && (
        <p class="label more">
          <a {...linkTo(incidentsView())}>All {open.length + ended.length}</a>
        </p>
      )}
    </section>
  )
}
