import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE_MS, SECOND_MS } from '../../../data/domain/time.ts'
import { gateAnswer } from '../../api/schemas/builds.ts'
import type { GateAnswer } from '../../api/types.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { durationNamed } from '../duration-named.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

const EXIT_CODES: Readonly<Record<GateAnswer['verdict'], number>> = { pass: 0, fail: 1, wait: 2 }
/** EX_UNAVAILABLE: somebody answers, but no Tidewatch that can tell. */
const EXIT_REFUSED = 69
/** EX_TEMPFAIL: the same may succeed later. */
const EXIT_UNREACHABLE = 75
const EXIT_INTERRUPTED = 130

const FIRST_PAUSE_MS = SECOND_MS
const PAUSE_GROWTH = 1.5
const PATIENCE_MS = 15 * SECOND_MS

export const gateCommand: Command = {
  name: 'gate',
  summary: 'Asks whether a build may go on: pass, fail or wait.',
  usage: '--channel NAME --build ID [--timeout 6h] [--url URL] [--json]',
  help: `Asks a running service whether a build reports as earlier builds did at the same age, and cleanly. With --timeout it waits until that is
known, or the time is up, and says on standard error what it waits for.

    tidewatch gate --channel beta --build 20140116030203 --timeout 6h

Exit codes: 0 pass, 1 fail, 2 not known yet; 64 for what was typed, 69 where the service can't answer the question, 75 where nobody
answers at all (with --timeout: until it is up), 78 for settings.`,
  options: {
    channel: { value: 'NAME', about: 'The channel that the build is shipped on.' },
    build: { value: 'ID', about: 'The build id, as submissions name it.' },
    timeout: { value: 'TIME', about: 'Waits for so long: 90s, 30m, 6h, 2d. Default: asks once.' },
    poll: { value: 'TIME', about: 'The longest pause between two questions. Default: 1m.' },
    url: { value: 'URL', about: 'Where the dashboard is. Default: dashboard.listen of the settings.' },
    json: { about: 'Prints what the API answered last.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const address = gateAddress(args, io)
    const answer = await waitForVerdict(address, waitingOf(args), io)
    io.out(args.isOn('json') ? `${JSON.stringify(answer, null, 2)}\n` : report(answer))
    return EXIT_CODES[answer.verdict]
  },
}

function gateAddress(args: Arguments, io: CommandIo): URL {
  const [channel, build] = (['channel', 'build'] as const).map((name) => {
    const given = args.option(name) ?? ''
    if (given === '') throw new UsageError(`--${name} is missing`)
    return given
  })
  const url = baseUrl(args.option('url'), io)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/gate`
  url.search = new URLSearchParams({ channel: channel ?? '', build: build ?? '' }).toString()
  return url
}

function baseUrl(given: string | null, io: CommandIo): URL {
  if (given === null) {
    const { host, port } = checkedSettings(io).settings.dashboard.listen
    return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`)
  }
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url is ${JSON.stringify(given)}: use an address such as http://127.0.0.1:8081`)
  }
  return url
}

interface Waiting {
  readonly timeoutMs: number
  readonly longestPauseMs: number
}

function waitingOf(args: Arguments): Waiting {
  const timeout = args.option('timeout')
  const poll = args.option('poll')
  return {
    timeoutMs: timeout === null ? 0 : durationNamed('timeout', timeout),
    longestPauseMs: poll === null ? MINUTE_MS : Math.max(1, durationNamed('poll', poll)),
  }
}

/** The verdict, or the last `wait` when the time is up. Throws CommandError where nobody told until then. */
async function waitForVerdict(
  address: URL,
  { timeoutMs, longestPauseMs }: Waiting,
  io: Pick<CommandIo, 'err' | 'stop'>,
): Promise<GateAnswer> {
  const end = performance.now() + timeoutMs
  let pauseMs = Math.min(FIRST_PAUSE_MS, longestPauseMs)
  let told = ''
  for (;;) {
    const answer = await ask(address, io.stop)
    const leftMs = end - performance.now()
    if (answer instanceof CommandError) {
      if (leftMs <= 0) throw answer
    } else if (answer.verdict !== 'wait' || leftMs <= 0) {
      return answer
    }
    const waitsFor = answer instanceof CommandError ? answer.message : `waiting: ${reasonsText(answer)}`
    if (waitsFor !== told) io.err(`${shown(waitsFor)}\n`)
    told = waitsFor
    await sleep(Math.min(pauseMs, leftMs), undefined, { signal: io.stop }).catch(() => {
      throw new CommandError('interrupted: nothing is known yet', EXIT_INTERRUPTED)
    })
    pauseMs = Math.min(longestPauseMs, pauseMs * PAUSE_GROWTH)
  }
}

/** A CommandError is answered, not thrown, where asking again may help. */
async function ask(address: URL, stop: AbortSignal): Promise<GateAnswer | CommandError> {
  let answer: { readonly status: number; readonly text: string }
  try {
    const response = await fetch(address, { signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]) })
    answer = { status: response.status, text: await response.text() }
  } catch (error) {
    if (stop.aborted) throw new CommandError('interrupted: nothing is known yet', EXIT_INTERRUPTED)
    return new CommandError(`${address.origin} doesn't answer (${whyUnreachable(error)})`, EXIT_UNREACHABLE)
  }
  const { status, text } = answer
  if (status >= 500 || status === 429) {
    return new CommandError(`${address.origin} can't answer now (${status}): ${detailOf(text)}`, EXIT_UNREACHABLE)
  }
  const parsed = status === 200 ? gateAnswer.safeParse(jsonOf(text)) : null
  if (parsed?.success === true) return parsed.data
  const why =
    status === 200 ? 'it answers something else: is it a Tidewatch?' : `it answered ${status}: ${detailOf(text)}`
  throw new CommandError(`${address.origin} can't tell: ${why}`, EXIT_REFUSED)
}

function whyUnreachable(error: unknown): string {
  const { cause } = error instanceof Error ? error : { cause: undefined }
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error instanceof Error ? error.message : String(error)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What the API says of a refusal (RFC 9457), or the beginning of whatever else came. */
function detailOf(text: string): string {
  const told = jsonOf(text)
  if (typeof told === 'object' && told !== null && 'detail' in told) return String(told.detail)
  return text.slice(0, 200)
}

function report(answer: GateAnswer): string {
  const { verdict, channel, build_id: build, reasons } = answer
  const until = verdict === 'wait' && answer.known_at !== null ? `, known at ${answer.known_at}` : ''
  return [`${verdict}: ${build} on ${channel}${until}`, ...reasons.map(({ text }) => `  ${text}`), '']
    .map(shown)
    .join('\n')
}

function reasonsText({ reasons, known_at: knownAt }: GateAnswer): string {
  const until = knownAt === null ? '' : ` Known at ${knownAt}.`
  return reasons.map(({ text }) => text).join(' ') + until
}
