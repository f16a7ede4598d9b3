import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { SeenDocument, SeenDocuments } from '../../data/seen/seen-documents.ts'
import { openSeen } from '../../data/seen/seen-store.ts'
import { testKey } from '../../data/seen/testing/test-key.ts'
import { Random } from '../support/random.ts'
import { afterPowerCut, type DiskEvent, type DiskImage, Recording, record } from '../support/recorded-disk.ts'

// Everything that is done to the disk goes through here, whichever module does it.
vi.mock('node:fs/promises', async (original) => {
  const { recordedFs } = await import('../support/recorded-disk.ts')
  return recordedFs(await original())
})

/** A life each, and so many power cuts in it. A run that fails names its seed. */
const LIVES = Number(process.env.TIDEWATCH_POWER_CUT_LIVES ?? 12)
const CUTS_PER_LIFE = 12
const SEGMENTS = 60
const DIFFERENT_KEYS = 150
const START: EpochMs = Date.UTC(2014, 0, 16, 9)
const WINDOW_MS = 2 * DAY_MS
/** So small that runs are made and merged all the time. */
const RULES = { tailIds: 12, fanIn: 3, mostIds: 100 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-seen-power-'))
})
afterEach(async () => {
  record(null)
  await rm(folder, { recursive: true })
})

describe(`the power goes in the middle (${LIVES} lives, ${CUTS_PER_LIFE} cuts each)`, () => {
  test('what was committed is found, what was not is not, and each once', async () => {
    for (let seed = 1; seed <= LIVES; seed++) expect(await live(seed), `seed ${seed}`).toEqual([])
  })

  test('a ledger that forgets is found out, and so is one that invents', async () => {
    // Where the cuts fall hangs on how far merging had come: what one life doesn't show another does.
    expect(await liveUntil('lost', () => false)).toContain('lost')
    expect(await liveUntil('invented', () => true)).toContain('invented')
  })
})

/** What a segment brought, and when it is needed no longer. */
interface Brought {
  readonly segment: string
  readonly documents: readonly SeenDocument[]
  readonly now: EpochMs
}

/** What the transactions of the database came to, as the recording tells of them. */
interface History {
  readonly brought: ReadonlyMap<string, Brought>
  readonly events: readonly DiskEvent[]
  /** What was answered while it went on and should not have been. */
  readonly complaints: readonly string[]
}

/** `isMerged` stands for the ledger where the test wants to see whether a wrong one would be noticed. */
async function live(seed: number, isMerged?: (segment: string) => boolean): Promise<string[]> {
  const random = new Random(seed)
  const root = join(folder, `life-${seed}`)
  const history = await bringAll(random, root)
  const complaints = [...history.complaints]
  for (let cut = 0; cut < CUTS_PER_LIFE; cut++) {
    const events = history.events.slice(0, random.below(history.events.length + 1))
    const image = afterPowerCut(events, random)
    const wrong = await whatIsWrong(image, events, history, root, isMerged)
    complaints.push(...wrong.map((text) => `cut after ${events.length} of ${history.events.length} events: ${text}`))
  }
  await rm(root, { recursive: true })
  return complaints
}

/** The complaints of the first life that has such a one, or of the last. */
async function liveUntil(complaint: string, isMerged: (segment: string) => boolean): Promise<string> {
  let complaints = ''
  for (let seed = 1; seed <= LIVES && !complaints.includes(complaint); seed++) {
    complaints = (await live(seed, isMerged)).join()
  }
  return complaints
}

