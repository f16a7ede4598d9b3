import { expect, test } from 'vitest'
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { Incident } from '../incident.ts'
import { parseIncident } from '../incident-record.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import type { DiskSample } from './disk-forecast.ts'
import { advanceDiskTrouble } from './disk-trouble.ts'

const GIB = 2 ** 30
const START = Date.UTC(2014, 0, 16, 12)

/** A sample each two minutes from START on; `free` is given the hours since, and answers GiB. */
function play(hours: number, free: (hour: number) => number): { events: string[]; told: Incident | null } {
  const samples: DiskSample[] = []
  let told: Incident | null = null
  const events: string[] = []
  for (let now: EpochMs = START; now <= START + hours * HOUR_MS; now += 2 * MINUTE_MS) {
    samples.push({ at: now, freeBytes: Math.round(free((now - START) / HOUR_MS) * GIB) })
    const watch = { samples, minFreeBytes: GIB, tellWithinHours: 24, now }
    const change = advanceDiskTrouble(told, watch, 1)
    if (change === null) continue
    told = change.incident
    if (change.event !== undefined) events.push(`${change.event.kind} ${((now - START) / HOUR_MS).toFixed(1)}`)
  }
  return { events, told }
}

test('a disk that fills is told once, while there is still space', () => {
  const { events, told } = play(9, (hour) => 11 - hour)
  expect(events).toHaveLength(1)
  expect(events[0]).toMatch(/^opened [01]\./)
  expect(told?.trouble).toMatchObject({ kind: 'disk_filling', freeBytes: expect.any(Number) })
  expect(told?.trouble?.kind === 'disk_filling' && told.trouble.freeBytes).toBeGreaterThan(GIB)
})

test('it is over when space is back, and stays over', () => {
  const { events } = play(12, (hour) => (hour < 6 ? 11 - hour : 100))
  expect(events).toEqual([expect.stringMatching(/^opened /), 'resolved 6.5'])
})

test('a disk that was full when it was first looked at is told at once', () => {
  const { events, told } = play(0.5, () => 0.5)
  expect(events).toEqual(['opened 0.0'])
  expect(told === null ? '' : incidentSentence(told)).toBe('The disk is full: submissions are refused.')
})

test('neither a steady disk nor one that fills in months is told', () => {
  expect(play(30, () => 2).events).toEqual([])
  expect(play(30, (hour) => 1000 - 0.2 * hour).events).toEqual([])
})

test('what only comes and goes is not told, however steep it is for a while', () => {
  expect(play(30, (hour) => 13 - 0.01 * hour + 0.4 * Math.sin(hour * 6)).events).toEqual([])
})

test('what comes back within a day is the same incident', () => {
  const { events } = play(12, (hour) => (hour < 6 ? 11 - hour : 60 - 8 * Math.max(0, hour - 8)))
  expect(events.map((event) => event.replace(/ .*/, ''))).toEqual(['opened', 'resolved', 'reopened'])
})

test('what it says: when, how much is left and what comes in; its row in the database is read back whole', () => {
  const { told } = play(2.5, (hour) => 11 - hour)
  if (told === null) throw new Error('it was not told')
  expect(told.explanation.sentence).toMatch(
    /^9\.\d.GiB are free on the disk of the state directory and about 1\.0.GiB an hour are written; submissions are refused below 1\.0.GiB, in about \d.h\.$/,
  )
  expect(incidentSentence(told)).toMatch(
    /^The disk will be full about Thu 16 Jan, (21:59|22:00): submissions will be refused then\.$/,
  )
  expect(mailSubject(told)).toMatch(
    /^\[tidewatch\] the disk will be full about Thu (21:59|22:00) UTC, submissions are refused then$/,
  )
  expect(parseIncident({ id: told.id, body: JSON.stringify(told) })).toEqual(told)
})
