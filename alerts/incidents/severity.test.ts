import { expect, test } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { severity } from './severity.ts'

const start = Date.UTC(2014, 1, 1, 14)

/** Nightly too low for `hours`, in its newest hour by `missingRatio`. */
function lacking(missingRatio: number, changes: Partial<Omit<Incident, 'latest'>> = {}, hours = 3): Incident {
  const times = { start, judgedUpTo: start + (hours - 1) * HOUR_MS }
  return makeIncident({ ...times, ...changes, latest: { mid: 1000, seen: 1000 * (1 - missingRatio) } })
}

const gap = { group: 'gap', kind: 'gap', channels: ['*'] } as const
const disk = { kind: 'disk_filling', at: start, fullAt: start + HOUR_MS, freeBytes: 2e9, minFreeBytes: 1e9 } as const
const own = { group: 'stalled', kind: 'stalled', channels: ['*'] } as const

test.each<{ claim: string; incident: Incident; is: string }>([
  { claim: 'a few percent', incident: lacking(0.04), is: 'low' },
  { claim: 'a few percent of everybody, for days', incident: lacking(0.04, { channels: ['*'] }, 72), is: 'low' },
  { claim: 'a tenth', incident: lacking(0.1), is: 'medium' },
  { claim: 'a tenth for a day', incident: lacking(0.1, {}, 24), is: 'high' },
  { claim: 'a tenth of release', incident: lacking(0.1, { channels: ['release'] }), is: 'high' },
  { claim: 'a tenth of two channels', incident: lacking(0.1, { channels: ['nightly', 'aurora'] }), is: 'high' },
  { claim: 'a tenth of channels that nobody knows', incident: lacking(0.1, { channels: ['OTHER'] }), is: 'low' },
  { claim: 'more than a fifth', incident: lacking(0.21), is: 'high' },
  {
    claim: 'an outage of the smallest channel',
    incident: lacking(1, { kind: 'outage', channels: ['OTHER'] }),
    is: 'high',
  },
  { claim: 'half as much again', incident: lacking(-0.5, { group: 'surge', kind: 'surge' }), is: 'low' },
  { claim: 'a gap of hours', incident: lacking(0, gap, 5), is: 'low' },
  { claim: 'a gap of six hours', incident: lacking(0, gap, 6), is: 'medium' },
  { claim: 'an hour that could not be judged', incident: lacking(0, own), is: 'low' },
  { claim: 'a disk that fills', incident: lacking(0, { ...own, trouble: disk }), is: 'high' },
])('$claim: $is', ({ incident, is }) => expect(severity(incident)).toBe(is))
