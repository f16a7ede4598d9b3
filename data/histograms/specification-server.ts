import { type Revision, revisionUrl } from './revision.ts'
import { type OnTrouble, type SpecificationAnswer, UNAVAILABLE, UNKNOWN_REVISION } from './specification-answer.ts'

export interface SpecificationServerOptions {
  /** Its address, as the settings have it; no payload ever chooses the host. */
  readonly url: string
  /**
   * How it is asked. `raw-file`, as Mercurial's web server is: `<url>/<repository>/raw-file/<revision>/toolkit/…`.
   * `query`, as the histogram server of 2013 was: `<url>/histograms?revision=<revision URL>`.
   */
  readonly form: 'raw-file' | 'query'
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly maxFetchesPerMinute: number
  /** How long "there is no such revision" (404) is believed. */
  readonly missingTtlMs: number
  /** Whether an answer's text is a specification; error pages that come as 200 aren't, and are never kept. */
  readonly isSpecification: (text: string) => boolean
  readonly onTrouble: OnTrouble
  readonly now: () => number
}

/** After its first failure a revision, or the whole server after several in a row, is left alone for so long … */
const FIRST_PAUSE_MS = 5_000
/** … then twice as long each time, up to this. */
const LONGEST_PAUSE_MS = 10 * 60_000
/** So many failures in a row, of whichever revisions, are the server's. */
const SERVER_FAILURES = 5
/** Of how many revisions it is remembered that they failed or don't exist. */
const MOST_REMEMBERED = 10_000

/** What is remembered of a revision that was asked for in vain. */
type Memory =
  | { readonly kind: 'missing'; readonly until: number }
  | { readonly kind: 'failed'; readonly until: number; readonly failures: number }

/**
 * Who asks: a submission that waits, or nobody just now, for those who come later. The latter leaves half of a minute's
 * fetches to the former, whatever was asked for in vain before.
 */
export type Asking = 'waiting' | 'ahead'

/**
 * A server of histogram specifications. Each revision is fetched once for all who ask at the same time; at most so many
 * fetches begin in a minute; what failed is asked for again later and later. Only 404 and 410 mean that a revision
 * doesn't exist, and that for a while: any other failure is the server's trouble, not the revision's, and is never kept.
 */
export class SpecificationServer {
  readonly #options: SpecificationServerOptions
  readonly #running = new Map<string, Promise<SpecificationAnswer>>()
  readonly #memory = new Map<string, Memory>()
  readonly #stopped = new AbortController()
  #starts: { readonly at: number; readonly asking: Asking }[] = []
  #failuresInARow = 0
  #pausedUntil = 0

  constructor(options: SpecificationServerOptions) {
    this.#options = options
  }

  /** Answers at once where nothing may be fetched now; never rejects. */
  find(revision: Revision, asking: Asking = 'waiting'): Promise<SpecificationAnswer> {
    const url = addressOf(this.#options, revision)
    const running = this.#running.get(url)
    if (running !== undefined) return running
    const now = this.#options.now()
    const memory = this.#memory.get(url)
    if (memory !== undefined && now < memory.until) {
      return Promise.resolve(memory.kind === 'missing' ? UNKNOWN_REVISION : UNAVAILABLE)
    }
    if (now < this.#pausedUntil || !this.#mayStart(now, asking)) return Promise.resolve(UNAVAILABLE)
    const fetching = this.#fetch(url).finally(() => this.#running.delete(url))
    this.#running.set(url, fetching)
    return fetching
  }

  /** Gives up what is being fetched. */
  stop(): void {
    this.#stopped.abort()
  }

  #mayStart(now: number, asking: Asking): boolean {
    const { maxFetchesPerMinute } = this.#options
    this.#starts = this.#starts.filter(({ at }) => now - at < 60_000)
    if (this.#starts.length >= maxFetchesPerMinute) return false
    const ahead = this.#starts.filter((start) => start.asking === 'ahead').length
    if (asking === 'ahead' && ahead >= Math.max(1, Math.floor(maxFetchesPerMinute / 2))) return false
    this.#starts.push({ at: now, asking })
    return true
  }

  async #fetch(url: string): Promise<SpecificationAnswer> {
    const { timeoutMs, maxBytes, missingTtlMs, isSpecification, onTrouble, now } = this.#options
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopped.signal])
      const headers = { accept: 'application/json', 'user-agent': 'tidewatch' }
      // A redirect would let the answer choose the host, which is the settings' alone.
      const response = await fetch(url, { signal, headers, redirect: 'manual' })
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel()
        this.#succeeded()
        this.#remember(url, { kind: 'missing', until: now() + missingTtlMs })
        return UNKNOWN_REVISION
      }
      if (!response.ok) {
        await response.body?.cancel()
        throw new Error(`it answered ${response.status}${leadsTo(response)}`)
      }
      const text = await boundedText(response, maxBytes)
      if (!isSpecification(text)) throw new Error('its answer is no histogram specification')
      this.#succeeded()
      this.#memory.delete(url)
      return { kind: 'found', text }
    } catch (error) {
      if (this.#stopped.signal.aborted) return UNAVAILABLE
      onTrouble(`the histogram server gave no specification at ${url}`, error)
      this.#failed(url)
      return UNAVAILABLE
    }
  }

  #succeeded(): void {
    this.#failuresInARow = 0
  }

  #failed(url: string): void {
    const now = this.#options.now()
    const memory = this.#memory.get(url)
    const failures = memory?.kind === 'failed' ? memory.failures + 1 : 1
    this.#remember(url, { kind: 'failed', until: now + pauseMs(failures), failures })
    this.#failuresInARow++
    if (this.#failuresInARow >= SERVER_FAILURES) {
      this.#pausedUntil = now + pauseMs(this.#failuresInARow - SERVER_FAILURES + 1)
    }
  }

  #remember(url: string, memory: Memory): void {
    this.#memory.delete(url)
    this.#memory.set(url, memory)
    for (const oldest of this.#memory.keys()) {
      if (this.#memory.size <= MOST_REMEMBERED) return
      this.#memory.delete(oldest)
    }
  }
}

function addressOf({ url, form }: SpecificationServerOptions, revision: Revision): string {
  const base = url.replace(/\/+$/, '')
  if (form === 'query') return `${base}/histograms?revision=${encodeURIComponent(revisionUrl(revision))}`
  const { repository, hex } = revision
  return `${base}/${repository}/raw-file/${hex}/toolkit/components/telemetry/Histograms.json`
}

/** Whoever runs this can then give the right address; of what the answer says, so much and no control characters. */
function leadsTo(response: Response): string {
  const location = response.headers.get('location')
  if (location === null) return ''
  return `, which leads to ${JSON.stringify(location.slice(0, 200))}: it isn't followed, only histograms.url is asked`
}

function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
}

/** The body as text; throws, and reads no further, where it is longer than `maxBytes`. */
async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`its answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
