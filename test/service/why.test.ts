import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import type { VisibilityAnswer, WhyAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, PROGRAM, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** A real service with sixteen days of counts and a fall at their end, asked why by its API and by commands. */

vi.setConfig({ testTimeout: 120_000 })

const DAYS = 16
const FELL_FOR = 4

let folder: string
let state: string
let counts: string
let server: TidewatchProcess
/** Start of the newest hour of the counts. */
const newest = startOfHour(Date.now()) - HOUR_MS

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-why-'))
  state = join(folder, 'state')
  counts = join(folder, 'counts.csv')
  await writeFile(counts, csv())
  await command('import', 'counts', counts)
  server = await startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort() })
  await eventually('the fall is told', async () => {
    const { incidents } = JSON.parse(await ask('/incidents'))
    return incidents.length > 0 ? true : null
  })
}, 120_000)

afterAll(async () => {
  await server.stop()
  await removeFolder(folder)
})

/** Three channels with a tide of a day; nightly loses 70 % of its last hours. */
function csv(): string {
  const rows = ['hour,channel,submissions']
  for (let back = DAYS * 24 - 1; back >= 0; back--) {
    const hour = newest - back * HOUR_MS
    const tide = 1 + 0.4 * Math.sin((hour / HOUR_MS / 24) * 2 * Math.PI)
    for (const [channel, perHour] of [
      ['nightly', 2000],
      ['aurora', 3000],
      ['beta', 9000],
      ['release', 20_000],
    ] as const) {
      const noise = 1 + 0.01 * Math.sin(perHour * back)
      const left = channel === 'nightly' && back < FELL_FOR ? 0.3 : 1
      rows.push(`${isoSeconds(hour)},${channel},${Math.round(perHour * tide * noise * left)}`)
    }
  }
  return `${rows.join('\n')}\n`
}

async function command(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { PATH: process.env.PATH ?? '', TIDEWATCH_STATE: state }
  return promisify(execFile)(process.execPath, [PROGRAM, ...words], { env })
}

async function ask(path: string): Promise<string> {
  return (await fetch(`${server.dashboardUrl}/api/v1${path}`)).text()
}

async function why(channel: string, hour: number): Promise<WhyAnswer> {
  return JSON.parse(await ask(`/why?${new URLSearchParams({ channel, hour: isoSeconds(hour) })}`))
}

const FELL = newest - (FELL_FOR - 1) * HOUR_MS

test('the service says that the fall was told, and by which detector; of the hour before, that all was well', async () => {
  const told = await why('nightly', FELL)
  expect(told.told).toMatchObject([{ channel: 'nightly', incident: 1, is_new: true }])
  expect(told.detectors[0]).toMatchObject({ detector: 'loss', nearest: { met: true, window_hours: 1 } })
  const before = await why('nightly', FELL - HOUR_MS)
  expect(before.told).toEqual([])
  expect(before.sentence).toMatch(/^Not told: nightly had .*, as expected/)
})

test('a command says the same, through the service, without it, and from a file', async () => {
  const hour = isoSeconds(FELL).slice(0, 13)
  const ofService = JSON.parse((await command('why', 'nightly', hour, '--json')).stdout)
  expect(ofService).toEqual(await why('nightly', FELL))
  expect((await command('why', 'nightly', hour)).stdout).toMatch(
    /^nightly, .* UTC\nTold: incident 1, a drop on nightly\./,
  )
  const { stdout } = await command('why', 'nightly', hour, '--file', counts, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ sentence: ofService.sentence, told: ofService.told })
  const { receiveUrl, dashboardUrl } = server
  await server.stop()
  const ofDatabase = JSON.parse((await command('why', 'nightly', hour, '--json')).stdout)
  expect(ofDatabase).toEqual(ofService)
  server = await startTidewatch({
    state,
    receivePort: Number(new URL(receiveUrl).port),
    dashboardPort: Number(new URL(dashboardUrl).port),
  })
}, 180_000)

test('what nobody can mean is refused with what is there instead', async () => {
  const refused = (words: readonly string[]) => command(...words).catch((error: unknown) => error)
  const hour = isoSeconds(FELL).slice(0, 13)
  expect(await refused(['why', 'nihgtly', hour])).toMatchObject({ stderr: expect.stringMatching(/use nightly/) })
  expect(await refused(['why', 'nightly', 'yesterday'])).toMatchObject({ code: 64 })
  const tomorrow = isoSeconds(newest + 24 * HOUR_MS)
  expect(await refused(['why', 'nightly', tomorrow])).toMatchObject({ stderr: expect.stringMatching(/isn't judged/) })
  const answer = await fetch(`${server.dashboardUrl}/api/v1/why?channel=nightly&hour=2001-01-01T00:00:00Z`)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ errors: [{ parameter: 'hour' }] })
})

test('what can be seen is said of each channel, by the API and a command', async () => {
  const seen: VisibilityAnswer = JSON.parse(await ask('/visibility'))
  const loss = (channel: string) => seen.series.find((own) => own.channel === channel && own.kind === 'loss')
  for (const channel of ['*', 'aurora', 'beta', 'nightly', 'release']) expect(loss(channel)?.blind).toBeNull()
  const { stdout } = await command('visible', '--channel', 'beta', '--json')
  expect(JSON.parse(stdout)).toEqual({ ...seen, series: seen.series.filter(({ channel }) => channel === 'beta') })
  expect((await command('visible')).stdout).toMatch(/told within +an hour +6 h +24 h/)
})
