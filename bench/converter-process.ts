import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { convertedFilePath, readCheckedIndex } from '../data/converted/converted-file.ts'
import { makeSpoolFolders } from '../data/spool/folders.ts'
import { CONVERTER_NODE_OPTIONS, type ConvertOptionsInput } from '../server/convert/options.ts'

export interface ConverterRun {
  /** The folder to make and to work in. */
  readonly state: string
  readonly workers: number
  readonly specifications: string
  /** Files of segments; they stay where they are. */
  readonly segments: readonly string[]
  /** How often the process has converted them, under other names, before it is measured: a service runs for weeks. */
  readonly warmUps: number
}

export interface ConverterResult {
  /** From the moment the segments are there until the last converted file is. */
  readonly seconds: number
  /** Of all threads of the process; null where the system doesn't tell. */
  readonly cpuSeconds: number | null
  readonly peakBytes: number | null
  readonly convertedFolder: string
}

/**
 * Lets the service's own converter process convert segments, from the raw ones to converted files, and checks that none
 * of their submissions is missing or kept as it came.
 */
export async function runConverter(run: ConverterRun): Promise<ConverterResult> {
  const { state, segments, warmUps } = run
  const named = (prefix: string) => new Map(segments.map((segment) => [prefix + basename(segment), segment]))
  await mkdir(state)
  await makeSpoolFolders(join(state, 'spool'))
  const process = await start(run)
  try {
    for (let round = 0; round < warmUps; round++) await convert(process, named(`warm-up-${round}-`), state)
    const cpuBefore = await cpuSecondsOf(process)
    const startedAt = performance.now()
    await convert(process, named(''), state)
    const seconds = (performance.now() - startedAt) / 1000
    const cpuAfter = await cpuSecondsOf(process)
    return {
      seconds,
      cpuSeconds: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
      peakBytes: await peakBytesOf(process),
      convertedFolder: await checked(state, segments),
    }
  } finally {
    const exit = once(process, 'exit')
    process.disconnect()
    await exit
  }
}

async function start({ state, workers, specifications }: ConverterRun): Promise<ChildProcess> {
  const options: ConvertOptionsInput = { state, workers, logLevel: 'error', specifications: { folder: specifications } }
  const main = fileURLToPath(new URL('../server/convert/main.js', import.meta.url))
  const process = fork(main, [JSON.stringify(options)], { execArgv: [...CONVERTER_NODE_OPTIONS] })
  await new Promise<void>((resolve, reject) => {
    process.once('message', () => resolve())
    process.once('exit', (code) => reject(new Error(`the converter ended with ${code}`)))
  })
  return process
}

/** `segments`: by the name that each gets in the spool. */
async function convert(process: ChildProcess, segments: ReadonlyMap<string, string>, state: string): Promise<void> {
  const missing = new Set(segments.keys())
  const done = new Promise<void>((resolve, reject) => {
    process.on('message', (message) => {
      if (isConverted(message)) missing.delete(message.segment)
      if (missing.size === 0) resolve()
    })
    process.once('exit', (code) => reject(new Error(`the converter ended with ${code}`)))
  })
  for (const [name, segment] of segments) await link(segment, join(state, 'spool', 'closed', name))
  await done
  process.removeAllListeners('message')
}

function isConverted(message: unknown): message is { readonly segment: string } {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'converted'
}

async function checked(state: string, segments: readonly string[]): Promise<string> {
  const folder = join(state, 'converted')
  for (const name of await readdir(folder)) if (name.startsWith('warm-up-')) await rm(join(folder, name))
  for (const segment of segments) {
    const { records } = await readCheckedIndex(convertedFilePath(folder, basename(segment)))
    const kept = records.filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'salvaged')
    if (records.length === 0 || kept.length > 0) {
      throw new Error(`${segment}: ${kept.length} of ${records.length} weren't converted: ${kept[0]?.problem}`)
    }
  }
  return folder
}

/** Ticks of Linux are hundredths of a second for whoever reads them here. */
const TICKS_PER_SECOND = 100

async function cpuSecondsOf({ pid }: ChildProcess): Promise<number | null> {
  const stat = await procFile(pid, 'stat')
  // The second field may hold spaces; the times are the 14th and 15th.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

async function peakBytesOf({ pid }: ChildProcess): Promise<number | null> {
  const status = await procFile(pid, 'status')
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status ?? '')?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

async function procFile(pid: number | undefined, name: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return null
  }
}
