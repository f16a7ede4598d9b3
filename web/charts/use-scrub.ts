import { useEffect, useRef, useState } from 'preact/hooks'
import { go } from '../view/navigation.ts'
import type { View } from '../view/view.ts'
import { type Held, pinched } from './pinch.ts'

interface ScrubOptions {
  /** Time at a pixel of the chart's box. */
  readonly toTime: (pixel: number) => number
  readonly indexAt: (time: number) => number
  readonly count: number
  readonly index: number
  /** Null: nobody points any more. */
  readonly onPoint: (index: number | null) => void
  readonly onZoom?: (from: number, to: number) => void
  readonly onPan?: (byMs: number) => void
  readonly onOut?: () => void
  /** Where a click on a step, and Enter, lead; null or left out: nowhere. */
  readonly onOpen?: View | null
}

export interface Selection {
  readonly from: number
  readonly to: number
}

interface Drag {
  readonly startPixel: number
  readonly startTime: number
  readonly isPan: boolean
}

/** A drag shorter than this was a click. */
const LEAST_DRAG_PX = 6
/** After a click it may still become a double click, which leads out of a zoom and nowhere else. */
const SECOND_CLICK_MS = 280

/**
 * Pointing, zooming and moving along on a chart. Mouse: drag zooms, shift-drag moves along, a click opens, a double click leads
 * out. Touch: a finger moves the cursor (the page still scrolls up and down), and opens by the read-out's link; two fingers hold two times and
 * take them along. Keys: arrows,
 * Home, End, Enter.
 */
export function useScrub(options: ScrubOptions) {
  const drag = useRef<Drag | null>(null)
  const [selection, setSelection] = useState<Selection | null>(null)
  const opening = useRef<number | undefined>(undefined)
  const wasDrag = useRef(false)
  const isMouse = useRef(false)
  const fingers = useRef(new Map<number, number>())
  const held = useRef<Held | null>(null)
  useEffect(() => () => window.clearTimeout(opening.current), [])

  const pixelOf = (event: PointerEvent & { currentTarget: HTMLElement }): number => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect()
    return event.clientX - (box?.left ?? 0)
  }
  const canDrag = options.onZoom !== undefined

  function openSoon(clicks: number): void {
    window.clearTimeout(opening.current)
    const { onOpen } = options
    if (onOpen === undefined || onOpen === null || clicks > 1) return
    opening.current = window.setTimeout(() => go(onOpen), SECOND_CLICK_MS)
  }

  /** What two fingers make of the plot; null: there aren't two, or they say nothing. */
  function pinchedBy(element: HTMLElement): Selection | null {
    const [one, other] = fingers.current.values()
    if (held.current === null || one === undefined || other === undefined) return null
    return pinched(held.current, [one, other], { left: element.offsetLeft, width: element.offsetWidth })
  }

  function touched(event: PointerEvent & { currentTarget: HTMLElement }): void {
    if (event.pointerType === 'mouse' || !canDrag) return
    fingers.current.set(event.pointerId, pixelOf(event))
    const [one, other] = [...fingers.current.values()].map(options.toTime)
    const isPair = fingers.current.size === 2 && one !== undefined && other !== undefined
    held.current = isPair ? [Math.min(one, other), Math.max(one, other)] : null
    if (isPair) options.onPoint(null)
  }

  function letGo(event: PointerEvent & { currentTarget: HTMLElement }, isDone: boolean): void {
    const shown = isDone ? pinchedBy(event.currentTarget) : null
    fingers.current.delete(event.pointerId)
    held.current = null
    if (shown === null) return
    setSelection(null)
    options.onZoom?.(shown.from, shown.to)
  }

  return {
    selection,
    handlers: {
      onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const pixel = pixelOf(event)
        wasDrag.current = false
        isMouse.current = event.pointerType === 'mouse'
        options.onPoint(options.indexAt(options.toTime(pixel)))
        touched(event)
        if (event.pointerType !== 'mouse' || event.button !== 0 || !canDrag) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { startPixel: pixel, startTime: options.toTime(pixel), isPan: event.shiftKey }
      },
      onPointerMove: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const pixel = pixelOf(event)
        const time = options.toTime(pixel)
        if (fingers.current.has(event.pointerId)) fingers.current.set(event.pointerId, pixel)
        if (held.current !== null) {
          setSelection(pinchedBy(event.currentTarget))
          return
        }
        options.onPoint(options.indexAt(time))
        const started = drag.current
        if (started === null || started.isPan || Math.abs(pixel - started.startPixel) < LEAST_DRAG_PX) return
        setSelection({ from: Math.min(started.startTime, time), to: Math.max(started.startTime, time) })
      },
      onPointerUp: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        const started = drag.current
        letGo(event, true)
        drag.current = null
        setSelection(null)
        const pixel = pixelOf(event)
        if (started === null) return
        if (Math.abs(pixel - started.startPixel) < LEAST_DRAG_PX) return
        wasDrag.current = true
        const time = options.toTime(pixel)
        if (started.isPan) options.onPan?.(started.startTime - time)
        else options.onZoom?.(Math.min(started.startTime, time), Math.max(started.startTime, time))
      },
      onPointerCancel: (event: PointerEvent & { currentTarget: HTMLElement }) => {
        letGo(event, false)
        drag.current = null
        setSelection(null)
      },
      onPointerLeave: () => {
        if (drag.current === null) options.onPoint(null)
      },
      onClick: (event: MouseEvent) => {
        if (isMouse.current && !wasDrag.current) openSoon(event.detail)
      },
      onDblClick: () => {
        window.clearTimeout(opening.current)
        options.onOut?.()
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && options.onOpen !== undefined && options.onOpen !== null) {
          event.preventDefault()
          go(options.onOpen)
          return
        }
        const target = keyTarget(event.key, options.index, options.count)
        if (target === null) return
        event.preventDefault()
        options.onPoint(target)
      },
      onBlur: () => options.onPoint(null),
    },
  }
}

function keyTarget(key: string, index: number, count: number): number | null {
  const last = count - 1
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1)
    case 'ArrowRight':
      return Math.min(last, index + 1)
    case 'PageUp':
      return Math.max(0, index - 24)
    case 'PageDown':
      return Math.min(last, index + 24)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
