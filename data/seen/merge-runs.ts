import type { RecordTable } from './record-table.ts'
import { type Run, readBlocks } from './run.ts'
import { recordsEnd } from './run-blocks.ts'
import type { SeenFile } from './seen-files.ts'
import { firstWord, RECORD_BYTES } from './seen-record.ts'
import { RunWriter } from './write-run.ts'

/** Writes what is in a tail as a run that replaces it. */
export async function writeTable(table: RecordTable, file: SeenFile, replaces: readonly number[]): Promise<Run> {
  const { records, places } = table.sorted()
  return writeRun(file, table.count, replaces, async (writer) => {
    for (const at of places) if (writer.add(records, at)) await writer.flush()
  })
}

/**
 * Writes several runs as one that replaces them, reading some blocks of each at a time. A record that stands in two of
 * them is written once; a damaged block is left out.
 */
export async function mergeRuns(runs: readonly Run[], file: SeenFile): Promise<Run> {
  const mostIds = runs.reduce((sum, { ids }) => sum + ids, 0)
  const replaces = runs.map((run) => run.file.number)
  return writeRun(file, mostIds, replaces, async (writer) => {
    const cursors = runs.map((run) => new Cursor(run))
    for (const cursor of cursors) await cursor.open()
    // A copy: its block may be read over before the next record is compared with it.
    const last = Buffer.alloc(RECORD_BYTES)
    let isFirst = true
    for (let next = least(cursors); next !== null; next = least(cursors)) {
      const { block, at } = next
      if (isFirst || !isSame(last, 0, block, at)) {
        if (writer.add(block, at)) await writer.flush()
        block.copy(last, 0, at, at + RECORD_BYTES)
        isFirst = false
      }
      if (!next.step()) await next.open()
    }
  })
}

async function writeRun(
  file: SeenFile,
  mostIds: number,
  replaces: readonly number[],
  fill: (writer: RunWriter) => Promise<void>,
): Promise<Run> {
  const writer = await RunWriter.create(file, mostIds)
  try {
    await fill(writer)
    return await writer.finish(replaces)
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

const EMPTY = Buffer.alloc(0)

/** Where a run is being read. */
class Cursor {
  readonly #pieces: AsyncGenerator<readonly (Buffer | null)[]>
  #blocks: readonly (Buffer | null)[] = []
  #nextBlock = 0
  #end = 0
  block: Buffer = EMPTY
  at = 0
  /** Of the record at hand; Infinity: there is none left. */
  word = Number.POSITIVE_INFINITY

  constructor(run: Run) {
    this.#pieces = readBlocks(run.handle)
  }

  /** To the next record of the blocks at hand; false where there is none: then `open`. */
  step(): boolean {
    this.at += RECORD_BYTES
    if (this.at < this.#end) {
      this.word = firstWord(this.block, this.at)
      return true
    }
    while (this.#nextBlock < this.#blocks.length) {
      const block = this.#blocks[this.#nextBlock++] ?? null
      if (block === null) continue
      this.block = block
      this.#end = recordsEnd(block)
      this.at = 0
      this.word = firstWord(block, 0)
      return true
    }
    return false
  }

  /** Reads on to the first record of the next blocks. */
  async open(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#pieces.next()
      if (done === true) break
      this.#blocks = value
      this.#nextBlock = 0
      this.#end = 0
      if (this.step()) return
    }
    this.word = Number.POSITIVE_INFINITY
  }
}

/** Few runs are merged at a time: a heap would not be faster. */
function least(cursors: readonly Cursor[]): Cursor | null {
  let found: Cursor | null = null
  let word = Number.POSITIVE_INFINITY
  for (const cursor of cursors) {
    if (cursor.word >= word) continue
    found = cursor
    word = cursor.word
  }
  return found
}

function isSame(a: Buffer, aAt: number, b: Buffer, bAt: number): boolean {
  return firstWord(a, aAt) === firstWord(b, bAt) && a.compare(b, bAt, bAt + RECORD_BYTES, aAt, aAt + RECORD_BYTES) === 0
}
