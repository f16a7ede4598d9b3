import { RecordTable } from './record-table.ts'
import type { SeenFile } from './seen-files.ts'
import { RECORD_BYTES } from './seen-record.ts'
import { type Batch, readTailLog, TailLog } from './tail-log.ts'

/** The newest documents: on disk in the order in which they came, and all of them in memory. */
export class Tail {
  readonly file: SeenFile
  readonly table = new RecordTable()
  readonly #log: TailLog | null

  private constructor(file: SeenFile, log: TailLog | null) {
    this.file = file
    this.#log = log
  }

  static async create(file: SeenFile): Promise<Tail> {
    return new Tail(file, await TailLog.create(file.path))
  }

  /**
   * What an earlier process left. Nothing is added to it any more. `doubtful`, its last batch, isn't in the table: that process may have ended before
   * the transaction was committed.
   */
  static async read(
    file: SeenFile,
  ): Promise<{ readonly tail: Tail; readonly doubtful: Batch | null; readonly damagedBytes: number }> {
    const { batches, damagedBytes } = await readTailLog(file.path)
    const tail = new Tail(file, null)
    const last = batches.at(-1)
    const doubtful = last === undefined || last.segment === '' ? null : last
    for (const batch of batches) if (batch !== doubtful) tail.table.add(batch.records)
    return { tail, doubtful, damagedBytes }
  }

  /** Resolves once the batch is synced, and then it is found. After an error nothing more may be added. */
  async append(batch: Batch): Promise<void> {
    if (this.#log === null) throw new Error(`${this.file.path} is of an earlier process: nothing may be added to it`)
    this.table.reserve(batch.records.length / RECORD_BYTES)
    await this.#log.append(batch)
    this.table.add(batch.records)
  }

  async close(): Promise<void> {
    await this.#log?.close()
  }
}
