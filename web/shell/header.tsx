import { useLive } from '../api/live.ts'
import { LoadLine } from '../marks/load-line.tsx'
import { buildsView } from '../view/builds-view.ts'
import { annotationsView } from '../view/annotations-view.ts'
import { channelView } from '../view/channel-view.ts'
import { incidentsView } from '../view/incidents-view.ts'
import { invalidView } from '../view/invalid-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { View } from '../view/view.ts'
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
  { word: 'Builds', view: { page: 'builds', channel: null, build: null }, pages: ['builds'] },
  { word: 'Invalid', view: { page: 'invalid', channel: null }, pages: ['invalid'] },
  { word: 'Incidents', view: incidentsView(), pages: ['incidents', 'incident', 'why'] },
  { word: 'Mail', view: { page: 'mail', id: null }, pages: ['mail'] },
  { word: 'Pipeline', view: { page: 'pipeline' }, pages: ['pipeline'] },
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
