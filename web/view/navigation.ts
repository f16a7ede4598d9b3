import { useEffect, useState } from 'preact/hooks'
import { underBase, withoutBase } from './base-path.ts'
import { urlOfView, type View, viewFromUrl, zoneFromUrl } from './view.ts'
import type { Zone } from './zone.ts'

/** Two zooms within this time are one step back: a wheel of small zooms shouldn't need as many steps. */
const MERGE_WITHIN_MS = 500

const listeners = new Set<() => void>()
let lastZoomAt = Number.NEGATIVE_INFINITY

function currentView(): View {
  return viewFromUrl(withoutBase(window.location.pathname), window.location.search)
}

function currentZone(): Zone {
  return zoneFromUrl(window.location.search)
}

/** The address of `view` in the zone that pages are shown in now. */
export function addressOf(view: View): string {
  return underBase(urlOfView(view, currentZone()))
}

/** Shows `view` as a new history entry; the browser's back leads here again. */
export function go(view: View): void {
  push(view, {})
}

/** As `go`, for a choice that leaves the range as it is: what was zoomed out of stays where `leaveZoom` finds it. */
export function choose(view: View): void {
  push(view, { outer: entry().outer ?? [] })
}

function push(view: View, state: Entry): void {
  window.history.pushState(state, '', addressOf(view))
  lastZoomAt = Number.NEGATIVE_INFINITY
  tell()
  if (view.page !== 'channel') window.scrollTo(0, 0)
}

/** Changes the present entry: for choices that nobody wants to step back through one by one. */
export function replace(view: View): void {
  const address = addressOf(view)
  const isSamePage = address.split('?')[0] === window.location.pathname
  // Whether it was zoomed to stays: back leads out of it as before, unless that is about something else now.
  window.history.replaceState(isSamePage ? window.history.state : { outer: entry().outer ?? [] }, '', address)
  tell()
}

/**
 * As `go`, but a zoom that follows another at once takes its entry. Only a zoom's: whoever went back meanwhile stands on the
 * entry before, and taking that would leave nothing to come back to. `outer`: what it zooms into, for `leaveZoom`.
 */
export function zoomTo(view: View, outer: string): void {
  const now = performance.now()
  const merges = isZoomed() && now - lastZoomAt < MERGE_WITHIN_MS
  const before = entry().outer ?? []
  if (merges) window.history.replaceState({ zoomed: true, outer: before }, '', addressOf(view))
  else window.history.pushState({ zoomed: true, outer: [...before, outer] }, '', addressOf(view))
  lastZoomAt = now
  tell()
}

/**
 * Out of the newest zoom and of nothing else: back where only the zoom was, else to what `viewOf` makes of what was zoomed into
 * with all that was chosen since. False where nothing was zoomed.
 */
export function leaveZoom(viewOf: (outer: string) => View): boolean {
  const { outer = [] } = entry()
  const last = outer.at(-1)
  if (isZoomed()) window.history.back()
  else if (last === undefined) return false
  else push(viewOf(last), { outer: outer.slice(0, -1) })
  return true
}

/** Times of all pages are said in `zone` from now on; the entry is the same. */
export function chooseZone(zone: Zone): void {
  window.history.replaceState(window.history.state, '', underBase(urlOfView(currentView(), zone)))
  tell()
}

/** What the browser keeps with an address, also over a reload. */
interface Entry {
  /** Made by a zoom: back leads out of it. */
  readonly zoomed?: true
  /** What was zoomed into, the outermost first. */
  readonly outer?: readonly string[]
}

function entry(): Entry {
  const state: unknown = window.history.state
  if (typeof state !== 'object' || state === null) return {}
  const outer =
    'outer' in state && Array.isArray(state.outer) ? state.outer.filter((one) => typeof one === 'string') : []
  return 'zoomed' in state ? { zoomed: true, outer } : { outer }
}

function isZoomed(): boolean {
  return entry().zoomed === true
}

/** The view of the address bar; the component renders anew when it changes. */
export function useView(): View {
  return useAddress(currentView)
}

/** The zone of the address bar, which every page says its times in. */
export function useZone(): Zone {
  return useAddress(currentZone)
}

function useAddress<T>(read: () => T): T {
  const [value, setValue] = useState(read)
  useEffect(() => {
    const update = (): void => setValue(read)
    listeners.add(update)
    window.addEventListener('popstate', update)
    // The address may have changed between the first render and this effect.
    update()
    return () => {
      listeners.delete(update)
      window.removeEventListener('popstate', update)
    }
  }, [])
  return value
}

/** Properties of a link that stays a link (new tab, copy address) and navigates without loading the page anew. */
export function linkTo(view: View): { readonly href: string; readonly onClick: (event: MouseEvent) => void } {
  return {
    href: addressOf(view),
    onClick: (event) => {
      if (event.defaultPrevented || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      go(view)
    },
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
