import { useEffect, useState } from 'preact/hooks'
import type { OverviewAnswer } from '../../server/api/types.ts'
import { noteFreshness, useLive } from '../api/live.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { setFavicon } from '../marks/favicon.ts'
import { isWrong } from '../marks/mark.tsx'
import { annotationsView } from '../view/annotations-view.ts'
import { buildsView } from '../view/builds-view.ts'
import { channelView } from '../view/channel-view.ts'
import { incidentsView } from '../view/incidents-view.ts'
import { invalidView } from '../view/invalid-view.ts'
import { addressOf, chooseZone, go, linkTo, useView, useZone } from '../view/navigation.ts'
import { unreachable, type View } from '../view/view.ts'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { Help } from './help.tsx'
import { useKeys } from './keys.ts'
import { LazyPage } from './lazy-page.tsx'
import { Notices } from './notices.tsx'
import { useFocusOfPage } from './use-focus-of-page.ts'

/** The whole page: head, notices, the view of the address bar, foot. The overview's answer serves every page. */
export function App() {
  const view = useView()
  const zone = useZone()
  const overview = useAnswer<OverviewAnswer>('/api/v1/overview', 'overview', 'with counts')
  const live = useLive()
  const [helpIsOpen, setHelpIsOpen] = useState(false)
  useKeys({
    '?': () => setHelpIsOpen(true),
    'g o': () => go({ page: 'overview' }),
    'g c': () => go(channelView('')),
    'g i': () => go(incidentsView()),
    'g b': () => go(buildsView()),
    'g v': () => go(invalidView()),
    'g p': () => go({ page: 'pipeline' }),
    'g n': () => go(annotationsView()),
    'g m': () => go({ page: 'mail', id: null }),
    n: () => go(annotationsView({ channel: view.page === 'channel' && view.channel !== '' ? view.channel : null })),
    z: () => chooseZone(zone === 'utc' ? 'local' : 'utc'),
  })
  useEffect(() => {
    if (overview.data !== null) noteFreshness(overview.data.freshness)
  }, [overview.data])
  useTitle(view, overview.data, live.connection === 'lost')
  const main = useFocusOfPage(titleOf(view))
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header view={view} />
      <Notices overview={overview} />
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        aria-label={titleOf(view)}
        class={live.connection === 'lost' ? 'stale' : ''}
      >
        <Page view={view} overview={overview} />
      </main>
      <Footer onHelp={() => setHelpIsOpen(true)} />
      {helpIsOpen && <Help onClose={() => setHelpIsOpen(false)} />}
    </>
  )
}

/** Before anything was counted there is nothing that these could show: the overview says how to begin. */
const ABOUT_COUNTS: readonly View['page'][] = ['channel', 'builds', 'invalid', 'why']

function Page({ view, overview }: { readonly view: View; readonly overview: Answer<OverviewAnswer> }) {
  if (view.page === 'unknown') return <Gone path={view.path} />
  if (view.page === 'embed') return <Gone path={addressOf(view)} />
  const isEmpty = overview.data?.channels.length === 0 && ABOUT_COUNTS.includes(view.page)
  return <LazyPage view={isEmpty ? { page: 'overview' } : view} overview={overview} />
}

function Gone({ path }: { readonly path: string }) {
  return (
    <section class="block">
      <h1 class="sentence">There is no page {path}.</h1>
      <p>
        <a {...linkTo({ page: 'overview' })}>Overview of all channels</a>
      </p>
    </section>
  )
}

/** The tab tells what the page would. */
function useTitle(view: View, overview: OverviewAnswer | null, isLost: boolean): void {
  const wrong = overview?.sentences.some((sentence) => isWrong(sentence.mark)) ?? false
  const unsure =
    isLost || overview === null || overview.sentences.some(({ mark }) => mark === 'unknown' || mark === 'learning')
  const title = titleOf(view)
  const open = overview?.incidents.filter((incident) => incident.state === 'open').length ?? 0
  useEffect(() => {
    document.title = `${open > 0 ? `(${open}) ` : ''}${title} · Tidewatch`
    setFavicon(wrong ? 'wrong' : unsure ? 'unsure' : 'well')
  }, [title, open, wrong, unsure])
}

function titleOf(view: View): string {
  switch (view.page) {
    case 'overview':
      return 'Overview'
    case 'channel':
      return view.channel === '' ? 'Channels' : view.channel
    case 'incidents':
      return 'Incidents'
    case 'incident':
      return `Incident ${view.id}`
    case 'builds':
      return view.channel === null ? 'Builds' : `Builds of ${view.channel}`
    case 'invalid':
      return view.channel === null ? 'Invalid' : `Invalid in ${view.channel}`
    case 'annotations':
      return 'Annotations'
    case 'pipeline':
      return 'Pipeline'
    case 'why':
      return `Why, ${view.channel}`
    case 'search':
      return view.q === '' ? 'Search' : `Search: ${view.q}`
    case 'submission':
      return 'Submission'
    case 'embed':
      return view.channel
    case 'mail':
      return 'Mail'
    case 'unknown':
      return 'No such page'
    default:
      return unreachable(view)
  }
}
