import type { Incident } from '../../incident.ts'

/** Whether it is about a part of what comes, rather than about how much comes. */
export function isRate({ group }: Incident): boolean {
  return group === 'invalid' || group === 'discarded'
}
