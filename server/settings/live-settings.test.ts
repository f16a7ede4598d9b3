import { expect, test } from 'vitest'
import { defaultLayer } from './layers/default-layer.ts'
import { fileLayer } from './layers/file-layer.ts'
import { LiveSettings } from './live-settings.ts'
import { type CheckedSettings, resolveSettings } from './resolve-settings.ts'

test('a reload puts to work what can change while running, and names what needs a restart', () => {
  const { live, edit } = settingsOf('log.level: info')
  edit('log.level: debug\nmail.to: [a@b.org]\nstate: elsewhere')
  expect(live.reload()).toEqual({ kind: 'reloaded', changed: ['mail.to', 'log.level'], needRestart: ['state'] })
  expect(live.current).toMatchObject({ log: { level: 'debug' }, mail: { to: ['a@b.org'] }, state: 'var' })
})

test('what needs a restart is named again at the next reload: it is still not in force', () => {
  const { live, edit } = settingsOf('')
  edit('state: elsewhere')
  live.reload()
  expect(live.reload()).toEqual({ kind: 'reloaded', changed: [], needRestart: ['state'] })
})

test('a file with anything wrong in it changes nothing at all', () => {
  const { live, edit } = settingsOf('log.level: warn')
  edit('log.level: debug\narchive.keepDays: -1')
  expect(live.reload()).toMatchObject({
    kind: 'problems',
    problems: [expect.stringContaining('archive.keepDays is -1')],
  })
  expect(live.current.log.level).toBe('warn')
})

test('the same value in other words is no change', () => {
  const { live, edit } = settingsOf('archive.partMaxBytes: 1 MiB')
  edit('archive.partMaxBytes: 1048576')
  expect(live.reload()).toEqual({ kind: 'reloaded', changed: [], needRestart: [] })
})

test('listeners are told the new settings, and only of changes that are in force', () => {
  const { live, edit } = settingsOf('')
  const told: string[] = []
  live.onChange((settings) => told.push(settings.log.level))
  edit('state: elsewhere')
  live.reload()
  edit('log.level: error')
  live.reload()
  edit('log.level: wrong')
  live.reload()
  expect(told).toEqual(['error'])
})

function settingsOf(first: string) {
  let content = first
  const load = () => resolveSettings([defaultLayer(), fileLayer('tidewatch.yaml', content)])
  const live = new LiveSettings(allowed(load()), load)
  return {
    live,
    edit: (next: string) => {
      // Absolute, since relative paths are meant from the file's folder.
      content = next.replace('elsewhere', '/elsewhere')
    },
  }
}

function allowed(loaded: ReturnType<typeof resolveSettings>): CheckedSettings {
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'))
  return loaded
}
