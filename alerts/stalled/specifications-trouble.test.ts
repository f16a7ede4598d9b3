import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { incidentRow, parseIncident } from '../incident-record.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import { advanceSpecifications } from './specifications-trouble.ts'

const START = Date.UTC(2014, 0, 16, 12)

/** A look an hour, each `waiting/received`; what was told, with the number of the look. */
function play(looks: string): { readonly events: readonly string[]; readonly told: Incident | null } {
  let told: Incident | null = null
  const events: string[] = []
  for (const [index, look] of looks.split(' ').entries()) {
    const [waiting = 0, received = 0] = look.split('/').map(Number)
    const change = advanceSpecifications(told, { now: START + index * HOUR_MS, waiting, received }, 1)
    if (change === null) continue
    told = change.incident
    if (change.event !== undefined) events.push(`${change.event.kind} ${index}`)
  }
  return { events, told }
}

test.each([
  {
    claim: 'a part of all waits: told once, and its end',
    looks: '0/900 90/900 400/900 2/900',
    says: ['opened 1', 'resolved 3'],
  },
  {
    claim: 'it comes back: the same incident',
    looks: '90/900 0/900 90/900',
    says: ['opened 0', 'resolved 1', 'reopened 2'],
  },
  { claim: 'a few of many: a developer’s own revision', looks: '19/900 30/90000 19/20', says: [] },
  { claim: 'nothing comes at all', looks: '0/0 0/0', says: [] },
])('$claim', ({ looks, says }) => expect(play(looks).events).toEqual(says))

test('is told with its numbers, and reads from the database as it was written', () => {
  const { told } = play('90/900')
  if (told === null) throw new Error('nothing was told')
  expect(incidentSentence(told)).toBe('90 submissions of the last hour wait for histogram specifications.')
  expect(mailSubject(told)).toBe(
    '[tidewatch] submissions wait for histogram specifications since Thu 12:00 UTC (nothing is lost)',
  )
  expect(told.explanation.sentence).toMatch(/^90 of 900 \(10\s%\) received in the last hour can't be converted yet/)
  expect(parseIncident(incidentRow(told))).toEqual(told)
})
