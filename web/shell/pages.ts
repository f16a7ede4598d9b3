import type { FunctionComponent } from 'preact'
import { withoutBase } from '../view/base-path.ts'
import { type Page, viewFromUrl } from '../view/view.ts'
import type { PageProps } from './page-props.ts'

type PageComponent<P extends Page> = FunctionComponent<PageProps<P>>

interface LazyComponent<P extends Page> {
  /** Null until it was fetched: after that it is shown without a moment in between. */
  readonly component: () => PageComponent<P> | null
  /** Rejects where it can't be had: no network, or an upgrade took the files that this tab knows. */
  readonly load: () => Promise<void>
}

/** A chart in somebody else's page stands alone (embed/): no page of ours leads there. */
export type ShellPage = Exclude<Page, 'embed'>

/** Each page is fetched when it is first asked for, with what only it needs: its styles, its charts. */
export const PAGES: { readonly [P in ShellPage]: LazyComponent<P> } = {
  overview: lazy(async () => (await import('../overview/overview-page.tsx')).OverviewPage),
  channel: lazy(async () => (await import('../channel/channel-page.tsx')).ChannelPage),
  builds: lazy(async () => (await import('../builds/builds-page.tsx')).BuildsPage),
  invalid: lazy(async () => (await import('../invalid/invalid-page.tsx')).InvalidPage),
  incidents: lazy(async () => (await import('../incidents/incidents-page.tsx')).IncidentsPage),
  incident: lazy(async () => (await import('../incidents/incident-page.tsx')).IncidentPage),
  mail: lazy(async () => (await import('../mail/mail-page.tsx')).MailPage),
  annotations: lazy(async () => (await import('../annotations/annotations-page.tsx')).AnnotationsPage),
  pipeline: lazy(async () => (await import('../pipeline/pipeline-page.tsx')).PipelinePage),
  why: lazy(async () => (await import('../why/why-page.tsx')).WhyPage),
  search: lazy(async () => (await import('../search/search-page.tsx')).SearchPage),
  submission: lazy(async () => (await import('../search/submission-page.tsx')).SubmissionPage),
}

/** Before anybody waits for it. That it fails is told where the page is shown. */
export function preload(page: ShellPage): void {
  PAGES[page].load().catch(() => undefined)
}

/** A page's files begin to come while the pointer, or the focus, is still on its link. */
export function preloadLinks(): void {
  const begin = ({ target }: Event): void => {
    const link = target instanceof Element ? target.closest('a') : null
    if (link === null || link.origin !== window.location.origin) return
    const { page } = viewFromUrl(withoutBase(link.pathname), link.search)
    if (page !== 'unknown' && page !== 'embed') preload(page)
  }
  document.addEventListener('pointerover', begin, { passive: true })
  document.addEventListener('focusin', begin)
}

function lazy<P extends Page>(fetchPage: () => Promise<PageComponent<P>>): LazyComponent<P> {
  let component: PageComponent<P> | null = null
  return {
    component: () => component,
    load: async () => {
      component ??= await fetchPage()
    },
  }
}
