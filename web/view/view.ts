import type { Codec, Written } from './address.ts'
import { type AnnotationsView, annotationsCodec } from './annotations-view.ts'
import { type BuildsView, buildsCodec } from './builds-view.ts'
import { type ChannelView, channelCodec } from './channel-view.ts'
import { type EmbedView, embedCodec } from './embed-view.ts'
import { type IncidentsView, type IncidentView, incidentCodec, incidentsCodec } from './incidents-view.ts'
import { type InvalidView, invalidCodec } from './invalid-view.ts'
import { type MailView, mailCodec } from './mail-view.ts'
import { type OverviewView, overviewCodec } from './overview-view.ts'
import { type PipelineView, pipelineCodec } from './pipeline-view.ts'
import { type SearchView, searchCodec } from './search-view.ts'
import { type SubmissionView, submissionCodec } from './submission-view.ts'
import { type WhyView, whyCodec } from './why-view.ts'
import type { Zone } from './zone.ts'

/** Every page with what it shows that isn't data; each has its codec in a file of its own. */
interface Views {
  readonly overview: OverviewView
  readonly channel: ChannelView
  readonly builds: BuildsView
  readonly invalid: InvalidView
  readonly incidents: IncidentsView
  readonly incident: IncidentView
  readonly mail: MailView
  readonly annotations: AnnotationsView
  readonly pipeline: PipelineView
  readonly why: WhyView
  readonly search: SearchView
  readonly submission: SubmissionView
  readonly embed: EmbedView
}

export type Page = keyof Views
export type ViewOf<P extends Page> = Views[P]

/** A page's view, and with it the address bar but for the zone, which is all pages'. */
export type View = Views[Page] | { readonly page: 'unknown'; readonly path: string }

const CODECS: { readonly [P in Page]: Codec<Views[P]> } = {
  overview: overviewCodec,
  channel: channelCodec,
  builds: buildsCodec,
  invalid: invalidCodec,
  incidents: incidentsCodec,
  incident: incidentCodec,
  mail: mailCodec,
  annotations: annotationsCodec,
  pipeline: pipelineCodec,
  why: whyCodec,
  search: searchCodec,
  submission: submissionCodec,
  embed: embedCodec,
}

/** `viewFromUrl` and `urlOfView` are inverses for every view. */
export function viewFromUrl(path: string, query: string): View {
  const parts = decodedParts(path)
  if (parts === null) return { page: 'unknown', path }
  const [page = 'overview', ...rest] = parts
  if (!isPage(page) || (page === 'overview' && parts.length > 0)) return { page: 'unknown', path }
  return CODECS[page].read({ parts: rest, parameters: new URLSearchParams(query) }) ?? { page: 'unknown', path }
}

export function zoneFromUrl(query: string): Zone {
  return new URLSearchParams(query).get('zone') === 'local' ? 'local' : 'utc'
}

/** Path and query of `view`; what is as by default is left out, so that links stay short. */
export function urlOfView(view: View, zone: Zone = 'utc'): string {
  const { parts = [], parameters = [] } = view.page === 'unknown' ? {} : written(view)
  const path = view.page === 'unknown' ? view.path : pathOf(view.page, parts)
  const query = (zone === 'local' ? [...parameters, ['zone', 'local'] as const] : parameters).map(
    // Colons are allowed in a query and make a link's times readable.
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%3A', ':')}`,
  )
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function pathOf(page: Page, parts: readonly string[]): string {
  if (page === 'overview') return '/'
  return `/${[page, ...parts.map((part) => encodeURIComponent(part).replaceAll('%3A', ':'))].join('/')}`
}

function written<P extends Page>(view: Views[P] & { readonly page: P }): Written {
  const codec: Codec<Views[P]> = CODECS[view.page]
  return codec.write(view)
}

function isPage(name: string): name is Page {
  return Object.hasOwn(CODECS, name)
}

/** Null for a broken escape such as `%zz`, which decodeURIComponent throws at. */
function decodedParts(path: string): readonly string[] | null {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent)
  } catch {
    return null
  }
}

export function unreachable(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
