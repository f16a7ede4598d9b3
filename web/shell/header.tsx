import { useLive } from '../api/live.ts'
import { LoadLine } from '../marks/load-line.tsx'
import { linkTo } from '../view/navigation.ts'
import { channelView, type View } from '../view/view.ts'
import { freshnessWords, serverNow } from './freshness.ts'
import { useNow } from './use-now.ts'

interface Destination {
  readonly word: string
  readonly view: View
  readonly pages: readonly View['page'][]
}

const DESTINATIONS: readonly Destination[] = [
  { word: 'Overview', view: { page: 'overview' }, pages: ['overview'] },
  { word: 'Channels', view: channelView(''), pages: ['channel'] },
  { word: 'Incidents', view: { page: 'incidents' }, pages: ['incidents', 'incident'] },
  { word: 'Mail', view: { page: 'mail', id: null }, pages: ['mail'] },
]

export function Header({ view }: { readonly view: View }) {
  return (
    <header class={`head head-${view.page}`}>
      <a class="house" {...linkTo({ page: 'overview' })}>
        <LoadLine /> Tidewatch
      </a>
      <nav aria-label="Pages">
        <ul>
          {DESTINATIONS.map(({ word, view: target, pages }) => (
            <li key={word}>
              <a {...linkTo(target)} aria-current={pages.includes(view.page) ? 'page' : undefined}>
                {word}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <FreshnessLine />
    </header>
  )
}

function FreshnessLine() {
  const { freshness } = useLive()
  useNow(1000)
  if (freshness === null) return <p class="freshness" />
  const words = freshnessWords(freshness.freshness, serverNow(freshness, performance.now()))
  return (
    <p class={`freshness freshness-${words.level}`}>
      {words.countedUpTo}
      <span class="freshness-rest"> · {words.rest}</span>
      {words.disk !== null && <span class="freshness-disk"> · {words.disk}</span>}
    </p>
  )
}
