import { useEffect, useState } from 'preact/hooks'
import { urlOfView, type View, viewFromUrl, zoneFromUrl } from './view.ts'
import type { Zone } from './zone.ts'

/** Two zooms within this time are one step back: a wheel of small zooms shouldn't need as many steps. */
const MERGE_WITHIN_MS = 500

const listeners = new Set<() => void>()
let lastZoomAt = Number.NEGATIVE_INFINITY

function currentView(): View {
  return viewFromUrl(window.location.pathname, window.location.search)
}

function currentZone(): Zone {
  return zoneFromUrl(window.location.search)
}

/** The address of `view` in the zone that pages are shown in now. */
export function addressOf(view: View): string {
  return urlOfView(view, currentZone())
}

/** Shows `view` as a new history entry; the browser's back leads here again. */
export function go(view: View): void {
  window.history.pushState(null, '', addressOf(view))
  lastZoomAt = Number.NEGATIVE_INFINITY
  tell()
  if (view.page !== 'channel') window.scrollTo(0, 0)
}

/** Changes the present entry: for choices that nobody wants to step back through one by one. */
export function replace(view: View): void {
  // Whether it was zoomed to stays: back leads out of it as before.
  window.history.replaceState(window.history.state, '', addressOf(view))
  tell()
}

/**
 * As `go`, but a zoom that follows another at once takes its entry. Only a zoom's: whoever went back meanwhile stands on the
 * entry before, and taking that would leave nothing to come back to.
 */
export function zoomTo(view: View): void {
  const now = performance.now()
  const merges = isZoomed() && now - lastZoomAt < MERGE_WITHIN_MS
  if (merges) window.history.replaceState({ zoomed: true }, '', addressOf(view))
  else window.history.pushState({ zoomed: true }, '', addressOf(view))
  lastZoomAt = now
  tell()
}

/** Times of all pages are said in `zone` from now on; the entry is the same. */
export function chooseZone(zone: Zone): void {
  window.history.replaceState(window.history.state, '', urlOfView(currentView(), zone))
  tell()
}

/** Whether the present entry was made by `zoomTo`, so that back leads out of it. */
export function isZoomed(): boolean {
  const state: unknown = window.history.state
  return typeof state === 'object' && state !== null && 'zoomed' in state
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
