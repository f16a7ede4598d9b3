import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import { eventually, freePort, PROGRAM, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** A service with a history, an incident and its mail, whose state is lost in one way or another. */
export class KeptService {
  readonly state: string
  #server: TidewatchProcess | null = null
  #lastId = 0

  private constructor(state: string) {
    this.state = state
  }

  /** With weeks of imported history, in whose last hour nightly was silent. */
  static async create(): Promise<KeptService> {
    const service = new KeptService(await mkdtemp(join(tmpdir(), 'tidewatch-recovery-')))
    const csv = join(service.state, 'history.csv')
    await writeFile(csv, silentHistory(startOfHour(Date.now())))
    expect(await service.run('import', 'counts', csv)).toMatchObject({ code: 0 })
    return service
  }

  async start(): Promise<TidewatchProcess> {
    this.#server = await startTidewatch({
      state: this.state,
      receivePort: await freePort(),
      dashboardPort: await freePort(),
      environment: { TIDEWATCH_MAIL_TO: 'on-call@example.org' },
    })
    return this.#server
  }

  /** What it says instead of starting. */
  async refusal(): Promise<string> {
    const error = await this.start().then(
      () => new Error('it started'),
      (reason: unknown) => reason,
    )
    return error instanceof Error ? error.message : String(error)
  }

  /** A command, as people give it. */
  async run(...words: readonly string[]) {
    const child = spawn(process.execPath, [PROGRAM, ...words, '--state', this.state], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
    await once(child, 'close')
    return { code: child.exitCode, out, err }
  }

  /** Sends two that are archived, two that are quarantined, one that is rejected, and a copy of the first that was ever sent. */
  async sendSome(): Promise<void> {
    const bodies = [
      payload('idle-daily'),
      payload('saved-session'),
      payload('idle-daily', { revision: 'nowhere' }),
      payload('saved-session', { revision: 'https://example.org/elsewhere' }),
      '{"no json',
    ]
    for (const body of bodies) await this.#send(++this.#lastId, body)
    await this.sendCopy()
  }

  /** Of the first that was ever sent. */
  sendCopy(): Promise<void> {
    return this.#send(1, payload('idle-daily'))
  }

  async #send(id: number, body: string): Promise<void> {
    const url = `${this.#running.receiveUrl}/submit/telemetry/11111111-2222-3333-4444-${String(id).padStart(12, '0')}`
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
  }

  get #running(): TidewatchProcess {
    if (this.#server === null) throw new Error('no service runs')
    return this.#server
  }

  /** Resolves once everything that was answered is counted, judged, and told. */
  async settled(): Promise<void> {
    const sentAt = Date.now()
    await eventually('everything is counted', async () => {
      const { counted_up_to: upTo } = JSON.parse(await this.#ask('/api/v1/freshness'))
      return Date.parse(upTo) > sentAt ? true : null
    })
    await eventually('the mail is written', async () =>
      (await this.#ask('/api/v1/incidents')).includes('"id":1') ? true : null,
    )
  }

  /** What people see of it. */
  async answers(): Promise<Readonly<Record<string, unknown>>> {
    const to = startOfHour(Date.now()) + HOUR_MS
    const series = (rest: string) =>
      this.#series(`/api/v1/series?step=hour&from=${isoSeconds(to - 48 * HOUR_MS)}&to=${isoSeconds(to)}&${rest}`)
    return {
      byReason: await series('metric=received&by=reason'),
      invalid: await series('metric=invalid'),
      accepted: await series('metric=accepted&by=channel'),
      incidents: JSON.parse(await this.#ask('/api/v1/incidents')),
    }
  }

  async #series(path: string): Promise<unknown> {
    const { times, series } = JSON.parse(await this.#ask(path))
    return { times, series }
  }

  async #ask(path: string): Promise<string> {
    return (await fetch(this.#running.dashboardUrl + path)).text()
  }

  output(): string {
    return this.#running.output()
  }

  async stop(): Promise<void> {
    expect(await this.#running.stop()).toBe(0)
    this.#server = null
  }

  /** `kill -9` of the owner; resolves once its children have ended as well. */
  async kill(): Promise<void> {
    const server = this.#running
    const children = [...server.receivers(), ...server.children().values()]
    await server.kill()
    this.#server = null
    await eventually('children end with their parent', async () => (children.some(isRunning) ? null : true))
  }

  async remove(): Promise<void> {
    await this.#server?.kill()
    await rm(this.state, { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function payload(reason: string, info: object = {}): string {
  const dimensions = {
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140115030203',
  }
  const isBroken = Object.keys(info).length > 0
  const histograms = isBroken ? { histograms: { CYCLE_COLLECTOR: {} } } : {}
  return JSON.stringify({
    ver: isBroken ? 1 : 2,
    info: { reason, ...dimensions, ...info },
    simpleMeasurements: { uptime: 5 },
    ...histograms,
  })
}

/** Quiet weeks with a daily tide; in the last whole hour nightly sends nothing while the others go on. */
function silentHistory(end: EpochMs): string {
  const lines = ['hour,channel,submissions']
  for (let hour = end - 24 * 24 * HOUR_MS; hour < end; hour += HOUR_MS) {
    const tide = 1 + 0.4 * Math.cos((((hour / HOUR_MS) % 24) / 24) * 2 * Math.PI)
    for (const [channel, mean] of Object.entries({ release: 60_000, beta: 9000, nightly: 2200 })) {
      const isSilent = channel === 'nightly' && hour === end - HOUR_MS
      const wobble = 1 + 0.02 * Math.sin(hour / HOUR_MS / 1.7 + mean)
      lines.push(`${isoSeconds(hour)},${channel},${isSilent ? 0 : Math.round(mean * tide * wobble)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
