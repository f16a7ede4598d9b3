import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY_MS, type EpochMs } from '../data/domain/time.ts'
import type { SeenDocument, SeenDocuments } from '../data/seen/seen-documents.ts'
import { openSeen } from '../data/seen/seen-store.ts'
import { askedOf } from './options.ts'
import { atMost, held, printResult, table } from './report.ts'

const FLOORS = {
  disk_bytes_per_id: atMost(24, 'at the most that was ever on disk'),
  memory_bytes_per_id: atMost(3, 'of the process from 50 million ids on; with fewer, as the store counts it'),
}
const asked = askedOf({
  name: 'ids',
  about: `
Remembers a week of documents as the merge does, asks for some of them again, and says what an id costs on disk and in memory.
--ids 100000000 needs 3 GB of disk and some minutes.`,
  options: {
    ids: { value: 'N', about: 'How many are remembered, from 1000. Default: 2000000.' },
    batch: { value: 'N', about: 'How many a segment brings. Default: 1000.' },
  },
  floors: FLOORS,
})
const ids = asked.whole('ids', 2_000_000, 1000)
const batch = asked.whole('batch', 1000)

const WEEK_DAYS = 7
const FIRST_DAY: EpochMs = Date.UTC(2014, 0, 13)
const QUESTIONS = 100_000
/** So many of each segment's documents are asked for before, and as many that came before. */
const ASKED_RATIO = 0.01
/** Below, what Node.js itself takes outweighs what the ids take. */
const LEAST_FOR_RSS = 50_000_000

const keyBytes = Buffer.alloc(16)

/** The key of the document `n`: as evenly spread as the hash that a real one is. */
function keyOf(n: number): string {
  for (let word = 0; word < 4; word++) {
    let mixed = Math.imul((n ^ Math.imul(word + 1, 0x9e3779b9)) >>> 0, 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ word, 0xc2b2ae35)
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f)
    keyBytes.writeInt32BE(mixed ^ (mixed >>> 15), 4 * word)
  }
  return keyBytes.toString('hex')
}

const folder = await mkdtemp(join(tmpdir(), 'tidewatch-ids-'))
try {
  const emptyRss = process.memoryUsage().rss
  const seen = await openSeen({ folder })
  const filled = await fill(seen)
  await seen.settled()
  const { memoryBytes, runs } = seen.stats()
  const diskBytes = await bytesIn(folder)
  const rssBytes = process.memoryUsage().rss - emptyRss
  const known = await ask(seen, 0)
  const unknown = await ask(seen, 2 * ids)
  await seen.close()
  const openedAt = performance.now()
  const again = await openSeen({ folder })
  await again.settle(async (segments) => new Set(segments))
  // Waits until all runs are read.
  await again.find([], '')
  const openSeconds = (performance.now() - openedAt) / 1000
  const knownAfter = await ask(again, 0)
  await again.close()

  const wrong = [
    ['copies missed while filling', filled.missed],
    ['documents taken for copies while filling', filled.taken],
    ['known documents not found', QUESTIONS - known.found],
    ['known documents not found after a restart', QUESTIONS - knownAfter.found],
    ['unknown documents found', unknown.found],
  ].filter(([, count]) => count !== 0)
  if (wrong.length > 0) throw new Error(wrong.map(([what, count]) => `${what}: ${count}`).join(', '))

  const metrics = {
    ids,
    disk_bytes_per_id: diskBytes / ids,
    peak_disk_bytes_per_id: Math.max(diskBytes, filled.peakDiskBytes) / ids,
    memory_bytes_per_id: memoryBytes / ids,
    rss_bytes_per_id: rssBytes / ids,
    runs,
    remembered_per_second: ids / filled.seconds,
    remember_p95_ms: filled.p95Ms,
    known_questions_per_second: QUESTIONS / known.seconds,
    unknown_questions_per_second: QUESTIONS / unknown.seconds,
    false_reads_per_unknown_question: unknown.falseReads / QUESTIONS,
    open_seconds: openSeconds,
  }
  const rows = Object.entries(metrics).map(([name, value]) => [name.replaceAll('_', ' '), format(value)])
  process.stdout.write(`${table(['seen ids', ''], rows)}\n`)
  const reached = {
    disk_bytes_per_id: metrics.peak_disk_bytes_per_id,
    memory_bytes_per_id: ids >= LEAST_FOR_RSS ? metrics.rss_bytes_per_id : metrics.memory_bytes_per_id,
  }
  printResult('ids', metrics, held(FLOORS, reached))
} finally {
  await rm(folder, { recursive: true })
}

/** Remembers them all, segment after segment, through a week. */
async function fill(seen: SeenDocuments) {
  const startedAt = performance.now()
  const times: number[] = []
  let [missed, taken, peakDiskBytes] = [0, 0, 0]
  for (let first = 0, segment = 0; first < ids; first += batch, segment++) {
    const now = FIRST_DAY + Math.floor((first / ids) * WEEK_DAYS * DAY_MS)
    const count = Math.min(batch, ids - first)
    const documents: SeenDocument[] = Array.from({ length: count }, (_, n) => ({
      duplicateKey: keyOf(first + n),
      receivedAt: now,
    }))
    const some = Math.ceil(count * ASKED_RATIO)
    const copies = first === 0 ? [] : Array.from({ length: some }, () => keyOf(below(first)))
    const fresh = documents.slice(0, some).map(({ duplicateKey }) => duplicateKey)
    const segmentAt = performance.now()
    await seen.settle(async () => new Set())
    const found = await seen.find([...fresh, ...copies], `${segment}`)
    await seen.remember(`${segment}`, documents, now)
    seen.confirm(`${segment}`)
    times.push(performance.now() - segmentAt)
    const foundKeys = new Set(found.map(({ duplicateKey }) => duplicateKey))
    missed += copies.filter((key) => !foundKeys.has(key)).length
    taken += fresh.filter((key) => foundKeys.has(key)).length
    if (segment % Math.ceil(ids / batch / 500) === 0) peakDiskBytes = Math.max(peakDiskBytes, await bytesIn(folder))
  }
  times.sort((a, b) => a - b)
  const p95Ms = times[Math.floor(times.length * 0.95)] ?? 0
  return { seconds: (performance.now() - startedAt) / 1000, p95Ms, missed, taken, peakDiskBytes }
}

/** Asks for documents drawn from as many as there are, beginning with this one, as segments do. */
async function ask(seen: SeenDocuments, first: number) {
  const before = seen.stats().falseReads
  const startedAt = performance.now()
  let found = 0
  for (let asked = 0; asked < QUESTIONS; asked += batch) {
    const keys = Array.from({ length: Math.min(batch, QUESTIONS - asked) }, () => keyOf(first + below(ids)))
    const documents = await seen.find(keys, '')
    const foundKeys = new Set(documents.map(({ duplicateKey }) => duplicateKey))
    found += keys.filter((key) => foundKeys.has(key)).length
  }
  return { found, seconds: (performance.now() - startedAt) / 1000, falseReads: seen.stats().falseReads - before }
}

function below(end: number): number {
  return Math.floor(Math.random() * end)
}

async function bytesIn(path: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(path))
    bytes += await stat(join(path, name)).then(
      ({ size }) => size,
      () => 0,
    )
  return bytes
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
