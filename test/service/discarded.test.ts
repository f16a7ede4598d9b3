import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, isoSeconds, startOfDay, startOfHour } from '../../data/domain/time.ts'
import type { IncidentAnswer, IncidentsAnswer, OverviewAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { runCommandLine } from '../../server/cli/run-command-line.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

const ID = '12345678-9012-4345-8789-01234567'
const pathOf = (number: number, channel: string) =>
  `/submit/telemetry/${ID}${String(number).padStart(4, '0')}/idle-daily/Firefox/29.0a1/${channel}/20140116030203`

let state: string

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-discarded-'))
})

afterEach(() => removeFolder(state))

async function serve(environment: Readonly<Record<string, string>> = {}): Promise<TidewatchProcess> {
  return startTidewatch({ state, receivePort: await freePort(), dashboardPort: await freePort(), environment })
}

async function ask<T>(server: TidewatchProcess, path: string): Promise<T> {
  const answer = await fetch(`${server.dashboardUrl}/api/v1/${path}`)
  const body = await answer.json()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`)
  return body
}

describe('submissions that are answered 202', () => {
  test('are counted by channel and cause in the hour of their receipt, with their size, for good', async () => {
    const server = await serve({ TIDEWATCH_RECEIVE_MAX_BODY_BYTES: '2 KiB', TIDEWATCH_RECEIVE_MAX_PATH_BYTES: '1 KiB' })
    const from = startOfDay(Date.now())
    const range = `step=day&from=${isoSeconds(from)}&to=${isoSeconds(from + 2 * DAY_MS)}`
    try {
      const statuses: number[] = []
      const send = async (path: string, bytes: number) => {
        const body = `{"ver":1,"x":"${'x'.repeat(bytes)}"}`
        statuses.push((await fetch(server.receiveUrl + path, { method: 'POST', body })).status)
      }
      for (let i = 0; i < 3; i++) await send(pathOf(i, 'nightly'), 3000)
      await send(pathOf(3, 'aurora'), 4000)
      await send(`${pathOf(4, 'nightly')}${'0'.repeat(1200)}`, 10)
      await send(pathOf(5, 'nightly'), 10)
      expect(statuses).toEqual([202, 202, 202, 202, 202, 200])
      const total = ({ series }: SeriesAnswer) =>
        series.map(({ key, values }) => [
          ...Object.values(key),
          values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
        ])
      const byChannel = await eventually('all five are counted', async () => {
        const sums = total(await ask<SeriesAnswer>(server, `series?metric=discarded&by=channel&${range}`))
        return sums.reduce((sum, row) => sum + Number(row.at(-1)), 0) === 5 ? sums : null
      })
      expect(byChannel).toEqual([
        ['aurora', 1],
        ['nightly', 4],
      ])
      const byCause = await ask<SeriesAnswer>(server, `series?metric=discarded&channel=nightly&by=cause&${range}`)
      expect(total(byCause)).toEqual([
        ['nightly', 'body', 3],
        ['nightly', 'path', 1],
      ])
      expect(byCause.series[0]?.typical_bytes?.find((bytes) => bytes !== null)).toBe(3016)
      const rate = await ask<SeriesAnswer>(server, `series?metric=discarded_rate&channel=nightly&${range}`)
      expect(rate.series[0]?.values.find((value) => value !== null)).toBeCloseTo(4 / 5)
      expect(await server.stop()).toBe(0)
    } finally {
      await server.kill()
    }
    // Nothing of them is archived: they stand in the journal, or a lost database would lose them.
    const [month = ''] = await readdir(join(state, 'journal'))
    const discarded = (await readFile(join(state, 'journal', month), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => JSON.parse(line).body.discarded ?? [])
    expect(discarded.reduce((sum, { submissions }) => sum + submissions, 0)).toBe(5)
    expect(discarded).toContainEqual(expect.objectContaining({ channel: 'nightly', cause: 'path', limitBytes: 1024 }))
  })

  test('and become more are one incident, told by mail and shown', async () => {
    const end = startOfHour(Date.now())
    await bring('counts', countsUpTo(end))
    await bring(
      'attributes',
      `hour,channel,attribute,value,submissions\n${isoSeconds(end - HOUR_MS)},nightly,discarded,body,160\n`,
    )
    const server = await serve()
    try {
      const incident = await eventually('the incident', async () => {
        const { incidents } = await ask<IncidentsAnswer>(server, 'incidents')
        return incidents.find(({ kind }) => kind === 'discarded') ?? null
      })
      expect(incident).toMatchObject({
        group: 'discarded',
        channel: 'nightly',
        series: { cause: 'body' },
        state: 'open',
        start: isoSeconds(end - HOUR_MS),
        missing: 160,
      } satisfies Partial<IncidentAnswer>)
      const { channels, sentences } = await ask<OverviewAnswer>(server, 'overview')
      const nightly = channels.find(({ channel }) => channel === 'nightly')
      expect(nightly?.states.map((own) => own.state)).toEqual(['discarded'])
      expect(nightly?.discarded).toMatchObject([{ cause: 'body', submissions: 160, typical_bytes: null }])
      expect(sentences.map(({ mark, text }) => `${mark}: ${text}`)[0]).toMatch(
        /^discarded: nightly has \d.*discarded as too large/,
      )
      const page = await eventually('the mail', async () => {
        const answer = await fetch(`${server.dashboardUrl}/api/v1/mails/1/html`)
        return answer.ok ? answer.text() : null
      })
      expect(page).toContain('discarded as too large')
      expect(await server.stop()).toBe(0)
    } finally {
      await server.kill()
    }
  })
})

describe('a question about them that can’t be answered', () => {
  test('is refused by name', async () => {
    const server = await serve()
    try {
      const refusal = async (query: string) => {
        const answer = await fetch(`${server.dashboardUrl}/api/v1/series?from=2014-01-01&to=2014-01-02&${query}`)
        const { detail } = (await answer.json()) as { detail: string }
        return `${answer.status} ${detail}`
      }
      expect(await refusal('metric=discarded&step=minute')).toMatch(/^400 step is "minute": .*use one of hour, day/)
      expect(await refusal('metric=discarded&by=build')).toMatch(/^400 by is "build": .*use one of channel, cause/)
      expect(await refusal('by=cause')).toMatch(/^400 by is "cause": with metric=received use one of channel/)
    } finally {
      await server.kill()
    }
  })
})

/** Quiet weeks with a daily tide. */
function countsUpTo(end: number): string {
  const lines = ['hour,channel,submissions']
  for (let hour = end - 24 * 24 * HOUR_MS; hour < end; hour += HOUR_MS) {
    const tide = 1 + 0.4 * Math.cos((((hour / HOUR_MS) % 24) / 24) * 2 * Math.PI)
    for (const [channel, mean] of [
      ['release', 60_000],
      ['aurora', 1800],
      ['nightly', 2200],
    ] as const) {
      const wobble = 1 + 0.02 * Math.sin(hour / HOUR_MS / 1.7 + mean)
      lines.push(`${isoSeconds(hour)},${channel},${Math.round(mean * tide * wobble)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

async function bring(kind: 'counts' | 'attributes', text: string): Promise<void> {
  const file = join(state, `${kind}.csv`)
  await writeFile(file, text)
  const code = await runCommandLine(['import', 'counts', file, '--state', state], {
    out: () => undefined,
    err: (line) => process.stderr.write(line),
    environment: {},
    currentFolder: process.cwd(),
    stop: new AbortController().signal,
  })
  expect(code).toBe(0)
}
