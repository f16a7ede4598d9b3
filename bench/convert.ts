import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { median } from 'simple-statistics'
import { readConvertedIndex } from '../data/converted/converted-file.ts'
import { type HistogramSpecification, parseSpecification } from '../data/histograms/specification.ts'
import { makeSpoolFolders } from '../data/spool/folders.ts'
import { SpoolWriter } from '../data/spool/spool-writer.ts'
import { type ArchiveResult, measureArchive } from './convert-archive.ts'
import { convertPlainly, parseOnly } from './convert-floors.ts'
import { type BenchRecord, makeRecords } from './convert-records.ts'
import { runConverter } from './converter-process.ts'
import { askedOf } from './options.ts'
import { startParsers } from './parse-at-once.ts'
import { atLeast, atMost, held, printResult, table } from './report.ts'

const FLOORS = {
  one_core_of_floor_ratio: atLeast(1.25, 'submissions a core-second, over gunzip and JSON.parse alone'),
  two_workers_of_one_ratio: atLeast(1.7, 'submissions a second of two workers, over one'),
  parts_records_per_second: atLeast(3000, 'parts of the archive, made from converted files'),
  parts_peak_mebibytes: atMost(1024, 'memory of the process that makes them'),
  count_by_channel_speedup_ratio: atLeast(300, 'a count in the archive, over scanning gzipped JSON lines'),
  two_workers_peak_mebibytes: atMost(400, 'memory of a converter with two workers, where the system tells'),
  archive_of_xz_ratio: atMost(0.97, 'bytes in the archive, over JSON lines in xz -0 (left out where there is no xz)'),
}
const asked = askedOf({
  name: 'convert',
  about: `
How fast submissions are converted, from raw segments to converted files, held against what reading them takes at the
least, (a) gunzip and JSON.parse alone, and against (b) a straightforward converter; and what the archive makes of them. All of it
takes turns, round after round, because the speed of a machine changes by a factor of two from hour to hour: only what was measured
side by side can be compared, so ratios are those of each round, in the middle. Two threads that do (a) and share nothing show what two
of the machine's processors are of one.`,
  options: { quick: { about: 'Fewer records and rounds, for a first impression.' } },
  floors: FLOORS,
})
const isQuick = asked.isOn('quick')
/** With fewer, what a question to the archive takes at the least outweighs what it reads: a day of a channel has more than either. */
const RECORDS = isQuick ? 3000 : 4000
const ROUNDS = isQuick ? 3 : 9
/** About half of what segments may grow to. */
const SEGMENT_BYTES = 4 * 1024 ** 2
/** Two workers shall have as many segments each: with seven of them the one with four would be all that is measured at the end. */
const SEGMENTS_MULTIPLE = 2
/** What frames and the uneven ends of segments take beyond the bodies. */
const FRAMING_RATIO = 1.02
/** Until what is often run is compiled well, by each worker. */
const WARM_UP_RECORDS = 4000
/** Floors need no more than this to be known. */
const FLOOR_RECORDS = 800

const MIB = 1024 ** 2

/** How long `records` took; `cpuSeconds` of all threads, where the system tells. */
interface Timed {
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number | null
}

const WAYS = ['parse', 'parse_twice', 'plain', 'one', 'two'] as const
type Way = (typeof WAYS)[number]
const TITLES: Readonly<Record<Way, string>> = {
  parse: '(a) gunzip and JSON.parse alone',
  parse_twice: '(a) by two threads',
  plain: '(b) a straightforward converter, gzip -1',
  one: 'Tidewatch, one worker',
  two: 'Tidewatch, two workers',
}

// Not among the system's temporary files: those may lie in memory, where a sync costs nothing.
const folder = await mkdtemp(join(process.cwd(), '.bench-convert-'))
try {
  await bench()
} finally {
  await rm(folder, { recursive: true })
}

