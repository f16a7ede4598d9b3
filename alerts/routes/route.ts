import type { Incident } from '../incident.ts'
import type { Severity } from '../incidents/severity.ts'
import type { QuietHours } from './quiet-hours.ts'

/** Who is told what; a recipient on several routes gets one mail, by the first of them that wants it. */
export interface Route {
  /** As the foot of a mail says it: `You get this through the route "nightly, all kinds"`. */
  readonly name: string
  readonly recipients: readonly string[]
  matches(incident: Incident, severity: Severity): boolean
  /** What isn't of high severity waits for their end. */
  readonly quietHours?: QuietHours | null
  /** Between reminders; where not given they come after 4 and 12 hours and then daily. */
  readonly repeatMs?: number | null
}
