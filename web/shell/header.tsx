import { useEffect, useState } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { LoadLine } from '../marks/load-line.tsx'
import { annotationsView } from '../view/annotations-view.ts'
import { buildsView } from '../view/builds-view.ts'
import { channelView } from '../view/channel-view.ts'
import { incidentsView } from '../view/incidents-view.ts'
import { invalidView } from '../view/invalid-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { View } from '../view/view.ts'
import { freshnessWords, serverNow } from './freshness.ts'
import { SearchBox } from './search-box.tsx'
import { useNow } from './use-now.ts'

interface Destination {
  readonly word: string
  readonly view: View
  readonly pages: readonly View['page'][]
  /** Where not all have room, the others are behind "More". */
  readonly isFirst?: true
}

const DESTINATIONS: readonly Destination[] = [
  { word: 'Overview', view: { page: 'overview' }, pages: ['overview'], isFirst: true },
  { word: 'Channels', view: channelView(''), pages: ['channel'], isFirst: true },
  { word: 'Builds', view: buildsView(), pages: ['builds'], isFirst: true },
  { word: 'Invalid', view: invalidView(), pages: ['invalid'] },
  { word: 'Incidents', view: incidentsView(), pages: ['incidents', 'incident', 'why'], isFirst: true },
  { word: 'Pipeline', view: { page: 'pipeline' }, pages: ['pipeline'] },
  { word: 'Mail', view: { page: 'mail', id: null }, pages: ['mail'] },
  { word: 'Annotations', view: annotationsView(), pages: ['annotations'] },
  { word: 'Search', view: { page: 'search', q: '' }, pages: ['search', 'submission'] },
]

export function Header({ view }: { readonly view: View }) {
  const [wanted, setWanted] = useState<boolean | null>(null)
  useEffect(() => setWanted(null), [view.page])
  const showsAll = wanted ?? DESTINATIONS.some(({ pages, isFirst }) => isFirst !== true && pages.includes(view.page))
  return (
    <header class={`head head-${view.page}`}>
      <a class="house" {...linkTo({ page: 'overview' })}>
        <LoadLine /> Tidewatch
      </a>
      <nav aria-label="Pages" class={showsAll ? 'shows-all' : ''}>
        <ul>
          {DESTINATIONS.map(({ word, view: target, pages, isFirst }) => (
            <li key={word} class={`nav-${word.toLowerCase()} ${isFirst === true ? '' : 'nav-further'}`}>
              <a {...linkTo(target)} aria-current={pages.includes(view.page) ? 'page' : undefined}>
                {word}
              </a>
            </li>
          ))}
          <li class="nav-more">
            <button type="button" aria-expanded={showsAll} onClick={() => setWanted(!showsAll)}>
              {showsAll ? 'Fewer' : 'More'}
            </button>
          </li>
        </ul>
      </nav>
      <SearchBox view={view} />
      <FreshnessLine />
    </header>
  )
}

function FreshnessLine() {
  const { freshness } = useLive()
  const zone = useZone()
  useNow(1000)
  if (freshness === null) return <p class="freshness" />
  const words = freshnessWords(freshness.freshness, serverNow(freshness, performance.now()), zone)
  return (
    <p class={`freshness freshness-${words.level}`}>
      {words.countedUpTo}
      <span class="freshness-rest">
        <span class="freshness-dot"> · </span>
        {words.rest}
      </span>
      {words.disk !== null && <span class="freshness-disk"> · {words.disk}</span>}
    </p>
  )
}
