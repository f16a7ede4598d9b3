import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import type { AnnotationsAnswer, IncidentAnswer, IncidentDetailAnswer } from '../../server/api/types.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, PROGRAM, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** What people tell a real service: what happened, what is known beforehand, and that a level is meant. */

vi.setConfig({ testTimeout: 120_000 })

const DAYS = 16
const newest = startOfHour(Date.now()) - HOUR_MS
const FELL = newest - 3 * HOUR_MS

let folder: string
let state: string
let calendar: string
let server: TidewatchProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-knowing-'))
  state = join(folder, 'state')
  calendar = join(folder, 'known.yaml')
  await writeFile(calendar, `- {kind: release, text: "the calendar's", from: ${isoSeconds(FELL - 2 * HOUR_MS)}}\n`)
  await writeFile(join(folder, 'counts.csv'), csv())
  await command('import', 'counts', join(folder, 'counts.csv'))
  server = await start()
  await eventually('the fall is told', async () => ((await incidents()).length > 0 ? true : null))
}, 120_000)

afterAll(async () => {
  await server.stop()
  await removeFolder(folder)
})

async function start(): Promise<TidewatchProcess> {
  const environment = { TIDEWATCH_JUDGE_CALENDAR: calendar }
  return startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort(), environment })
}

/** Four channels with a tide of a day; nightly has lost 70 % since FELL. */
function csv(): string {
  const rows = ['hour,channel,submissions']
  for (let hour = newest - (DAYS * 24 - 1) * HOUR_MS; hour <= newest; hour += HOUR_MS) {
    const tide = 1 + 0.4 * Math.sin((hour / HOUR_MS / 24) * 2 * Math.PI)
    for (const [channel, perHour] of Object.entries({ nightly: 2000, aurora: 3000, beta: 9000, release: 20_000 })) {
      const noise = 1 + 0.01 * Math.sin(perHour * (hour / HOUR_MS))
      const left = channel === 'nightly' && hour >= FELL ? 0.3 : 1
      rows.push(`${isoSeconds(hour)},${channel},${Math.round(perHour * tide * noise * left)}`)
    }
  }
  return `${rows.join('\n')}\n`
}

async function command(...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { PATH: process.env.PATH ?? '', TIDEWATCH_STATE: state, TIDEWATCH_JUDGE_CALENDAR: calendar, USER: 'ann' }
  return promisify(execFile)(process.execPath, [PROGRAM, ...words], { env })
}

async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const sent =
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { Origin: server.dashboardUrl, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }
  const answer = await fetch(`${server.dashboardUrl}/api/v1${path}`, sent)
  expect(answer.ok, await answer.clone().text()).toBe(true)
  return answer.json() as Promise<Answer>
}

async function incidents(): Promise<readonly IncidentAnswer[]> {
  return (await ask<{ incidents: IncidentAnswer[] }>('/incidents')).incidents
}

async function known(): Promise<readonly string[]> {
  return (await ask<AnnotationsAnswer>('/annotations')).annotations.map(({ text }) => text)
}

test('what is marked from a shell and by the API is shown with the calendar, and named by the incident that it is near', async () => {
  await command('annotate', 'add', '--kind', 'release', '--text', 'from a shell', '--from', isoSeconds(FELL - HOUR_MS))
  await ask('/annotations', { kind: 'note', text: 'by a tool', from: isoSeconds(FELL), author: 'release-bot' })
  expect(await known()).toEqual(["the calendar's", 'from a shell', 'by a tool'])
  const detail = await ask<IncidentDetailAnswer>('/incidents/1')
  expect(detail.near?.map(({ text }) => text)).toEqual(['by a tool', 'from a shell', "the calendar's"])
  expect((await command('annotate', 'list')).stdout).toMatch(/release, all channels: from a shell \(by ann\)/)
})

test('a level that is accepted is over at once, and can be taken back', async () => {
  const word = { by: 'ann', note: 'a third of the sampling rate' }
  const accepted = await ask<IncidentAnswer>('/incidents/1/actions', { kind: 'accept_level', ...word })
  expect(accepted).toMatchObject({ state: 'resolved', accepted: { by: 'ann', note: word.note } })
  expect((await command('incidents', 'take-back-level', '1')).stdout).toMatch(/^ +1 {2}open/)
  expect((await command('incidents', 'accept-level', '1')).stdout).toMatch(/^ +1 {2}resolved/)
})

test('all of it outlives a restart, and a database that is made anew', async () => {
  await server.stop()
  await command('rebuild', '--anyway')
  expect((await command('annotate', 'list')).stdout).toMatch(/from a shell/)
  server = await start()
  expect(await known()).toEqual(["the calendar's", 'from a shell', 'by a tool'])
  const [incident] = await incidents()
  expect(incident).toMatchObject({ id: 1, state: 'resolved', accepted: { by: 'ann' } })
})

test('a calendar is read anew with a reload; one with a mistake is not, and ends a start', async () => {
  await writeFile(calendar, '- {kind: release, text: newer, on: 2014-02-04}\n')
  process.kill(server.pid, 'SIGHUP')
  await eventually('the new calendar is shown', async () => ((await known()).includes('newer') ? true : null))
  await writeFile(calendar, '- {kind: party, text: x, on: 2014-02-04}\n')
  process.kill(server.pid, 'SIGHUP')
  await eventually('the mistake is told', async () => (server.output().includes('line 1: kind is') ? true : null))
  expect(await known()).toContain('newer')
  const doctor = await command('doctor').catch((error: { stdout: string }) => error)
  expect(doctor.stdout).toMatch(/WRONG +calendar: .*line 1: kind is "party": use one of release/)
  await server.stop()
  await expect(start()).rejects.toThrow(/line 1: kind is "party"/)
  await writeFile(calendar, '')
  server = await start()
})
