import { useEffect, useRef } from 'preact/hooks'
import { go } from '../view/navigation.ts'
import type { View } from '../view/view.ts'
import { useKeys } from './keys.ts'

/** Looks for a channel, build, incident, document id or debug tag from any page. Without room for it `/` leads to its page. */
export function SearchBox({ view }: { readonly view: View }) {
  const input = useRef<HTMLInputElement>(null)
  const q = view.page === 'search' ? view.q : ''
  useEffect(() => {
    if (input.current !== null) input.current.value = q
  }, [q])
  useKeys({
    '/': () => {
      const box = input.current
      if (box === null || box.offsetParent === null) go({ page: 'search', q: '' })
      else box.select()
      box?.focus()
    },
  })
  const look = (event: SubmitEvent): void => {
    event.preventDefault()
    const text = input.current?.value.trim() ?? ''
    if (text !== '') go({ page: 'search', q: text })
    input.current?.blur()
  }
  return (
    <search class="search-box">
      <form onSubmit={look}>
        <input
          ref={input}
          type="search"
          aria-label="Search: channel, build, incident, document id or debug tag"
          placeholder="Search"
          enterkeyhint="search"
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
        <kbd>/</kbd>
      </form>
    </search>
  )
}
