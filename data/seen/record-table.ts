import { firstWord, hasKey, type KeyWords, RECORD_BYTES, receivedAtOf, secondWord } from './seen-record.ts'

/** Records in memory in the order in which they came, found by key: a hash table with open addressing over one buffer. */
export class RecordTable {
  #records = Buffer.alloc(0)
  #count = 0
  /** Place of a record plus 1; 0: free. */
  #slots = new Int32Array(64)

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#records.length + this.#slots.byteLength
  }

  /** Adds whole records. */
  add(records: Buffer): void {
    const more = records.length / RECORD_BYTES
    this.reserve(more)
    records.copy(this.#records, this.#count * RECORD_BYTES)
    for (let n = 0; n < more; n++) this.#enter(this.#count++)
  }

  /** Forgets all but the first `count` records. */
  cutTo(count: number): void {
    this.#count = count
    this.#enterAll()
  }

  /** Calls `visit` with the records, and the place of each that has the key. */
  find(key: KeyWords, visit: (records: Buffer, at: number) => void): void {
    const mask = this.#slots.length - 1
    for (let slot = key.second & mask; ; slot = (slot + 1) & mask) {
      const entered = this.#slots[slot] ?? 0
      if (entered === 0) return
      const at = (entered - 1) * RECORD_BYTES
      if (hasKey(this.#records, at, key)) visit(this.#records, at)
    }
  }

  /** The records and the places of each, in the order of a run. */
  sorted(): { readonly records: Buffer; readonly places: readonly number[] | Float64Array } {
    // 32 bits to sort by and the record's number fit into the 53 of a number, and numbers are sorted without a callback.
    const order = new Float64Array(this.#count)
    for (let n = 0; n < this.#count; n++) order[n] = firstWord(this.#records, n * RECORD_BYTES) * ORDER_BASE + n
    order.sort()
    return { records: this.#records, places: order.map((value) => (value % ORDER_BASE) * RECORD_BYTES) }
  }

  lastReceived(): number {
    let last = 0
    for (let n = 0; n < this.#count; n++) last = Math.max(last, receivedAtOf(this.#records, n * RECORD_BYTES))
    return last
  }

  /** Makes room for so many more. Throws where there is none. */
  reserve(more: number): void {
    const count = this.#count + more
    if (count > MOST_RECORDS) throw new Error(`${count} documents in one tail: at most ${MOST_RECORDS}`)
    if (count * RECORD_BYTES > this.#records.length) {
      const larger = Buffer.alloc(Math.max(count, 2 * this.#count) * RECORD_BYTES)
      this.#records.copy(larger, 0, 0, this.#count * RECORD_BYTES)
      this.#records = larger
    }
    if (2 * count <= this.#slots.length) return
    let slots = this.#slots.length
    while (slots < 2 * count) slots *= 2
    this.#slots = new Int32Array(slots)
    this.#enterAll()
  }

  #enterAll(): void {
    this.#slots.fill(0)
    for (let n = 0; n < this.#count; n++) this.#enter(n)
  }

  #enter(n: number): void {
    const mask = this.#slots.length - 1
    let slot = secondWord(this.#records, n * RECORD_BYTES) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = n + 1
  }
}

const ORDER_BASE = 2 ** 21
/** A segment of 64 MiB can't hold more frames with an id each. */
const MOST_RECORDS = ORDER_BASE
