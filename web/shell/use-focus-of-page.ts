import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * For the element that pages come into: where another page took away what held the focus, it holds it from then on, so that keys go on from
 * its beginning and a screen reader says which page came. What still stands, a link of the head say, keeps the focus.
 */
export function useFocusOfPage(title: string): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement>(null)
  const shown = useRef(title)
  useEffect(() => {
    if (shown.current === title) return
    shown.current = title
    if (document.activeElement === document.body) element.current?.focus({ preventScroll: true })
  }, [title])
  return element
}