async function bench(): Promise<void> {
  const { from, specifications, records } = await makeRecords(RECORDS, folder)
  const jsonBytes = records.reduce((sum, record) => sum + record.jsonBytes, 0) / records.length
  process.stderr.write(`${records.length} variations of ${from}, ${Math.round(jsonBytes)} bytes of JSON each\n`)
  const specification = await specificationIn(specifications)
  const segments = await writeSegments(records)
  const warmUps = Math.ceil(WARM_UP_RECORDS / records.length)

  const rounds = new Map<Way, Timed[]>()
  let peakBytes: number | null = null
  let convertedFolder = ''
  const note = (way: Way, timed: Timed) => rounds.set(way, [...(rounds.get(way) ?? []), timed])
  const floorRecords = records.slice(0, FLOOR_RECORDS)
  const parsers = startParsers(floorRecords, 2)
  parseOnly(floorRecords)
  await parsers.parse()
  await convertPlainly(floorRecords, specification, folder)
  for (let round = 0; round < ROUNDS; round++) {
    note('parse', await timed(floorRecords, () => parseOnly(floorRecords)))
    note('parse_twice', await timed([...floorRecords, ...floorRecords], () => parsers.parse()))
    note('plain', await timed(floorRecords, () => convertPlainly(floorRecords, specification, folder)))
    for (const [way, workers] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      const run = { state: join(folder, `${way}-${round}`), workers, specifications, segments, warmUps }
      const result = await runConverter(run)
      note(way, { ...result, records: await recordsIn(result.convertedFolder, segments) })
      if (way === 'two') peakBytes = Math.max(peakBytes ?? 0, result.peakBytes ?? 0) || null
      convertedFolder = result.convertedFolder
    }
    process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`)
  }
  await parsers.end()
  const archive = await measureArchive({ convertedFolder, folder })
  process.stdout.write(`${conversionTable(rounds, jsonBytes)}\n${archiveTable(archive)}\n`)
  report(rounds, peakBytes, archive, jsonBytes)
}

async function specificationIn(folder: string): Promise<HistogramSpecification> {
  // Lists of bucket bounds lie there as well; they are no specifications.
  for (const name of (await readdir(folder)).sort().reverse()) {
    const found = parseSpecification(await readFile(join(folder, name), 'utf8'))
    if (found !== null) return found
  }
  throw new Error(`${folder} has no specification`)
}

/** The records as a receiver would leave them. */
async function writeSegments(records: readonly BenchRecord[]): Promise<string[]> {
  const spool = join(folder, 'spool')
  await mkdir(spool)
  await makeSpoolFolders(spool)
  const bodyBytes = records.reduce((sum, { body }) => sum + body.length, 0)
  const count = SEGMENTS_MULTIPLE * Math.ceil(bodyBytes / SEGMENT_BYTES / SEGMENTS_MULTIPLE)
  const segmentMaxBytes = Math.ceil((bodyBytes / count) * FRAMING_RATIO)
  const writer = new SpoolWriter({ spool, receiver: 'bench', segmentMaxAgeMs: 1e9, segmentMaxBytes })
  for (const { path, body } of records) {
    const result = await writer.append({ kind: 'submission', path, attributes: {}, body: [body] })
    if (result.kind !== 'synced') throw new Error(`${path} was not stored`)
  }
  await writer.stop()
  const closed = await readdir(join(spool, 'closed'))
  return closed.sort().map((name) => join(spool, 'closed', name))
}

async function timed(records: readonly BenchRecord[], work: () => void | Promise<void>): Promise<Timed> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { records: records.length, seconds, cpuSeconds: (user + system) / 1e6 }
}

async function recordsIn(convertedFolder: string, segments: readonly string[]): Promise<number> {
  let records = 0
  for (const segment of segments) {
    const name = segment.slice(segment.lastIndexOf('/') + 1)
    records += (await readConvertedIndex(join(convertedFolder, `${name}.converted`))).records.length
  }
  return records
}

/** Submissions a second of time on the clock. */
function perSecond(way: readonly Timed[] | undefined): number {
  return median((way ?? []).map(({ records, seconds }) => records / seconds))
}

/** Submissions a second that one core works on them, threads that help included; on the clock where nobody tells. */
function perCore(way: readonly Timed[] | undefined): number {
  return median((way ?? []).map(({ records, seconds, cpuSeconds }) => records / (cpuSeconds ?? seconds)))
}

/** Of one way over another, both by `speed`: each round's, in the middle. */
function ratio(
  rounds: ReadonlyMap<Way, readonly Timed[]>,
  [way, other]: readonly [Way, Way],
  speed: (way: readonly Timed[]) => number,
): number {
  const others = rounds.get(other) ?? []
  return median((rounds.get(way) ?? []).map((timed, round) => speed([timed]) / speed(others.slice(round, round + 1))))
}

function conversionTable(rounds: ReadonlyMap<Way, readonly Timed[]>, jsonBytes: number): string {
  const rows = WAYS.map((way) => {
    const core = perCore(rounds.get(way))
    const all = perSecond(rounds.get(way))
    const numbers = [core, (core * jsonBytes) / MIB, all, (all * jsonBytes) / MIB].map((value) => value.toFixed(0))
    return [TITLES[way], ...numbers, ratio(rounds, [way, 'parse'], perCore).toFixed(2)]
  })
  const head = ['', 'submissions/s a core', 'MiB/s of JSON', 'submissions/s', 'MiB/s of JSON', 'x (a), a core']
  return table(head, rows)
}

function archiveTable(archive: ArchiveResult): string {
  const { sizes, records } = archive
  const bytes = (size: number | null) => (size === null ? 'not measured' : `${Math.round(size / records)} bytes`)
  return table(
    ['archive', ''],
    [
      ['parts from converted files', `${Math.round(records / archive.partSeconds)} records/s`],
      ['peak memory of the process', `${Math.round(archive.peakBytes / MIB)} MiB`],
      ['a submission in the archive', bytes(sizes.archive)],
      ['… in a converted file', bytes(sizes.converted)],
      ['… in JSON lines, gzip -6', bytes(sizes.gzip)],
      ['… in JSON lines, xz -0', bytes(sizes.xz)],
      ['count by channel', `${archive.countByChannelMs.toFixed(2)} ms`],
      ['count by build', `${archive.countByBuildMs.toFixed(2)} ms`],
      ['the same over gzipped lines', `${archive.scanLinesMs.toFixed(0)} ms`],
    ],
  )
}

function report(
  rounds: ReadonlyMap<Way, readonly Timed[]>,
  peakBytes: number | null,
  archive: ArchiveResult,
  jsonBytes: number,
): void {
  const { sizes, records } = archive
  const oneCore = ratio(rounds, ['one', 'parse'], perCore)
  const twoWorkers = ratio(rounds, ['two', 'one'], perSecond)
  const countRatio = archive.scanLinesMs / archive.countByChannelMs
  const goals = held(FLOORS, {
    one_core_of_floor_ratio: rounded(oneCore),
    two_workers_of_one_ratio: rounded(twoWorkers),
    parts_records_per_second: Math.round(records / archive.partSeconds),
    parts_peak_mebibytes: Math.round(archive.peakBytes / MIB),
    count_by_channel_speedup_ratio: Math.round(countRatio),
    two_workers_peak_mebibytes: peakBytes === null ? null : Math.round(peakBytes / MIB),
    archive_of_xz_ratio: sizes.xz === null ? null : rounded(sizes.archive / sizes.xz),
  })
  const metrics: Record<string, number> = {
    json_bytes_per_submission: Math.round(jsonBytes),
    archive_bytes_per_submission: Math.round(sizes.archive / records),
    archive_of_gzip_ratio: rounded(sizes.archive / sizes.gzip),
    one_worker_of_plain_ratio: rounded(ratio(rounds, ['one', 'plain'], perCore)),
    two_processors_of_one_ratio: rounded(ratio(rounds, ['parse_twice', 'parse'], perSecond)),
    count_by_build_speedup_ratio: Math.round(archive.scanLinesMs / archive.countByBuildMs),
  }
  for (const way of WAYS) {
    metrics[`${way}_submissions_per_second`] = Math.round(perSecond(rounds.get(way)))
    metrics[`${way}_submissions_per_core_second`] = Math.round(perCore(rounds.get(way)))
  }
  printResult('convert', metrics, goals)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
