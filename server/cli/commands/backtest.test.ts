import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { runCommandLine } from '../run-command-line.ts'

// Weeks are judged; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 120_000 })

/** Monday. */
const START = Date.UTC(2014, 0, 6)
const HOURS = 15 * 24
/** Nothing comes in the last six hours but two. */
const OUTAGE = HOURS - 6

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-backtest-command-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function tidewatch(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await runCommandLine([...words, '--state', join(folder, 'var')], {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    environment: {},
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { code, ...said }
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

/** A channel with a tide, in steps of so many minutes. */
function counts(stepMinutes = 60): string {
  const steps = 60 / stepMinutes
  const rows = Array.from({ length: HOURS * steps }, (_, index) => {
    const hour = Math.floor(index / steps)
    const usual = 6000 + Math.round(1200 * Math.sin((hour / 24) * 2 * Math.PI)) + ((hour * 37) % 60)
    const isOut = hour >= OUTAGE && hour < HOURS - 2
    const submissions = isOut ? 0 : (Math.floor(usual / 12) * 12) / steps
    return `${isoSeconds(START + (index * HOUR_MS) / steps)},nightly,${submissions}`
  })
  return ['hour,channel,submissions', ...rows, ''].join('\n')
}

const TOLD_AT = isoSeconds(START + (OUTAGE + 1) * HOUR_MS)

test('an outage is told at the end of the hour that gave it away, as an array of incidents', async () => {
  const { code, out, err } = await tidewatch('backtest', await file('counts.csv', counts()), '--json')
  expect(code).toBe(0)
  expect(err).toBe('Without --attributes novelty is off: nobody knows which values are new.\n')
  expect(JSON.parse(out)).toMatchObject([{ kind: 'outage', channel: 'nightly', detected_at: TOLD_AT }])
})

test('steps of half an hour and of five minutes are told as the hours that they make up', async () => {
  const hourly = await tidewatch('backtest', await file('60.csv', counts()), '--json')
  for (const step of [30, 5]) {
    const finer = await tidewatch('backtest', await file(`${step}.csv`, counts(step)), '--json')
    expect(JSON.parse(finer.out)).toEqual(JSON.parse(hourly.out))
    expect(finer.err).toContain(`steps of ${step} minutes, judged as the hours that they make up`)
  }
})

test('what is kept is judged where no file is given, and told from --since on', async () => {
  await tidewatch('import', 'counts', await file('counts.csv', counts()))
  const all = await tidewatch('backtest', '--json')
  expect(JSON.parse(all.out)).toMatchObject([{ kind: 'outage', detected_at: TOLD_AT }])
  const later = await tidewatch('backtest', '--since', '2014-01-20T23:00Z')
  expect(later).toMatchObject({ code: 0, out: 'Nothing to tell in 1 hours.\n' })
  const earlier = await tidewatch('backtest', '--until', '2014-01-20', '--json')
  expect(JSON.parse(earlier.out)).toEqual([])
})

test('two settings stand side by side', async () => {
  const path = await file('counts.csv', counts())
  const usual = await file('usual.yaml', '')
  const loose = await file('loose.yaml', 'judge:\n  sensitivity:\n    - missing: { percent: 90, hours: 6 }\n')
  const { code, out } = await tidewatch('backtest', path, '--settings', usual, '--compare', loose)
  expect(code).toBe(0)
  expect(out).toContain(`told, UTC`)
  expect(out).toMatch(/outage on nightly +Mon 20 Jan, 19:00 +-\n/)
  expect(out).toContain(`0 told by both, 1 only by ${usual}, 0 only by ${loose}.`)
})

test('what people called incidents is held against what is told', async () => {
  const path = await file('counts.csv', counts())
  const [incident] = JSON.parse((await tidewatch('backtest', path, '--json')).out)
  const label = { value: 'real', by: 'ann', at: TOLD_AT, note: '' }
  const labels = await file('labels.json', JSON.stringify({ incidents: [{ ...incident, label }] }))
  const { out } = await tidewatch('backtest', path, '--labels', labels)
  expect(out).toContain('called real: 1 of 1 told, after 1.0 h (the latest 1.0 h)\ntold besides: 0\n')
  const { kind, channels, start } = incident
  const happened = [
    { event: 'X', kind, channels, start, end: start, recoveredAt: null },
    { kind: 'gap', channels: ['*'], start: '2014-01-07T00:00Z', end: '2014-01-07T01:00Z' },
  ]
  const known = await tidewatch('backtest', path, '--labels', await file('known.json', JSON.stringify(happened)))
  expect(known.out).toContain('called real: 1 of 2 told, after 1.0 h (the latest 1.0 h), not (2)\ntold besides: 0\n')
})

test.each([
  {
    claim: 'no number',
    text: 'hour,channel,submissions\n2014-01-06T00:00Z,n,1\n2014-01-06T01:00Z,n,many\n',
    says: /line 3, submissions is "many"/,
  },
  {
    claim: 'no time',
    text: 'hour,channel,submissions\n2014-01-06T00:05Z,n,1\nsoon,n,1\n',
    says: /line 3, hour is "soon"/,
  },
  {
    claim: 'a mistyped year',
    text: 'hour,channel,submissions\n2014-01-06T00:00Z,n,1\n2914-01-06T01:00Z,n,1\n',
    says: /line 3 is of 2914-01-06T01:00:00Z, and the last before it of 2014-01-06T00:00:00Z: is a year mistyped\?/,
  },
  {
    claim: 'a mistyped year before all others',
    text: 'hour,channel,submissions\n2014-01-06T01:00Z,n,1\n2012-01-06T00:00Z,n,1\n2014-01-06T02:00Z,n,1\n',
    says: /line 3 is of 2012-01-06T00:00:00Z, and the first after it of 2014-01-06T01:00:00Z/,
  },
  {
    claim: 'more than twenty years',
    text: [
      'hour,channel,submissions',
      ...Array.from({ length: 22 }, (_, n) => `${2014 - n}-01-06T00:00Z,n,1`),
      '2014-01-06T01:00Z,n,1',
    ].join('\n'),
    says: /line 23 is of 1993-01-06T00:00:00Z, and the last counts are of 2014-01-06T02:00:00Z: use at most 20 years/,
  },
  {
    claim: 'a step of a day',
    text: 'hour,channel,submissions\n2014-01-06T00:00Z,n,1\n2014-01-07T00:00Z,n,1\n2014-01-08T00:00Z,n,1\n',
    says: /no two rows are less than 24 hours apart: use rows of an hour or less/,
  },
  { claim: 'no column', text: 'hour,channel\n2014-01-06T00:00Z,n\n', says: /submissions/ },
  { claim: 'nothing', text: '', says: /the file is empty/ },
  {
    claim: 'an open quote',
    text: 'hour,channel,submissions\n2014-01-06T00:00Z,"n,1\n',
    says: /line 2: a quoted cell never ends/,
  },
])('$claim is refused, and said where', async ({ text, says }) => {
  const { code, err } = await tidewatch('backtest', await file('bad.csv', text))
  expect(code).toBe(1)
  expect(err).toMatch(says)
})

test.each([
  { words: ['none.csv'], code: 1, says: /none\.csv can't be read/ },
  { words: ['--attributes', 'a.csv'], code: 64, says: /--attributes goes with a file/ },
  { words: ['--since', '2014-01-06T00:30Z'], code: 64, says: /use a whole hour/ },
  {
    words: ['--since', '2014-02-06', '--until', '2014-02-05T12:00Z'],
    code: 64,
    says: /--since is 2014-02-06T00:00:00Z and --until is 2014-02-05T12:00:00Z: use a time to begin that is before the end/,
  },
  { words: ['--compare', 'none.yaml'], code: 78, says: /--compare: .*none\.yaml/ },
])('$words is refused', async ({ words, code, says }) => {
  const refused = await tidewatch('backtest', ...words)
  expect(refused.code).toBe(code)
  expect(refused.err).toMatch(says)
})
