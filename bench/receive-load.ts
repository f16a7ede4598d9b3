import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { readSegment } from '../data/spool/read-segment.ts'

/** What clients saw of one round. */
export interface Load {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Requests that got no answer, or another than 2xx. */
  readonly failed: number
}

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** The file with the body. */
  readonly body: string
}

/** Sends submissions with distinct ids over so many connections, one at a time on each. */
export interface LoadGenerator {
  readonly name: 'wrk' | 'autocannon'
  run(options: LoadOptions): Promise<Load>
}

/** `wrk` where it is installed: it takes less of the processor from what is measured. */
export async function loadGenerator(folder: string): Promise<LoadGenerator> {
  // Without arguments it says how it is used, with exit code 1.
  if (spawnSync('wrk').error !== undefined) return { name: 'autocannon', run: runAutocannon }
  const script = join(folder, 'submissions.lua')
  await writeFile(script, WRK_SCRIPT)
  return { name: 'wrk', run: (options) => runWrk(script, options) }
}

/** The bodies that are sent, as files in `folder`: a small one, one of the size that 2013's had, the longest allowed. */
export async function makeBodies(
  folder: string,
  generator: LoadGenerator,
): Promise<Readonly<Record<BodyName, string>>> {
  const small = join(folder, 'small')
  const record = join(folder, 'record')
  // autocannon puts its ids into requests as text, which no compressed body survives.
  const real = generator.name === 'wrk' ? await realRecord() : null
  await writeFile(small, printable(SMALL_BYTES))
  await writeFile(record, real ?? printable(RECORD_BYTES))
  const longest = join(folder, 'longest')
  await writeFile(longest, printable(LONGEST_BYTES))
  return { small, record, longest }
}

export type BodyName = 'small' | 'record' | 'longest'

const SMALL_BYTES = 2048
/** The longest that is kept by default. */
const LONGEST_BYTES = 200 * 1024
/** A record of a release build of 2013, where it can be read; the receiver opens no body, so that its size is what counts. */
const REAL_LOG = fileURLToPath(new URL('../../../shared/real/telemetry1.v1.log', import.meta.url))
const RECORD_BYTES = 18_255

async function realRecord(): Promise<Uint8Array | null> {
  if (!existsSync(REAL_LOG)) return null
  const { frames } = await readSegment(REAL_LOG)
  const [first] = frames
  return first?.kind === 'submission' ? first.body : null
}

function printable(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}

const execute = promisify(execFile)
const require = createRequire(import.meta.url)

async function runWrk(script: string, { port, connections, seconds, body }: LoadOptions): Promise<Load> {
  const url = `http://127.0.0.1:${port}`
  const args = ['-t', '2', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '30s', '-s', script, url, body]
  const { stdout } = await execute('wrk', args)
  return wrkSaid.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))))
}

const wrkSaid = z.object({
  requests: z.number().positive(),
  seconds: z.number().positive(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  failed: z.number(),
})

/** Ids are distinct across the threads of a run, and by the time's digits across runs. */
const WRK_SCRIPT = `
local threads = 0
function setup(thread)
  thread:set('number', threads)
  threads = threads + 1
end

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local body = file:read('*a')
  file:close()
  sent = 0
  head = string.format('POST /submit/telemetry/%08x-%04x-4000-8000-', os.time() % 0x100000000, number)
  tail = '/idle-daily/Firefox/23.0.1/release/20130814063812 HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nContent-Type: application/json\\r\\n'
    .. 'Content-Encoding: gzip\\r\\nContent-Length: ' .. #body .. '\\r\\n\\r\\n' .. body
end

function request()
  sent = sent + 1
  return head .. string.format('%012x', sent) .. tail
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\\n{"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"failed":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`

async function runAutocannon({ port, connections, seconds, body }: LoadOptions): Promise<Load> {
  const program = require.resolve('autocannon/autocannon.js')
  const path = '/submit/telemetry/[<id>]/idle-daily/Firefox/23.0.1/release/20130814063812'
  const args = ['--json', '--idReplacement', '-m', 'POST', '-H', 'Content-Encoding=gzip', '-i', body]
  const load = ['-c', String(connections), '-d', String(seconds), '-t', '30', `http://127.0.0.1:${port}${path}`]
  const { stdout } = await execute(process.execPath, [program, ...args, ...load], { maxBuffer: 1 << 24 })
  const said = autocannonSaid.parse(JSON.parse(stdout))
  return {
    requests: said.requests.total,
    seconds: said.duration,
    p50Ms: said.latency.p50,
    p99Ms: said.latency.p99,
    failed: said.non2xx + said.errors + said.timeouts,
  }
}

const autocannonSaid = z.object({
  requests: z.object({ total: z.number().positive() }),
  duration: z.number().positive(),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  non2xx: z.number(),
  errors: z.number(),
  timeouts: z.number(),
})
