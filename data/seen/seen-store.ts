import { unlink } from 'node:fs/promises'
import { type EpochMs, startOfDay } from '../domain/time.ts'
import { makeFolderDurably } from '../files/durable.ts'
import { openSeenFolder } from './open-seen-folder.ts'
import type { MergeRules } from './plan-merge.ts'
import { RunSet, type Search, type SeenDamage } from './run-set.ts'
import type { RestoredDocument, SeenDocument, SeenDocuments, SeenStats } from './seen-documents.ts'
import { neededUntil, type SeenFile, seenFile } from './seen-files.ts'
import { keyWords, RECORD_BYTES, receivedAtOf, segmentTag, tagOf, writeRecord } from './seen-record.ts'
import { Tail } from './tail.ts'

export interface SeenOptions {
  readonly folder: string
  /** Told of what was lost on disk, which is remembered no more. */
  readonly onDamage?: (damage: SeenDamage) => void
  /** Told why work in the background failed; it is tried again. */
  readonly onError?: (error: unknown) => void
  /** Default: a tail of 65,536 ids, 8 runs become one, of up to 4 million ids. */
  readonly rules?: MergeRules
}

const RULES: MergeRules = { tailIds: 65_536, fanIn: 8, mostIds: 2 ** 22 }
/** So many full tails may wait to be made into runs; then remembering waits for it. */
const MOST_WAITING = 2
const TRY_AGAIN_AFTER_MS = 5000

/**
 * Opens what is remembered in a folder of its own, which is made where there is none; one process may have it open. Runs are read in the
 * background; what needs them waits.
 */
export async function openSeen(options: SeenOptions): Promise<SeenDocuments> {
  await makeFolderDurably(options.folder)
  const { files, lastNumber } = await openSeenFolder(options.folder)
  const left = await Promise.all(files.filter(({ kind }) => kind === 'tail').map((file) => Tail.read(file)))
  for (const { tail, damagedBytes } of left) {
    if (damagedBytes > 0) options.onDamage?.({ file: tail.file, bytes: damagedBytes })
  }
  const runs = files.filter(({ kind }) => kind === 'run')
  return new SeenStore(options, { left, runs, lastNumber })
}

type LeftTail = Awaited<ReturnType<typeof Tail.read>>

class SeenStore implements SeenDocuments {
  readonly #options: SeenOptions
  readonly #rules: MergeRules
  readonly #runs = new RunSet()
  /** Runs that are still to be read. */
  #unread: readonly SeenFile[]
  #reading: Promise<void> | null = null
  #lastNumber: number
  /** What is added to. */
  #tail: Tail | null = null
  /** Tails that are to become runs, oldest first. */
  #waiting: Tail[]
  /** The last batch of each tail of an earlier process, until its transaction is known to be committed or not. */
  #doubtful: readonly LeftTail[]
  /** The last batch of this process, likewise; before it the tail had so many documents. */
  #unconfirmed: { readonly segment: string; readonly tail: Tail; readonly from: number } | null = null
  /** Whoever changes the files takes his turn. */
  #turn: Promise<unknown> = Promise.resolve()
  #isWorking = false
  #failure: { readonly error: unknown; readonly at: number } | null = null
  #isClosed = false
  /** Something of the files can't be read any more, and wasn't remembered anew since. */
  #hasLost: boolean

  constructor(
    options: SeenOptions,
    {
      left,
      runs,
      lastNumber,
    }: { readonly left: readonly LeftTail[]; readonly runs: readonly SeenFile[]; readonly lastNumber: number },
  ) {
    this.#options = options
    this.#rules = options.rules ?? RULES
    this.#waiting = left.map(({ tail }) => tail)
    this.#doubtful = left.filter(({ doubtful }) => doubtful !== null)
    this.#unread = runs
    this.#lastNumber = lastNumber
    this.#hasLost = left.some(({ damagedBytes }) => damagedBytes > 0)
    // Whoever needs it hears of its failure, and begins anew.
    this.#loaded().catch(() => undefined)
  }

