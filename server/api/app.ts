import { Hono } from 'hono'
import { getPath } from 'hono/utils/url'
import { DatabaseError } from '../../data/counts/database-error.ts'
import type { Logger } from '../log.ts'
import { metricsRoutes } from '../metrics/metrics-routes.ts'
import type { ServiceMetrics } from '../metrics/service-metrics.ts'
import type { ApiContext } from './api-context.ts'
import { badgeRoute } from './badge/badge-route.ts'
import { basePathOf, withoutBasePath } from './base-path.ts'
import { hostGuard, hostNameOf } from './host-guard.ts'
import { boundedReads } from './http/bounded-reads.ts'
import { KeptAnswers } from './http/kept-answers.ts'
import { mountOperations } from './http/mount-operations.ts'
import { problemAnswer, toRequestError } from './http/problem-answer.ts'
import { takesGzip } from './http/takes-gzip.ts'
import { createTurns } from './http/turns.ts'
import { openApiDocument } from './openapi/document.ts'
import { referencePage } from './openapi/reference-page.ts'
import { apiOperations } from './operations.ts'
import { RequestError } from './request.ts'
import { securityHeaders } from './security-headers.ts'
import type { OverviewAnswer } from './types.ts'
import { webFiles } from './web-files.ts'

export interface DashboardOptions {
  /** Host names that requests may carry, besides loopback and that of `publicUrl`. */
  hostNames(): readonly string[]
  publicUrl(): string
  /** Origins whose pages may show a chart of `/embed/` in a frame. */
  frameAncestors(): readonly string[]
  /** Folder of the built pages. */
  readonly webFolder: string
  readonly metrics: Pick<ServiceMetrics, 'text'>
  /** The pages of links in mails. */
  readonly actions?: Hono
  readonly log: Logger
}

/** Three of the database's four connections: the fourth is for those that count and judge. */
const QUERY_BOUNDS = { atOnce: 3, atOnceOfKind: 2, mostWaiting: 200, timeoutMs: 10_000 }

/** Whoever looks for submissions opens files of archive and spool. */
const LOOK_BOUNDS = { atOnce: 2, atOnceOfKind: 1, mostWaiting: 50 }

/** The dashboard's whole HTTP side: API, live stream, metrics and pages. */
export function dashboardApp(api: ApiContext, options: DashboardOptions): Hono {
  const app = new Hono({
    getPath: (request) => withoutBasePath(getPath(request), basePathOf(options.publicUrl())),
  })
  app.use(hostGuard(() => [...options.hostNames(), ...hostNameOf(options.publicUrl())]))
  app.use(securityHeaders(() => options.frameAncestors()))
  const asked = boundedReads(api.database, QUERY_BOUNDS)
  const looking = createTurns(LOOK_BOUNDS)
  const operations = apiOperations((kind) => ({
    ...api,
    database: asked(kind),
    findSubmissions: (sought) => looking.take('submissions', () => api.findSubmissions(sought)),
    findSamples: (sought) => looking.take('samples', () => api.findSamples(sought)),
  }))
  app.route('/api/v1', mountOperations(operations, new KeptAnswers(), options.publicUrl))
  app.get('/api', (context) => context.html(referencePage(openApiDocument(operations))))
  app.all('/api/*', (context) => {
    throw new RequestError('not-found', `${context.req.method} ${context.req.path}: no such address; see /api`)
  })
  app.route('/', metricsRoutes(options.metrics))
  if (options.actions !== undefined) app.route('/', options.actions)
  app.route(
    '/',
    badgeRoute({
      overview: () => overviewOf(app),
      frameAncestors: options.frameAncestors,
    }),
  )
  const web = webFiles(options.webFolder)
  app.get('*', (context) =>
    web({ path: context.req.path, takesGzip: takesGzip(context.req.header('Accept-Encoding')) }),
  )
  app.onError((error, context) => {
    // Nobody reads it.
    if (error instanceof DatabaseError && error.kind === 'aborted') return new Response(null, { status: 503 })
    const told = toRequestError(error)
    if (told !== null) return problemAnswer(context, told)
    options.log.error({ error, path: context.req.path }, 'a request to the dashboard failed')
    return problemAnswer(
      context,
      new RequestError('internal-error', `${context.req.path} failed; the log of the service says why`),
    )
  })
  return app
}

/** The overview as the pages get it: kept, and bounded as for everybody. */
async function overviewOf(app: Hono): Promise<OverviewAnswer> {
  const response = await app.request('/api/v1/overview', { headers: { Host: 'localhost' } })
  if (!response.ok) throw new RequestError('busy', 'the overview can not be had just now')
  // What answers is this very program.
  const overview: OverviewAnswer = JSON.parse(await response.text())
  return overview
}
