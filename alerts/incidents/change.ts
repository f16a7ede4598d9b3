import type { Incident, IncidentEventKind } from '../incident.ts'

/** An incident as it is now, and what its story says about that, if anything. */
export interface Change {
  readonly incident: Incident
  readonly told?: { readonly kind: IncidentEventKind; readonly text: string }
}