  async settle(readMerged: (segments: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void> {
    const unconfirmed = this.#unconfirmed
    const segments = this.#doubtful.flatMap(({ doubtful }) => (doubtful === null ? [] : [doubtful.segment]))
    if (unconfirmed !== null) segments.push(unconfirmed.segment)
    if (segments.length > 0) {
      const merged = await readMerged(segments)
      for (const { tail, doubtful } of this.#doubtful) {
        if (doubtful !== null && merged.has(doubtful.segment)) tail.table.add(doubtful.records)
      }
      this.#doubtful = []
      if (unconfirmed !== null && !merged.has(unconfirmed.segment)) {
        // The file still has it: a run without it takes the file's place.
        unconfirmed.tail.table.cutTo(unconfirmed.from)
        this.#endTail()
      }
      this.#unconfirmed = null
    }
    this.#workOn()
  }

  async find(keys: readonly string[], segment: string): Promise<SeenDocument[]> {
    await this.#loaded()
    const found: SeenDocument[] = []
    const own = segmentTag(segment)
    const searches: Search[] = keys.map((duplicateKey) => ({
      key: keyWords(duplicateKey),
      visit: (records, at) => {
        if (tagOf(records, at) !== own) found.push({ duplicateKey, receivedAt: receivedAtOf(records, at) })
      },
    }))
    for (const { table } of this.#tails()) for (const { key, visit } of searches) table.find(key, visit)
    await this.#runs.find(searches)
    return found
  }

  async remember(segment: string, documents: readonly SeenDocument[], now: EpochMs): Promise<void> {
    if (this.#unconfirmed !== null || this.#doubtful.length > 0) {
      throw new Error('documents were remembered before and are in doubt: settle that first')
    }
    if (documents.length === 0) return
    const tag = segmentTag(segment)
    const tail = await this.#tailOf(startOfDay(now))
    const from = tail.table.count
    await this.#append(tail, { segment, records: recordsOf(documents.map((document) => ({ ...document, tag }))) })
    this.#unconfirmed = { segment, tail, from }
  }

  confirm(segment: string): void {
    if (this.#unconfirmed?.segment !== segment) return
    this.#unconfirmed = null
    this.#endFullTail()
    this.#workOn()
  }

  async restore(batches: AsyncIterable<readonly RestoredDocument[]>): Promise<number> {
    let restored = 0
    for await (const documents of inPieces(batches, this.#rules.tailIds)) {
      const rememberedAt = documents.reduce((last, document) => Math.max(last, document.rememberedAt), 0)
      const tail = await this.#tailOf(startOfDay(rememberedAt))
      const tagged = documents.map((document) => ({ ...document, tag: segmentTag(document.segment) }))
      await this.#append(tail, { segment: '', records: recordsOf(tagged) })
      restored += documents.length
      this.#endFullTail()
    }
    this.#workOn()
    return restored
  }

  async mend(read: () => AsyncIterable<readonly RestoredDocument[]>): Promise<number | null> {
    await this.#loaded()
    if (!this.#hasLost) return null
    // What is in doubt may have to be cut off again: nothing comes behind it.
    if (this.#unconfirmed !== null) this.#endTail()
    const restored = await this.restore(read())
    await this.#inTurn(() => this.#runs.rewriteDamaged(this.#options.folder, () => this.#nextNumber()))
    this.#hasLost = false
    return restored
  }

  clear(): Promise<void> {
    return this.#inTurn(async () => {
      this.#endTail()
      this.#unconfirmed = null
      this.#doubtful = []
      while (this.#waiting.length > 0) await this.#removeOldestTail()
      await this.#runs.forget(Number.POSITIVE_INFINITY)
    })
  }

  forget(before: EpochMs): Promise<number> {
    return this.#inTurn(async () => {
      const tail = this.#tail
      const isOld = tail !== null && neededUntil(tail.file.day, tail.table.lastReceived()) < before
      if (isOld && this.#unconfirmed === null) this.#endTail()
      while (await this.#makeRun());
      return this.#runs.forget(before)
    })
  }

  stats(): SeenStats {
    const tables = this.#tails().map(({ table }) => table)
    const runs = this.#runs.all
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
    return {
      ids: sum([...tables.map(({ count }) => count), ...runs.map(({ ids }) => ids)]),
      runs: runs.length,
      memoryBytes: sum([
        ...tables.map(({ bytes }) => bytes),
        ...runs.map(({ filter, fences }) => filter.bytes + fences.byteLength),
      ]),
      ...this.#runs.counters,
    }
  }

  async settled(): Promise<void> {
    await this.#turn
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#turn
    await this.#reading?.catch(() => undefined)
    for (const tail of this.#tails()) await tail.close()
    await this.#runs.close()
  }

  #tails(): readonly Tail[] {
    return this.#tail === null ? this.#waiting : [...this.#waiting, this.#tail]
  }

  #loaded(): Promise<void> {
    if (this.#unread.length === 0) return Promise.resolve()
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const damaged = await this.#runs.load(this.#unread)
    this.#unread = []
    if (damaged.length > 0) this.#hasLost = true
    for (const damage of damaged) this.#options.onDamage?.(damage)
  }

  /** The tail for what is remembered on this day, once there is room for another. */
  async #tailOf(day: EpochMs): Promise<Tail> {
    if (this.#tail !== null && this.#tail.file.day !== day) this.#endTail()
    if (this.#tail !== null) return this.#tail
    // A disk that takes no run is an error of whoever remembers, not of memory that fills up.
    while (this.#waiting.length >= MOST_WAITING && (await this.#inTurn(() => this.#makeRun())));
    this.#tail = await Tail.create(seenFile(this.#options.folder, 'tail', day, this.#nextNumber()))
    return this.#tail
  }

  async #append(tail: Tail, batch: { readonly segment: string; readonly records: Buffer }): Promise<void> {
    try {
      await tail.append(batch)
    } catch (error) {
      this.#endTail()
      throw error
    }
  }

  #endFullTail(): void {
    if (this.#tail !== null && this.#tail.table.count >= this.#rules.tailIds) this.#endTail()
  }

  #endTail(): void {
    if (this.#tail !== null) this.#waiting.push(this.#tail)
    this.#tail = null
  }

  /** Begins to make runs of tails and larger runs of small ones, unless that goes on or has just failed. */
  #workOn(): void {
    const justFailed = this.#failure !== null && performance.now() - this.#failure.at < TRY_AGAIN_AFTER_MS
    if (this.#isWorking || this.#isClosed || justFailed) return
    this.#isWorking = true
    void this.#inTurn(async () => {
      try {
        while (!this.#isClosed && ((await this.#makeRun()) || (await this.#mergeRuns())));
        this.#failure = null
      } catch (error) {
        this.#failure = { error, at: performance.now() }
        this.#options.onError?.(error)
      } finally {
        this.#isWorking = false
      }
    }).catch((error: unknown) => this.#options.onError?.(error))
  }

  /** Makes a run of the oldest tail; false where there is none to be made. */
  async #makeRun(): Promise<boolean> {
    const tail = this.#waiting[0]
    if (tail === undefined || this.#doubtful.length > 0 || tail === this.#unconfirmed?.tail) return false
    const { folder } = this.#options
    if (tail.table.count > 0) {
      const file = seenFile(folder, 'run', tail.file.day, this.#nextNumber())
      await this.#runs.addTable(tail.table, file, [tail.file.number])
    }
    await this.#removeOldestTail()
    return true
  }

  async #removeOldestTail(): Promise<void> {
    const tail = this.#waiting[0]
    if (tail === undefined) return
    await tail.close()
    this.#waiting.shift()
    await unlink(tail.file.path)
  }

  #mergeRuns(): Promise<boolean> {
    return this.#runs.merge(this.#options.folder, this.#rules, () => this.#nextNumber())
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      await this.#loaded()
      return work()
    })
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  #nextNumber(): number {
    return ++this.#lastNumber
  }
}

/** A compacted file may hold more documents than any tail. */
async function* inPieces(
  batches: AsyncIterable<readonly RestoredDocument[]>,
  most: number,
): AsyncGenerator<readonly RestoredDocument[]> {
  for await (const batch of batches) {
    for (let from = 0; from < batch.length; from += most) yield batch.slice(from, from + most)
  }
}

function recordsOf(documents: readonly (SeenDocument & { readonly tag: number })[]): Buffer {
  const records = Buffer.alloc(documents.length * RECORD_BYTES)
  for (const [n, document] of documents.entries()) writeRecord(records, n * RECORD_BYTES, document)
  return records
}
