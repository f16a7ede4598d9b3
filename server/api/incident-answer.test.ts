import { expect, test } from 'vitest'
import type { Explanation } from '../../alerts/finding.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { incidentAnswer } from './incident-answer.ts'

test.each<{ claim: string; known: Partial<Explanation>; says: string | undefined }>([
  { claim: 'the first build to blame', known: { firstBuildId: '20140201030226' }, says: '20140201030226' },
  { claim: 'the day of the first that sends nothing', known: { firstSilentBuild: '20140116' }, says: '20140116' },
  { claim: 'no build where none is to blame', known: {}, says: undefined },
])('names $claim', ({ known, says }) => {
  const incident = makeIncident({ explanation: { sentence: 'Why.', carriers: [], ...known } })
  expect(incidentAnswer(incident).explanation.first_build_id).toBe(says)
})
