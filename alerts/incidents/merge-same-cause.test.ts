import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { mergeSameCause } from './merge-same-cause.ts'

const START = Date.UTC(2014, 1, 4, 11)
const series = { attribute: 'revision_prefix', value: 'https://hg.example.org' }
const novelty = makeIncident({ id: 3, group: 'novelty', kind: 'novelty', series, start: START })

function invalid(value: string, channels = ['nightly']): Incident {
  const carrier = { dimension: 'attribute' as const, value, expected: 900, seen: 800, shareRatio: 0.9 }
  const explanation = { sentence: 'So it is.', carriers: [carrier] }
  return makeIncident({ id: 5, group: 'invalid', kind: 'invalid', channels, start: START + 2 * HOUR_MS, explanation })
}

const merged = (...incidents: Incident[]) =>
  mergeSameCause(incidents, START + 6 * HOUR_MS).map(({ incident, told }) => ({
    id: incident.id,
    state: incident.state,
    mergedInto: incident.mergedInto,
    absorbed: incident.absorbed,
    told: told?.kind,
  }))

test('a new value that submissions turn out to be invalid with goes on as their incident', () => {
  expect(merged(novelty, invalid('revision_prefix=https://hg.example.org'))).toEqual([
    { id: 3, state: 'resolved', mergedInto: 5, absorbed: undefined, told: 'merged' },
    { id: 5, state: 'open', mergedInto: undefined, absorbed: [3], told: undefined },
  ])
})

test.each([
  { claim: 'another value', other: invalid('revision_prefix=http://hg.example.org') },
  { claim: 'another channel', other: invalid('revision_prefix=https://hg.example.org', ['release']) },
])('$claim is another cause', ({ other }) => expect(merged(novelty, other)).toEqual([]))
