import { useEffect, useState } from 'preact/hooks'
import type { OverviewAnswer } from '../../server/api/types.ts'
import { noteFreshness, useLive } from '../api/live.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { ChannelPage } from '../channel/channel-page.tsx'
import { IncidentPage } from '../incidents/incident-page.tsx'
import { IncidentsPage } from '../incidents/incidents-page.tsx'
import { MailPage } from '../mail/mail-page.tsx'
import { setFavicon } from '../marks/favicon.ts'
import { isWrong } from '../marks/mark.tsx'
import { EmptyPage } from '../overview/empty-page.tsx'
import { OverviewPage } from '../overview/overview-page.tsx'
import { go, linkTo, useView } from '../view/navigation.ts'
import { channelView, unreachable, type View } from '../view/view.ts'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { Help } from './help.tsx'
import { useKeys } from './keys.ts'
import { Notices } from './notices.tsx'

/** The whole page: head, notices, the view of the address bar, foot. The overview's answer serves every page. */
export function App() {
  const view = useView()
  const overview = useAnswer<OverviewAnswer>('/api/v1/overview', 'overview', 'with counts')
  const live = useLive()
  const [helpIsOpen, setHelpIsOpen] = useState(false)
  useKeys({
    '?': () => setHelpIsOpen(true),
    'g o': () => go({ page: 'overview' }),
    'g c': () => go(channelView('')),
    'g i': () => go({ page: 'incidents' }),
    'g m': () => go({ page: 'mail', id: null }),
  })
  useEffect(() => {
    if (overview.data !== null) noteFreshness(overview.data.freshness)
  }, [overview.data])
  useTitle(view, overview.data, live.connection === 'lost')
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header view={view} />
      <Notices overview={overview} />
      <main id="main" class={live.connection === 'lost' ? 'stale' : ''}>
        <Page view={view} overview={overview} />
      </main>
      <Footer onHelp={() => setHelpIsOpen(true)} />
      {helpIsOpen && <Help onClose={() => setHelpIsOpen(false)} />}
    </>
  )
}

function Page({ view, overview }: { readonly view: View; readonly overview: Answer<OverviewAnswer> }) {
  const { data } = overview
  const empty = data !== null && data.channels.length === 0 ? <EmptyPage receiveUrl={data.receive_url} /> : null
  switch (view.page) {
    case 'overview':
      return empty ?? <OverviewPage answer={overview} />
    case 'channel':
      return empty ?? <ChannelPage view={view} overview={overview} />
    case 'incidents':
      return <IncidentsPage />
    case 'incident':
      return <IncidentPage key={view.id} id={view.id} />
    case 'mail':
      return <MailPage id={view.id} />
    case 'unknown':
      return <Gone path={view.path} />
    default:
      return unreachable(view)
  }
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
    case 'mail':
      return 'Mail'
    case 'unknown':
      return 'No such page'
    default:
      return unreachable(view)
  }
}
