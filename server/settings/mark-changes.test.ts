import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { defaultLayer } from './layers/default-layer.ts'
import { changesText, createSettingsMarks, MARKED_SETTINGS } from './mark-changes.ts'
import { settingNamed } from './names.ts'
import { resolveSettings } from './resolve-settings.ts'
import type { Settings } from './schema.ts'

const NOW = Date.UTC(2014, 0, 16, 14)

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

function settingsWith(judge: Partial<Settings['judge']>): Settings {
  const checked = resolveSettings([defaultLayer()])
  if (checked.kind === 'problems') throw new Error(checked.problems.join('\n'))
  return { ...checked.settings, judge: { ...checked.settings.judge, ...judge } }
}

test('every setting whose change is marked is one', () => {
  expect(MARKED_SETTINGS.filter((path) => settingNamed(path) === null)).toEqual([])
})

test.each([
  { claim: 'nothing is known of before', before: {}, says: null },
  { claim: 'all is as it was', before: { a: '1', b: '"x"' }, says: null },
  { claim: 'one differs', before: { a: '2', b: '"x"' }, says: 'a is 1, was 2' },
  {
    claim: 'two differ, one of them at length',
    before: { a: '2', b: `"${'y'.repeat(80)}"` },
    says: 'a is 1, was 2; b changed',
  },
  { claim: 'one is new in this version', before: { a: '2' }, says: 'a is 1, was 2' },
])('$claim: $says', ({ before, says }) => {
  expect(changesText(new Map(Object.entries(before)), new Map(Object.entries({ a: '1', b: '"x"' })))).toBe(says)
})

test('a change is marked once, also where it was made while nothing ran', async () => {
  const annotations = await openAnnotationBook({ database, journal: null, now: () => NOW })
  const marks = () => createSettingsMarks({ database, annotations, now: () => NOW })
  await marks().look(settingsWith({}))
  expect(annotations.list()).toEqual([])
  for (let start = 0; start < 2; start++) await marks().look(settingsWith({ falseAlarmsPerYear: 0.5 }))
  expect(annotations.list()).toMatchObject([
    { kind: 'settings', text: 'judge.falseAlarmsPerYear is 0.5, was 0.05', from: NOW, to: null, channels: [] },
  ])
})
