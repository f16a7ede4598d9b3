import { unlink } from 'node:fs/promises'
import type { EpochMs } from '../domain/time.ts'
import { mergeRuns, writeTable } from './merge-runs.ts'
import { type MergeRules, planMerge } from './plan-merge.ts'
import type { RecordTable } from './record-table.ts'
import { blocksFor, findInBlock, loadRun, type Run, readBlock, runNeededUntil } from './run.ts'
import { BLOCK_BYTES } from './run-blocks.ts'
import { type SeenFile, seenFile } from './seen-files.ts'
import type { KeyWords } from './seen-record.ts'

/** A key that is looked for, and who is told of each record that has it. */
export interface Search {
  readonly key: KeyWords
  readonly visit: (records: Buffer, at: number) => void
}

/** So much of a file doesn't verify, which no crash does. */
export interface SeenDamage {
  readonly file: SeenFile
  readonly bytes: number
}

/** The runs of a folder: what is looked up on disk. */
export class RunSet {
  #runs: Run[] = []
  #finding = 0
  /** Replaced while somebody was reading them. */
  #retired: Run[] = []
  /** Some of their blocks don't verify. */
  readonly #damaged = new Set<Run>()
  #reads = 0
  #falseReads = 0

  /** Reads the files whole, one after the other; answers what of them is damaged. */
  async load(files: readonly SeenFile[]): Promise<readonly SeenDamage[]> {
    const damaged: SeenDamage[] = []
    const loaded: Run[] = []
    try {
      for (const file of files) {
        const { run, damagedBlocks } = await loadRun(file)
        loaded.push(run)
        if (damagedBlocks === 0) continue
        damaged.push({ file, bytes: damagedBlocks * BLOCK_BYTES })
        this.#damaged.add(run)
      }
    } catch (error) {
      for (const { handle } of loaded) await handle.close()
      throw error
    }
    this.#runs.push(...loaded)
    return damaged
  }

  get all(): readonly Run[] {
    return this.#runs
  }

  get counters(): { readonly reads: number; readonly falseReads: number } {
    return { reads: this.#reads, falseReads: this.#falseReads }
  }

  /** Visits every record that has one of the keys. */
  async find(searches: readonly Search[]): Promise<void> {
    this.#finding++
    try {
      const looks = this.#looksFor(searches)
      for (let first = 0; first < looks.length; first += READS_AT_ONCE) {
        await Promise.all(looks.slice(first, first + READS_AT_ONCE).map((look) => this.#read(look)))
      }
    } finally {
      this.#finding--
      if (this.#finding === 0) await this.#closeRetired()
    }
  }

  /** Makes a run of what is in a tail; its file is the caller's to remove. */
  async addTable(table: RecordTable, file: SeenFile, replaces: readonly number[]): Promise<void> {
    this.#runs.push(await writeTable(table, file, replaces))
  }

  /** Merges once, where the rules say so; answers whether they did. */
  async merge(folder: string, rules: MergeRules, nextNumber: () => number): Promise<boolean> {
    const merged = planMerge(this.#runs, rules)
    const day = merged[0]?.file.day
    if (day === undefined) return false
    const run = await mergeRuns(merged, seenFile(folder, 'run', day, nextNumber()))
    this.#runs = [...this.#runs.filter((other) => !merged.includes(other)), run]
    await this.#remove(merged)
    return true
  }

  /** Makes a run of what can be read of each that is damaged. */
  async rewriteDamaged(folder: string, nextNumber: () => number): Promise<void> {
    for (const run of this.#runs.filter((each) => this.#damaged.has(each))) {
      const whole = await mergeRuns([run], seenFile(folder, 'run', run.file.day, nextNumber()))
      this.#runs = [...this.#runs.filter((other) => other !== run), whole]
      await this.#remove([run])
    }
    this.#damaged.clear()
  }

  /** Removes the runs of which nothing is needed after `before`; answers how many documents that were. */
  async forget(before: EpochMs): Promise<number> {
    const old = this.#runs.filter((run) => runNeededUntil(run) < before)
    this.#runs = this.#runs.filter((run) => !old.includes(run))
    await this.#remove(old)
    return old.reduce((sum, { ids }) => sum + ids, 0)
  }

  async close(): Promise<void> {
    for (const { handle } of this.#runs) await handle.close()
    this.#runs = []
    await this.#closeRetired()
  }

  /** Run by run, so that the filter at hand stays in the processor's cache. */
  #looksFor(searches: readonly Search[]): Look[] {
    const looks: Look[] = []
    for (const run of this.#runs) {
      for (const search of searches) {
        const { first, second, third } = search.key
        if (!run.filter.mayHold(first, second, third)) continue
        const blocks = blocksFor(run.fences, first)
        if (blocks.first <= blocks.last) looks.push({ search, run, blocks })
      }
    }
    return looks
  }

  async #read({ search, run, blocks }: Look): Promise<void> {
    let found = 0
    for (let number = blocks.first; number <= blocks.last; number++) {
      this.#reads++
      const block = await readBlock(run, number)
      if (block === null) continue
      findInBlock(block, search.key, (records, at) => {
        found++
        search.visit(records, at)
      })
    }
    if (found === 0) this.#falseReads++
  }

  async #remove(runs: readonly Run[]): Promise<void> {
    this.#retired.push(...runs)
    for (const { file } of runs) await unlink(file.path)
    if (this.#finding === 0) await this.#closeRetired()
  }

  async #closeRetired(): Promise<void> {
    for (const { handle } of this.#retired.splice(0)) await handle.close()
  }
}

interface Look {
  readonly search: Search
  readonly run: Run
  readonly blocks: { readonly first: number; readonly last: number }
}

const READS_AT_ONCE = 32
