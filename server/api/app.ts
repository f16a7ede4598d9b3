import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { Hono } from 'hono'
import type { Logger } from '../log.ts'
import { metricsRoutes } from '../metrics/metrics-routes.ts'
import type { ServiceMetrics } from '../metrics/service-metrics.ts'
import type { ApiContext } from './api-context.ts'
import { hostGuard, hostNameOf } from './host-guard.ts'
import { boundedReads } from './http/bounded-reads.ts'
import { KeptAnswers } from './http/kept-answers.ts'
import { mountOperations } from './http/mount-operations.ts'
import { problemAnswer, toRequestError } from './http/problem-answer.ts'
import { createTurns } from './http/turns.ts'
import { openApiDocument } from './openapi/document.ts'
import { referencePage } from './openapi/reference-page.ts'
import { apiOperations } from './operations.ts'
import { RequestError } from './request.ts'
import { securityHeaders } from './security-headers.ts'

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
  const app = new Hono()
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
  app.get('*', async (context) => page(options.webFolder, context.req.path))
  app.onError((error, context) => {
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

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** A built file; every other address is a view of the one page. */
async function page(webFolder: string, path: string): Promise<Response> {
  const wanted = normalize(join(webFolder, decodePath(path)))
  const type = CONTENT_TYPES[extname(wanted)]
  if (wanted.startsWith(webFolder + sep) && type !== undefined) {
    const content = await readFileOrNull(wanted)
    if (content === null) return new Response('no such file\n', { status: 404 })
    const isImmutable = path.startsWith('/assets/')
    return new Response(new Uint8Array(content), {
      headers: {
        'Content-Type': type,
        'Cache-Control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    })
  }
  const index = await readFileOrNull(join(webFolder, 'index.html'))
  if (index === null) return new Response('the pages are not built: run npm start\n', { status: 503 })
  return new Response(new Uint8Array(index), {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return '/'
  }
}

async function readFileOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch {
    return null
  }
}
