import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeSpoolFolders } from '../../data/spool/folders.ts'
import { closeOrphans } from '../../data/spool/orphans.ts'
import { type CreateSegmentFile, createSegmentFile } from '../../data/spool/segment-file.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { Random } from '../support/random.ts'
import { afterPowerCut, type DiskEvent, type DiskImage, Recording, record } from '../support/recorded-disk.ts'
import { segmentsOnDisk } from './receiver-process.ts'

// Everything that the spool does to the disk goes through here, whichever of its modules does it.
vi.mock('node:fs/promises', async (original) => {
  const { recordedFs } = await import('../support/recorded-disk.ts')
  return recordedFs(await original())
})

/** A life of a receiver each, and so many power cuts in it. A run that fails names its seed. */
const LIVES = Number(process.env.TIDEWATCH_POWER_CUT_LIVES ?? 20)
const CUTS_PER_LIFE = 20

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-power-'))
})
afterEach(async () => {
  record(null)
  await rm(folder, { recursive: true })
})

describe(`the power goes in the middle (${LIVES} lives, ${CUTS_PER_LIFE} cuts each)`, () => {
  test('whatever was acknowledged is there once, as it was sent, and nothing is that was not sent', async () => {
    for (let seed = 1; seed <= LIVES; seed++) {
      const complaints = await live(seed)
      expect(complaints, `seed ${seed}`).toEqual([])
    }
  })

  test.each<{ claim: string; createFile: CreateSegmentFile }>([
    {
      claim: 'a writer that acknowledges without a sync',
      createFile: async (path) => ({ ...(await createSegmentFile(path)), sync: async () => {} }),
    },
    { claim: 'a writer that takes the word of a second sync', createFile: secondSync },
    {
      claim: 'a writer that makes files without syncing their folder',
      createFile: async (path) => ({ ...(await createSegmentFile(path)), syncEntry: async () => {} }),
    },
  ])('$claim is found out', async ({ createFile }) => {
    const complaints: string[] = []
    for (let seed = 1; seed <= LIVES && complaints.length === 0; seed++)
      complaints.push(...(await live(seed, createFile)))
    expect(complaints.join()).toContain('lost')
  })
})

/** A receiver's life on a disk that fails now and then, and what is wrong after a power cut at any moment of it. */
async function live(seed: number, createFile?: CreateSegmentFile): Promise<string[]> {
  const random = new Random(seed)
  const spool = join(folder, `life-${seed}`)
  await makeSpoolFolders(spool)
  const recording = new Recording(spool, faultsOf(random))
  record(recording)
  const sent = await writeInBursts(spool, random, recording, createFile)
  record(null)
  if (createFile === undefined) await expectWholeRecording(recording)

  const complaints: string[] = []
  for (let cut = 0; cut < CUTS_PER_LIFE; cut++) {
    const events = recording.events.slice(0, random.below(recording.events.length + 1))
    const found = await recovered(afterPowerCut(events, random), spool)
    const wrong = whatIsWrong(found, sent, events)
    if (wrong.length > 0)
      complaints.push(`cut after ${events.length} of ${recording.events.length} events: ${wrong.join(', ')}`)
  }
  return complaints
}

/** One step in fifty fails, in half of the lives. */
function faultsOf(random: Random): (kind: DiskEvent['kind']) => Error | null {
  const percent = random.chance(50) ? 2 : 0
  return (kind) => {
    if (kind === 'create' || !random.chance(percent)) return null
    const code = random.pick(['ENOSPC', 'EIO'])
    return Object.assign(new Error(code), { code })
  }
}

/** What was given to the writer: body by name, whatever became of it. */
async function writeInBursts(
  spool: string,
  random: Random,
  recording: Recording,
  createFile?: CreateSegmentFile,
): Promise<ReadonlyMap<string, string>> {
  const writer = new SpoolWriter({
    spool,
    receiver: 'local',
    segmentMaxAgeMs: 5 + random.below(40),
    segmentMaxBytes: 1_000 + random.below(40_000),
    ...(createFile === undefined ? {} : { createFile }),
  })
  const sent = new Map<string, string>()
  const answers: Promise<void>[] = []
  const bursts = 4 + random.below(12)
  for (let burst = 0; burst < bursts; burst++) {
    for (let left = random.below(40); left > 0; left--) {
      const name = `/submit/telemetry/${burst}-${left}-${random.word(6)}`
      const body = random.word(1 + random.below(4)).repeat(random.below(random.chance(10) ? 4000 : 200))
      sent.set(name, body)
      const half = body.length >> 1
      const pieces = [Buffer.from(body.slice(0, half)), Buffer.from(body.slice(half))]
      answers.push(
        writer.append({ kind: 'submission', path: name, attributes: {}, body: pieces }).then((answer) => {
          if (answer.kind === 'synced') recording.told(`${name} ${answer.segment} ${answer.frame}`)
        }),
      )
      if (random.chance(20)) await new Promise(setImmediate)
    }
    await (random.chance(50) ? Promise.all(answers) : sleep(random.below(4)))
  }
  await Promise.all(answers)
  await writer.stop()
  return sent
}

/** The recording replayed without a power cut is what really lies on the disk: nothing went past it. */
async function expectWholeRecording({ events, root }: Recording): Promise<void> {
  const image = afterPowerCut(events, null)
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  expect([...image.keys()].sort()).toEqual(paths.sort())
  for (const path of paths) expect(image.get(path)?.equals(await readFile(path))).toBe(true)
}

interface Found {
  readonly name: string
  readonly body: string
  readonly segment: string
  readonly frame: number
}

/** What a new start finds on this disk: it closes what the dead left open, and reads all of it. */
async function recovered(image: DiskImage, from: string): Promise<Found[]> {
  const spool = join(folder, 'recovered')
  await makeSpoolFolders(spool)
  for (const [path, bytes] of image) {
    const restored = join(spool, relative(from, path))
    await mkdir(dirname(restored), { recursive: true })
    await writeFile(restored, bytes)
  }
  await closeOrphans(spool, () => false)
  expect(await readdir(join(spool, 'open'))).toEqual([])
  const found = (await segmentsOnDisk(spool)).flatMap(({ header, frames }) =>
    frames.flatMap((frame) =>
      frame.kind === 'submission'
        ? [{ name: frame.path, body: Buffer.from(frame.body).toString(), segment: header.segment, frame: frame.number }]
        : [],
    ),
  )
  await rm(spool, { recursive: true })
  return found
}

function whatIsWrong(
  found: readonly Found[],
  sent: ReadonlyMap<string, string>,
  events: readonly DiskEvent[],
): string[] {
  const names = found.map(({ name }) => name)
  const places = new Set(found.map(({ name, segment, frame }) => `${name} ${segment} ${frame}`))
  const told = events.flatMap((event) => (event.kind === 'told' ? [event.what] : []))
  return [
    ...told.filter((what) => !places.has(what)).map((what) => `lost: ${what}`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `twice: ${name}`),
    ...found.filter(({ name, body }) => sent.get(name) !== body).map(({ name }) => `never sent: ${name}`),
  ]
}

async function secondSync(path: string) {
  const file = await createSegmentFile(path)
  return { ...file, sync: () => file.sync().catch(() => file.sync()) }
}
