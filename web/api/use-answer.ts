import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { underBase } from '../view/base-path.ts'
import { type Asking, type Result, startAsking } from './asking.ts'
import { errorOf } from './error-of.ts'
import { frameFor } from './frame-for.ts'
import { useLive } from './live.ts'

/** What a page has of one address: the newest answer, and what went wrong since, if anything did. */
export interface Answer<T> {
  readonly data: T | null
  /** Whether `data` is the answer to what is asked for now, not to another address of the same subject. */
  readonly isCurrent: boolean
  readonly error: LoadError | null
  /** Date.now() when what is asked for now was first asked for; null once its answer is there. */
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

/** When an answer is asked for anew: at every count, or when whole hours, incidents or mails changed. */
export type Renewed = 'with counts' | 'with hours'

interface Loaded<T> {
  readonly subject: string
  readonly path: string
  readonly data: T
}

interface Failed {
  readonly subject: string
  readonly error: LoadError
}

/**
 * Asks `path` (null: nothing to ask yet), and again whenever the live stream says so. The old answer stays until the new
 * one is there, and stays when that fails; only another `subject` (another channel, say) makes it go.
 */
export function useAnswer<T>(path: string | null, subject: string, renewed: Renewed = 'with hours'): Answer<T> {
  const live = useLive()
  const revision = renewed === 'with counts' ? live.revision : live.hourRevision
  const [loaded, setLoaded] = useState<Loaded<T> | null>(null)
  const [failed, setFailed] = useState<Failed | null>(null)
  const [attempt, setAttempt] = useState(0)
  const asking = useRef<Asking | null>(null)
  const askedRevision = useRef(revision)
  const first = useRef({ path, subject, at: Date.now() })
  if (first.current.path !== path || first.current.subject !== subject)
    first.current = { path, subject, at: Date.now() }
  const retry = useCallback(() => setAttempt((last) => last + 1), [])

  // attempt isn't used inside: it asks the same path again.
  useEffect(() => {
    if (path === null) return
    askedRevision.current = revision
    const started = startAsking<T>(
      (signal) => ask(path, signal),
      (result) => {
        if (result.kind === 'answer') {
          setLoaded({ subject, path, data: result.data })
          setFailed(null)
          return
        }
        const { status, message } = result
        setFailed((last) => {
          const since = last?.subject === subject ? last.error.since : Date.now()
          return { subject, error: { status, message, since } }
        })
      },
    )
    asking.current = started
    return () => {
      started.stop()
      asking.current = null
    }
  }, [path, subject, attempt])

  useEffect(() => {
    if (askedRevision.current === revision) return
    askedRevision.current = revision
    asking.current?.renew()
  }, [revision])

  const data = loaded !== null && loaded.subject === subject ? loaded.data : null
  // What failed for another channel, say, is nothing that this one has to tell.
  const error = failed?.subject === subject ? failed.error : null
  const isCurrent = data !== null && loaded?.path === path
  const isWaiting = path === null ? data === null : !isCurrent
  return { data, isCurrent, error, waitingSince: isWaiting ? first.current.at : null, retry }
}

/** The stream says when to ask: what a browser keeps for a minute must be asked about even then. */
const REQUEST = { cache: 'no-cache', headers: { Accept: 'application/json' } } as const

const asked = new Map<string, Promise<Response>>()

/** Begins to ask for what a page will want as soon as it is drawn: it needn't wait for the page's own files. */
export function askEarly(path: string): void {
  asked.set(path, fetch(underBase(path), REQUEST))
}

async function ask<T>(path: string, signal: AbortSignal): Promise<Result<T>> {
  const early = asked.get(path)
  asked.delete(path)
  try {
    const response = await (early ?? fetch(underBase(path), { ...REQUEST, signal }))
    if (!response.ok) return { kind: 'failure', status: response.status, message: await errorOf(response) }
    const text = await response.text()
    // Pages and server are built and served together: the types of both are the same file.
    const data: T = JSON.parse(text)
    await frameFor(text.length)
    return { kind: 'answer', data }
  } catch (error) {
    if (signal.aborted) return { kind: 'failure', status: 0, message: 'cancelled' }
    const message = error instanceof SyntaxError ? 'the answer is not JSON' : 'the server does not answer'
    return { kind: 'failure', status: 0, message }
  }
}
