import type { DefinitionConstants } from './definition-number.ts'
import type { Revision } from './revision.ts'
import { parseSpecification } from './specification.ts'
import { type OnTrouble, type SpecificationAnswer, UNAVAILABLE } from './specification-answer.ts'
import { SpecificationCache } from './specification-cache.ts'
import { SpecificationFolder } from './specification-folder.ts'
import { SpecificationServer, type SpecificationServerOptions } from './specification-server.ts'

export interface SpecificationStoreOptions {
  /** A folder of specifications that people keep; null: none. */
  readonly folder: string | null
  /** Where specifications that the server gave are kept. */
  readonly cacheFolder: string
  /** Null: no server is asked. */
  readonly server: Pick<
    SpecificationServerOptions,
    'url' | 'form' | 'timeoutMs' | 'maxFetchesPerMinute' | 'missingTtlMs'
  > | null
  readonly constants: DefinitionConstants
  /** A longer file or answer is no specification; those of 2013 have 120,000. */
  readonly maxBytes: number
  /** How long a conversion waits. Fetching goes on behind its back, for the next that asks. */
  readonly waitMs: number
  readonly onTrouble: OnTrouble
  readonly now?: () => number
}

/** Enough for all builds of a day on all channels, several times over. */
const MOST_IN_MEMORY = 64

/**
 * Where histogram specifications come from, nearest first: memory, the folder that people keep, the cache on disk, the
 * server. `unknown` needs a server's word; a folder without the file only says that it isn't there yet.
 */
export class SpecificationStore {
  readonly #waitMs: number
  readonly #isSpecification: (text: string) => boolean
  readonly #folder: SpecificationFolder | null
  readonly #cache: SpecificationCache
  readonly #server: SpecificationServer | null
  readonly #memory = new Map<string, SpecificationAnswer>()
  readonly #running = new Map<string, Promise<SpecificationAnswer>>()

  constructor(options: SpecificationStoreOptions) {
    const { folder, cacheFolder, server, constants, maxBytes, waitMs, onTrouble, now = Date.now } = options
    const isSpecification = (text: string) => parseSpecification(text, constants) !== null
    this.#waitMs = waitMs
    this.#isSpecification = isSpecification
    this.#folder =
      folder === null ? null : new SpecificationFolder({ folder, maxBytes, isSpecification, onTrouble, now })
    this.#cache = new SpecificationCache(cacheFolder, onTrouble)
    this.#server =
      server === null ? null : new SpecificationServer({ ...server, maxBytes, isSpecification, onTrouble, now })
  }

  /** Answers within the wait: `unavailable` where nothing has come by then. Never rejects. */
  async find(revision: Revision): Promise<SpecificationAnswer> {
    const key = `${revision.repository} ${revision.hex}`
    const known = this.#memory.get(key)
    if (known !== undefined) {
      // Again the youngest, so that what is in use is never the one to go.
      this.#memory.delete(key)
      this.#memory.set(key, known)
      return known
    }
    const running = this.#running.get(key) ?? this.#look(key, revision)
    return await withinTime(running, this.#waitMs)
  }

  stop(): void {
    this.#server?.stop()
  }

  #look(key: string, revision: Revision): Promise<SpecificationAnswer> {
    const looking = this.#ask(revision)
      .then((answer) => {
        if (answer.kind === 'found') this.#remember(key, answer)
        return answer
      })
      .finally(() => this.#running.delete(key))
    this.#running.set(key, looking)
    return looking
  }

  async #ask(revision: Revision): Promise<SpecificationAnswer> {
    const kept = await this.#folder?.find(revision.hex)
    if (typeof kept === 'string') return { kind: 'found', text: kept }
    const cached = await this.#cache.find(revision)
    if (cached !== null && this.#isSpecification(cached)) return { kind: 'found', text: cached }
    if (this.#server === null) return UNAVAILABLE
    const answer = await this.#server.find(revision)
    if (answer.kind === 'found') await this.#cache.keep(revision, answer.text)
    return answer
  }

  #remember(key: string, answer: SpecificationAnswer): void {
    this.#memory.set(key, answer)
    for (const oldest of this.#memory.keys()) {
      if (this.#memory.size <= MOST_IN_MEMORY) return
      this.#memory.delete(oldest)
    }
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
