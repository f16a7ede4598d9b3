import { expect, test } from 'vitest'
import type { SilencesAnswer } from '../../server/api/types.ts'
import { heldBack } from './held-back.ts'

const NOON = Date.UTC(2014, 0, 16, 12)
const HOUR = 3_600_000
const iso = (hour: number): string => new Date(NOON + hour * HOUR).toISOString()

type Silence = SilencesAnswer['silences'][number]

const silence = (matcher: Silence['matcher'], changes: Partial<Silence> = {}): Silence => ({
  id: 3,
  matcher,
  from: iso(0),
  until: iso(4),
  reason: 'we know',
  author: 'sam',
  ended_at: null,
  ended_by: null,
  is_active: false,
  ...changes,
})

const about = (silences: readonly Silence[]) =>
  heldBack({ silences, annotations: [], incidents: [{ id: 13 }], channel: 'nightly' })

test.each<{ claim: string; given: Silence['matcher']; says: string[] }>([
  { claim: 'of the channel', given: { channel: 'nightly' }, says: ['silenced by sam: we know'] },
  { claim: 'of another channel', given: { channel: 'beta' }, says: [] },
  {
    claim: 'of an incident that is shown',
    given: { incident: 13 },
    says: ['silenced by sam, incident 13 only: we know'],
  },
  { claim: 'of an incident that isn’t', given: { incident: 12 }, says: [] },
  { claim: 'of a kind, wherever', given: { kind: 'invalid' }, says: ['silenced by sam, kind invalid only: we know'] },
])('a silence $claim', ({ given, says }) => {
  expect(about([silence(given)]).map(({ text }) => text)).toEqual(says)
})

test('a silence lasts to its end, to its time, or with its incident', () => {
  const ends = [
    silence({ incident: 13 }, { ended_at: iso(2) }),
    silence({ incident: 13 }),
    silence({ incident: 13 }, { until: null }),
  ]
  expect(about(ends).map(({ to }) => to)).toEqual([NOON + 2 * HOUR, NOON + 4 * HOUR, Number.POSITIVE_INFINITY])
})

test('maintenance holds back as well, and nothing else that is marked does', () => {
  const marked = {
    id: 1,
    source: 'people',
    text: 'new disks',
    channels: [],
    from: iso(-3),
    to: iso(-1),
    author: 'sam',
    created_at: iso(-4),
    changed_at: null,
  } as const
  const annotations = [
    { ...marked, kind: 'maintenance' },
    { ...marked, kind: 'note', id: 2 },
  ] as const
  const found = heldBack({
    silences: [silence({ channel: 'nightly' })],
    annotations,
    incidents: [],
    channel: 'nightly',
  })
  expect(found.map(({ key, text }) => [key, text])).toEqual([
    ['maintenance 1', 'maintenance, nothing mailed: new disks'],
    ['silence 3', 'silenced by sam: we know'],
  ])
})
