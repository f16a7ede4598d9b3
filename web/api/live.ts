import { useEffect, useState } from 'preact/hooks'
import type { Freshness, PipelineAnswer, StreamEvent } from '../../server/api/types.ts'
import { underBase } from '../view/base-path.ts'

/** The stream of the server's events, shared by all of the page: what it knows about the present, and when to ask anew. */
export interface Live {
  readonly connection: 'connecting' | 'open' | 'lost'
  /** When the connection was lost, as Date.now(); null while it is open. */
  readonly lostAt: number | null
  /** When it was opened last, as Date.now(); null before. */
  readonly openedAt: number | null
  /** When the next attempt is made; null while it is open or being opened. */
  readonly retryAt: number | null
  readonly freshness: FreshnessAt | null
  /** Where everything stands, as the stream says every few seconds; null before it did. */
  readonly pipeline: PipelineAnswer | null
  /** Grows, at most once a second, whenever anything that pages show may have changed. */
  readonly revision: number
  /** Grows only when whole hours, incidents or mails may have: most of a page is about those. */
  readonly hourRevision: number
}

/** What the server said about its counts, and when (performance.now()) it arrived: ages go on from there. */
export interface FreshnessAt {
  readonly freshness: Freshness
  readonly arrivedAt: number
}

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000] as const
const AT_MOST_EVERY_MS = 1000
/** A stream can be silent (a proxy that swallows it): then pages ask without being told to. */
const ASK_ANYWAY_MS = 30_000
/**
 * Over HTTP/1.1 a browser has six connections to a server for all its tabs and frames together, and an open stream holds one: with six
 * streams nothing else is ever answered. Only a page that is looked at keeps its stream; others look in so often.
 */
const LOOK_IN_MS = { frame: 10_000, hidden: 60_000 } as const

let state: Live = {
  connection: 'connecting',
  lostAt: null,
  openedAt: null,
  retryAt: null,
  freshness: null,
  pipeline: null,
  revision: 0,
  hourRevision: 0,
}
const listeners = new Set<(live: Live) => void>()
let source: EventSource | null = null
let attempts = 0
let retryTimer: number | undefined
/** Many charts may stand on one page, all of them looked at. */
let isFrame = false
/** The stream is closed for a while although nothing is wrong. */
let isAway = false
let bumpTimer: number | undefined
let lastBumpAt = Number.NEGATIVE_INFINITY
let hoursChanged = false

/** Opens the stream; called once at start. It is opened again, with back-off, as often as it breaks. `inFrame`: other pages show it. */
export function startLive({ inFrame }: { readonly inFrame: boolean }): void {
  isFrame = inFrame
  connect()
  window.setInterval(() => {
    if (performance.now() - lastBumpAt >= ASK_ANYWAY_MS && !document.hidden) bump(true)
  }, ASK_ANYWAY_MS / 6)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && (isAway || state.connection === 'lost')) reconnectNow()
  })
}

export function useLive(): Live {
  const [live, setLive] = useState(state)
  useEffect(() => {
    listeners.add(setLive)
    setLive(state)
    return () => {
      listeners.delete(setLive)
    }
  }, [])
  return live
}

export function reconnectNow(): void {
  window.clearTimeout(retryTimer)
  connect()
}

/** An answer that carries the freshness is as good a witness as the stream. */
export function noteFreshness(freshness: Freshness): void {
  const known = state.freshness?.freshness.now ?? ''
  if (freshness.now >= known) change({ freshness: { freshness, arrivedAt: performance.now() } })
}

function connect(): void {
  source?.close()
  const opened = new EventSource(underBase('/api/v1/stream'))
  source = opened
  change({ retryAt: null })
  opened.onopen = () => {
    const missedSome = state.lostAt !== null || isAway
    attempts = 0
    isAway = false
    change({ connection: 'open', lostAt: null, openedAt: Date.now(), retryAt: null })
    // What happened meanwhile is unknown: ask for everything that is shown.
    if (missedSome) bump(true)
  }
  opened.onmessage = (message: MessageEvent<unknown>) => take(message.data)
  opened.onerror = () => {
    // The browser would try again by itself, but without back-off, and not at all after some answers.
    opened.close()
    const delay = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? 30_000
    attempts++
    change({ connection: 'lost', lostAt: state.lostAt ?? Date.now(), retryAt: Date.now() + delay })
    window.clearTimeout(retryTimer)
    retryTimer = window.setTimeout(connect, delay)
  }
}

function take(data: unknown): void {
  if (typeof data !== 'string') return
  // Built and served together with the server, so its events have the types that both share.
  const event: StreamEvent = JSON.parse(data)
  if (event.event === 'freshness') {
    noteFreshness(event.freshness)
    // It comes first, and each second.
    if (isFrame || document.hidden) lookAway()
  }
  // It says all of it: nothing needs to be asked.
  else if (event.event === 'pipeline') change({ pipeline: event.pipeline })
  else bump(event.event !== 'counts')
}

function lookAway(): void {
  source?.close()
  isAway = true
  window.clearTimeout(retryTimer)
  retryTimer = window.setTimeout(connect, isFrame ? LOOK_IN_MS.frame : LOOK_IN_MS.hidden)
}

/** At once when the last one is a second ago, else when it will be. */
function bump(withHours: boolean): void {
  hoursChanged ||= withHours
  if (bumpTimer !== undefined) return
  const wait = Math.max(0, lastBumpAt + AT_MOST_EVERY_MS - performance.now())
  bumpTimer = window.setTimeout(() => {
    bumpTimer = undefined
    lastBumpAt = performance.now()
    change({ revision: state.revision + 1, hourRevision: state.hourRevision + (hoursChanged ? 1 : 0) })
    hoursChanged = false
  }, wait)
}

function change(changes: Partial<Live>): void {
  state = { ...state, ...changes }
  for (const listener of listeners) listener(state)
}
