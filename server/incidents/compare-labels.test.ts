import { expect, test } from 'vitest'
import type { Incident } from '../../alerts/incident.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import { incidentAnswer } from '../api/incident-answer.ts'
import { compareLabels, exportedIncidents, unlabelledOf } from './compare-labels.ts'

const start = Date.UTC(2014, 1, 1, 14)
const word = { by: 'mreid', at: start, note: '' }

function over(changes: Partial<Omit<Incident, 'latest'>>): Incident {
  return makeIncident({ state: 'resolved', start, end: start + DAY_MS, resolvedAt: start + DAY_MS, ...changes })
}

test('what people called real should be told, what they called a false alarm should not', () => {
  const exported = exportedIncidents.parse(
    JSON.parse(
      JSON.stringify({
        incidents: [
          over({ id: 1, label: { value: 'real', ...word } }),
          over({ id: 2, channels: ['beta'], label: { value: 'real', ...word } }),
          over({
            id: 3,
            start: start + 9 * DAY_MS,
            end: start + 10 * DAY_MS,
            label: { value: 'false_alarm', ...word },
          }),
          over({ id: 4, group: 'invalid', kind: 'invalid', label: { value: 'expected', ...word } }),
          over({ id: 5 }),
        ].map(incidentAnswer),
      }),
    ),
  ).incidents
  const judged = [over({ start: start + DAY_MS / 2 }), over({ channels: ['*'], start: start + 9 * DAY_MS, end: null })]
  expect(compareLabels(exported, judged)).toEqual([
    { label: 'real', labelled: 2, told: 1, untold: [2], delayHours: [14] },
    { label: 'false_alarm', labelled: 1, told: 1, untold: [], delayHours: [2] },
    { label: 'expected', labelled: 1, told: 0, untold: [4], delayHours: [] },
  ])
  const unnamed = over({ id: 9, channels: ['aurora'] })
  expect(unlabelledOf(exported, [...judged, unnamed])).toEqual([unnamed])
})
