import { statfs } from 'node:fs/promises'
import type { AppendResult, SpoolWriter } from '../../data/spool/spool-writer.ts'

/** Why no submission is taken at present. */
export type Refusal =
  | { readonly kind: 'stopping' }
  /** `freeBytes`: left on the disk; null where a write found it (or the quota) full. */
  | { readonly kind: 'disk_full'; readonly freeBytes: number | null }
  /** `code`: Node's, such as EROFS or ENOENT. */
  | { readonly kind: 'write_failed'; readonly code: string }

export interface AdmissionOptions {
  readonly writer: Pick<SpoolWriter, 'append'>
  /** Any folder on the spool's disk. */
  readonly folder: string
  readonly minFreeDiskBytes: number
  readonly heartbeatMs: number
  /** How often the disk is looked at, and a recovery tried. */
  readonly checkMs?: number
  /** Told when refusing begins, and with null when it ends. */
  readonly onChange?: (refusal: Refusal | null) => void
  /** Called before a recovery is tried: what a write needs may be missing. Its failure is told by the write's. */
  readonly mend?: () => Promise<void>
}

const CHECK_MS = 1_000

/**
 * Whether submissions are taken, and the heartbeats that say so in the spool. A heartbeat is a promise about its moment:
 * whoever sent something was heard. So there is none while submissions are refused, and the first sign of a recovery is
 * one: a heartbeat on disk is the proof that a submission would be, too.
 */
export class Admission {
  readonly #options: AdmissionOptions
  #refusal: Refusal | null = null
  #refusedSinceHeartbeat = false
  #timers: NodeJS.Timeout[] = []
  #checking: Promise<void> | null = null

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** Why nothing is taken; null: submissions are. */
  refusal(): Refusal | null {
    return this.#refusal
  }

  /** Looks at the disk, once; before the first submission can come. */
  async prepare(): Promise<void> {
    const full = await this.#diskFull()
    if (full !== null) this.#change(full)
  }

  /** Says that somebody listens now, and from now on every few seconds. Called at the moment when the listener opens. */
  start(): void {
    const { heartbeatMs, checkMs = CHECK_MS } = this.#options
    this.#beat()
    this.#timers = [setInterval(() => this.#beat(), heartbeatMs), setInterval(() => this.#check(), checkMs)]
    for (const timer of this.#timers) timer.unref()
  }

  /** From here on everything is refused. Resolves when the last heartbeat is on disk. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#checking
    const wasTaking = this.#refusal === null
    this.#change({ kind: 'stopping' })
    if (wasTaking) await this.#options.writer.append({ kind: 'heartbeat' })
  }

  /** Told of what became of a submission: after a failed write nothing is taken until one succeeds. */
  note(result: AppendResult): void {
    if (result.kind === 'synced' || this.#refusal !== null) return
    this.#change(refusalAfter(result))
  }

  /** Told that memory or connections don't suffice for all who come: the next heartbeat would be a lie. */
  noteOverload(): void {
    this.#refusedSinceHeartbeat = true
  }

  #beat(): void {
    const refused = this.#refusedSinceHeartbeat
    this.#refusedSinceHeartbeat = false
    if (refused || this.#refusal !== null) return
    void this.#options.writer.append({ kind: 'heartbeat' }).then((result) => this.note(result))
  }

  #check(): void {
    this.#checking ??= this.#look().finally(() => {
      this.#checking = null
    })
  }

  async #look(): Promise<void> {
    if (this.#refusal?.kind === 'stopping') return
    const full = await this.#diskFull()
    if (full !== null) {
      if (this.#refusal === null) this.#change(full)
      return
    }
    if (this.#refusal === null) return
    await this.#options.mend?.().catch(() => {})
    const result = await this.#options.writer.append({ kind: 'heartbeat' })
    if (result.kind === 'synced') this.#change(null)
  }

  async #diskFull(): Promise<Refusal | null> {
    const { folder, minFreeDiskBytes } = this.#options
    try {
      const { bavail, bsize } = await statfs(folder)
      const freeBytes = bavail * bsize
      return freeBytes < minFreeDiskBytes ? { kind: 'disk_full', freeBytes } : null
    } catch {
      // What can't be asked isn't known to be full; a write will tell.
      return null
    }
  }

  #change(refusal: Refusal | null): void {
    this.#refusal = refusal
    this.#options.onChange?.(refusal)
  }
}

function refusalAfter({ cause, error }: Extract<AppendResult, { kind: 'failed' }>): Refusal {
  if (cause === 'no_space') return { kind: 'disk_full', freeBytes: null }
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return { kind: 'write_failed', code }
}