/** Segments, one transaction each: most are committed, some fail, the disk has its moods, and days pass. */
async function bringAll(random: Random, root: string): Promise<History> {
  const fails = random.chance(50) ? 3 : 0
  const recording = new Recording(root, (kind) =>
    kind !== 'create' && random.chance(fails) ? Object.assign(new Error('EIO'), { code: 'EIO' }) : null,
  )
  await mkdir(root)
  record(recording)
  const seen = await openSeen({ folder: root, rules: RULES })
  const brought = new Map<string, Brought>()
  const committed = new Set<string>()
  const complaints: string[] = []
  let now = START
  for (let n = 0; n < SEGMENTS; n++) {
    now += random.chance(10) ? 9 * HOUR_MS : 60_000
    const one = { segment: `s${n}`, documents: documentsOf(random, now), now }
    brought.set(one.segment, one)
    await seen.settle(async (segments) => new Set(segments.filter((segment) => committed.has(segment))))
    complaints.push(...(await wrongAnswers(seen, { brought, committed, inDoubt: new Set() })))
    const isRemembered = await seen.remember(one.segment, one.documents, now).then(
      () => true,
      () => false,
    )
    if (!isRemembered || random.chance(10)) continue
    // The database's commit: its durability is its own affair.
    recording.told(`committing ${one.segment}`)
    committed.add(one.segment)
    recording.told(`committed ${one.segment}`)
    if (random.chance(90)) seen.confirm(one.segment)
    if (random.chance(5)) await seen.forget(now - WINDOW_MS).catch(() => 0)
  }
  await seen.close()
  record(null)
  return { brought, events: recording.events, complaints }
}

function documentsOf(random: Random, now: EpochMs): SeenDocument[] {
  return Array.from({ length: random.below(8) }, () => ({
    duplicateKey: testKey(random.below(DIFFERENT_KEYS)),
    receivedAt: now - random.below(2 * HOUR_MS),
  }))
}

async function whatIsWrong(
  image: DiskImage,
  events: readonly DiskEvent[],
  { brought }: History,
  root: string,
  isMerged?: (segment: string) => boolean,
): Promise<string[]> {
  const told = new Set(events.flatMap((event) => (event.kind === 'told' ? [event.what] : [])))
  const committed = new Set([...brought.keys()].filter((segment) => told.has(`committed ${segment}`)))
  const begun = new Set([...brought.keys()].filter((segment) => told.has(`committing ${segment}`)))
  const copy = await mkdtemp(join(folder, 'after-'))
  for (const [path, bytes] of image) {
    const target = join(copy, relative(root, path))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes)
  }
  const damaged: string[] = []
  const open = () =>
    openSeen({ folder: copy, rules: RULES, onDamage: ({ file, bytes }) => damaged.push(`${file.path} ${bytes}`) })
  const ledger = async (segments: readonly string[]) =>
    new Set(segments.filter(isMerged ?? ((segment) => committed.has(segment))))
  const wrong: string[] = []
  // Twice: what was mended is still so after another restart.
  for (let start = 0; start < 2; start++) {
    const seen = await open()
    await seen.settle(ledger)
    wrong.push(...(await wrongAnswers(seen, { brought, committed, inDoubt: begun })))
    await seen.settled()
    wrong.push(...(await wrongAnswers(seen, { brought, committed, inDoubt: begun })))
    await seen.close()
  }
  const left = (await readdir(copy)).filter((name) => !/\.(run|tail)$/.test(name))
  await rm(copy, { recursive: true })
  return [...wrong, ...damaged.map((file) => `damaged: ${file}`), ...left.map((name) => `left over: ${name}`)]
}

interface Truth {
  readonly brought: ReadonlyMap<string, Brought>
  readonly committed: ReadonlySet<string>
  /** Either is right. */
  readonly inDoubt: ReadonlySet<string>
}

/** Asks for every key there is, and holds the answers against all that was ever brought. */
async function wrongAnswers(seen: SeenDocuments, { brought, committed, inDoubt }: Truth): Promise<string[]> {
  const keys = Array.from({ length: DIFFERENT_KEYS }, (_, n) => testKey(n))
  const name = ({ duplicateKey, receivedAt }: SeenDocument) => `${duplicateKey.slice(0, 6)} of ${receivedAt}`
  const found = new Set((await seen.find(keys, 'asking')).map(name))
  const newest = [...brought.values()].reduce((last, { now }) => Math.max(last, now), 0)
  const of = (isOne: (one: Brought) => boolean) =>
    [...brought.values()].filter(isOne).flatMap(({ documents }) => documents)
  const needed = of(({ segment, now }) => committed.has(segment) && now >= newest - WINDOW_MS).map(name)
  const allowed = new Set(of(({ segment }) => committed.has(segment) || inDoubt.has(segment)).map(name))
  return [
    ...needed.filter((document) => !found.has(document)).map((document) => `lost: ${document}`),
    ...[...found].filter((document) => !allowed.has(document)).map((document) => `invented: ${document}`),
  ]
}
