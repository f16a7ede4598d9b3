import type { DefinitionConstants } from './definition-number.ts'
import type { Revision } from './revision.ts'
import { parseSpecification } from './specification.ts'
import { type OnTrouble, type SpecificationAnswer, UNAVAILABLE } from './specification-answer.ts'
import { SpecificationCache } from './specification-cache.ts'
import { SpecificationFolder } from './specification-folder.ts'
import { SpecificationMemory } from './specification-memory.ts'
import { type Asking, SpecificationServer, type SpecificationServerOptions } from './specification-server.ts'
import { WantedRevisions } from './wanted-revisions.ts'

export interface SpecificationStoreOptions {
  /** A folder of specifications that people keep; null: none. */
  readonly folder: string | null
  /** Where specifications that the server gave are kept; null: nowhere. */
  readonly cacheFolder: string | null
  /** Null: no server is asked. */
  readonly server: Pick<
    SpecificationServerOptions,
    'url' | 'form' | 'timeoutMs' | 'maxFetchesPerMinute' | 'missingTtlMs'
  > | null
  readonly constants: DefinitionConstants
  /** A longer file or answer is no specification. */
  readonly maxBytes: number
  /** How long conversions wait for one fetch, counted from its beginning. It goes on behind their backs. */
  readonly waitMs: number
  /** How often it is looked for what was asked for in vain; the server's own pauses say what of that is asked again. */
  readonly lookAgainMs?: number
  readonly onTrouble: OnTrouble
  readonly now?: () => number
}

interface Lookup {
  readonly answer: Promise<SpecificationAnswer>
  readonly startedAt: number
}

/**
 * Where histogram specifications come from, nearest first: memory, the folder that people keep, the cache on disk, the
 * server. `unknown` needs a server's word; a folder without the file only says that it isn't there yet.
 *
 * What was asked for in vain is fetched as soon as it can be had, whether or not somebody asks again: who has waited in the
 * quarantine for it then finds it in the cache.
 */
export class SpecificationStore {
  readonly #waitMs: number
  readonly #lookAgainMs: number
  readonly #now: () => number
  readonly #memory = new SpecificationMemory()
  readonly #folder: SpecificationFolder | null
  readonly #cache: SpecificationCache | null
  readonly #server: SpecificationServer | null
  readonly #running = new Map<string, Lookup>()
  readonly #fetching = new Map<string, Promise<SpecificationAnswer>>()
  readonly #wanted = new WantedRevisions()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: SpecificationStoreOptions) {
    const { folder, cacheFolder, server, constants, maxBytes, onTrouble, now = Date.now } = options
    const isSpecification = (text: string) => parseSpecification(text, constants) !== null
    const common = { maxBytes, isSpecification, onTrouble, now }
    this.#waitMs = options.waitMs
    this.#lookAgainMs = options.lookAgainMs ?? 5_000
    this.#now = now
    this.#folder = folder === null ? null : new SpecificationFolder({ ...common, folder })
    this.#cache = cacheFolder === null ? null : new SpecificationCache({ ...common, folder: cacheFolder })
    this.#server = server === null ? null : new SpecificationServer({ ...common, ...server })
  }

  /**
   * Answers within the wait: `unavailable` where nothing has come by then. Never rejects. Who comes late to a fetch waits
   * for the rest of the wait only, so one slow answer holds the conversion up once, however many need it.
   */
  async find(revision: Revision): Promise<SpecificationAnswer> {
    const key = `${revision.repository} ${revision.hex}`
    const known = this.#memory.find(key)
    if (known !== null) return { kind: 'found', text: known }
    const { answer, startedAt } = this.#running.get(key) ?? this.#look(key, revision)
    const waited = Math.max(0, this.#now() - startedAt)
    const inTime = await withinTime(answer, Math.max(0, this.#waitMs - waited))
    if (inTime.kind !== 'found') this.#want(key, revision)
    return inTime
  }

  /** Gives up what is being fetched, and fetches nothing more. */
  stop(): void {
    this.#isStopped = true
    clearInterval(this.#timer)
    this.#server?.stop()
  }

  #look(key: string, revision: Revision): Lookup {
    const answer = this.#ask(key, revision).finally(() => this.#running.delete(key))
    const lookup = { answer, startedAt: this.#now() }
    this.#running.set(key, lookup)
    return lookup
  }

  async #ask(key: string, revision: Revision): Promise<SpecificationAnswer> {
    const own = await this.#folder?.find(revision.hex)
    if (own?.kind === 'found') return this.#found(key, own.text)
    const cached = await this.#cache?.find(revision)
    if (typeof cached === 'string') return this.#found(key, cached)
    return await this.#fetch(key, revision, 'waiting')
  }

  /** Once for all who want it, with what is to be done with it: two at once would write one file of the cache. */
  #fetch(key: string, revision: Revision, asking: Asking): Promise<SpecificationAnswer> {
    const running = this.#fetching.get(key)
    if (running !== undefined) return running
    const fetching = this.#fetchAndKeep(key, revision, asking).finally(() => this.#fetching.delete(key))
    this.#fetching.set(key, fetching)
    return fetching
  }

  async #fetchAndKeep(key: string, revision: Revision, asking: Asking): Promise<SpecificationAnswer> {
    if (this.#server === null) return UNAVAILABLE
    const answer = await this.#server.find(revision, asking)
    if (answer.kind !== 'found') return answer
    await this.#cache?.keep(revision, answer.text)
    return this.#found(key, answer.text)
  }

  #found(key: string, text: string): SpecificationAnswer {
    this.#memory.keep(key, text)
    this.#wanted.found(key)
    return { kind: 'found', text }
  }

  /** A folder needs no second look behind anybody's back: it takes no time, so it is looked at when somebody asks. */
  #want(key: string, revision: Revision): void {
    if (this.#server === null || this.#isStopped || this.#memory.find(key) !== null) return
    this.#wanted.note(key, revision, this.#now())
    this.#timer ??= setInterval(() => this.#lookAgain(), this.#lookAgainMs).unref()
  }

  #lookAgain(): void {
    for (const { key, revision } of this.#wanted.inOrder(this.#now())) {
      // What goes wrong with it is told by the server, and the next time comes.
      void this.#fetch(key, revision, 'ahead')
    }
    if (!this.#wanted.isEmpty) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

async function withinTime(answer: Promise<SpecificationAnswer>, waitMs: number): Promise<SpecificationAnswer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<SpecificationAnswer>((resolve) => {
    timer = setTimeout(() => resolve(UNAVAILABLE), waitMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
