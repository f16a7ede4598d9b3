import type { Adoption } from '../../../alerts/gate/adoption.ts'

/** What came of a build's first hours beside what earlier ones had, as the API says it; null: not comparable. */
export function expectedAnswer(adoption: Adoption | null) {
  if (adoption === null) return null
  const { expected, received, hours, builds } = adoption
  return { ...expected, seen: received, hours, builds }
}
