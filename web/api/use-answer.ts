import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { errorOf } from './error-of.ts'
import { useLive } from './live.ts'

/** What a page has of one address: the newest answer, and what went wrong since, if anything did. */
export interface Answer<T> {
  readonly data: T | null
  /** Whether `data` is the answer to what is asked for now, not to another address of the same subject. */
  readonly isCurrent: boolean
  readonly error: LoadError | null
  /** For "waiting since": Date.now() of the first attempt without an answer yet; null once there is one. */
  readonly waitingSince: number | null
  readonly retry: () => void
}

export interface LoadError {
  /** 0 where no answer came at all. */
  readonly status: number
  readonly message: string
  /** Date.now() of the first failure in a row. */
  readonly since: number
}

const RETRY_MS = [2000, 5000, 15_000, 30_000] as const

/** When an answer is asked for anew: at every count, or when whole hours, incidents or mails changed. */
export type Renewed = 'with counts' | 'with hours'

interface Loaded<T> {
  readonly subject: string
  readonly path: string
  readonly data: T
}

/**
 * Asks `path` (null: nothing to ask yet), and again whenever the live stream says so. The old answer stays until the new
 * one is there, and stays when that fails; only another `subject` (another channel, say) makes it go.
 */
export function useAnswer<T>(path: string | null, subject: string, renewed: Renewed = 'with hours'): Answer<T> {
  const live = useLive()
  const revision = renewed === 'with counts' ? live.revision : live.hourRevision
  const [loaded, setLoaded] = useState<Loaded<T> | null>(null)
  const [error, setError] = useState<LoadError | null>(null)
  const [waitingSince, setWaitingSince] = useState<number | null>(() => Date.now())
  const [attempt, setAttempt] = useState(0)
  const failures = useRef(0)
  const retry = useCallback(() => setAttempt((last) => last + 1), [])

  // revision and attempt aren't used inside: they ask the same path again.
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    let timer: number | undefined
    void ask<T>(path, abort.signal).then((result) => {
      if (abort.signal.aborted) return
      if (result.kind === 'answer') {
        failures.current = 0
        setLoaded({ subject, path, data: result.data })
        setError(null)
        setWaitingSince(null)
        return
      }
      setError((last) => ({ status: result.status, message: result.message, since: last?.since ?? Date.now() }))
      // What doesn't exist won't by asking again; the live stream tells when something changed.
      if (result.status === 404 || result.status === 400) return
      const delay = RETRY_MS[Math.min(failures.current, RETRY_MS.length - 1)] ?? 30_000
      failures.current++
      timer = window.setTimeout(retry, delay)
    })
    return () => {
      abort.abort()
      window.clearTimeout(timer)
    }
  }, [path, subject, revision, attempt])

  const data = loaded !== null && loaded.subject === subject ? loaded.data : null
  const isCurrent = data !== null && loaded?.path === path
  return { data, isCurrent, error, waitingSince: data === null ? (waitingSince ?? Date.now()) : null, retry }
}

type Result<T> =
  | { readonly kind: 'answer'; readonly data: T }
  | { readonly kind: 'failure'; readonly status: number; readonly message: string }

/** The stream says when to ask: what a browser keeps for a minute must be asked about even then. */
const REQUEST = { cache: 'no-cache', headers: { Accept: 'application/json' } } as const

const asked = new Map<string, Promise<Response>>()

/** Begins to ask for what a page will want as soon as it is drawn: it needn't wait for the page's own files. */
export function askEarly(path: string): void {
  asked.set(path, fetch(path, REQUEST))
}

async function ask<T>(path: string, signal: AbortSignal): Promise<Result<T>> {
  const early = asked.get(path)
  asked.delete(path)
  try {
    const response = await (early ?? fetch(path, { ...REQUEST, signal }))
    if (!response.ok) return { kind: 'failure', status: response.status, message: await errorOf(response) }
    // Pages and server are built and served together: the types of both are the same file.
    const data: T = await response.json()
    return { kind: 'answer', data }
  } catch (error) {
    if (signal.aborted) return { kind: 'failure', status: 0, message: 'cancelled' }
    const message = error instanceof SyntaxError ? 'the answer is not JSON' : 'the server does not answer'
    return { kind: 'failure', status: 0, message }
  }
}
