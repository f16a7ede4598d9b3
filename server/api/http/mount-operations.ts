import { type Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { groupBy } from '../group-by.ts'
import { givenQuery, RequestError } from '../request.ts'
import { refuseForeign, sentJson } from './acting.ts'
import { whileAsked } from './asking.ts'
import { csvText } from './csv-table.ts'
import { type EncodedAnswer, encodeAnswer, type KeptAnswers } from './kept-answers.ts'
import type { GivenRequest, KeepRule, Operation, PreparedAnswer } from './operation.ts'
import { takesGzip } from './takes-gzip.ts'

/** Late counts may still change a finished hour: for so long a client needn't ask whether they did. */
const FINISHED_FRESH_SECONDS = 60

/** The routes of `operations`. */
export function mountOperations(operations: readonly Operation[], kept: KeptAnswers, publicUrl: () => string): Hono {
  const app = new Hono()
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    const method = operation.method ?? 'get'
    app.on(method.toUpperCase(), path, (context) =>
      answer(context, operation, { kept, publicUrl }, wantsTable(context, operation)),
    )
    if ('text/csv' in operation.contents) {
      app.on(method.toUpperCase(), `${path}.csv`, (context) => answer(context, operation, { kept, publicUrl }, true))
    }
  }
  for (const [path, methods] of allowedMethods(operations)) {
    app.all(path, (context) => {
      context.header('Allow', methods)
      const { method, path: asked } = context.req
      throw new RequestError('method-not-allowed', `${method} ${asked}: use ${methods}`)
    })
  }
  return app
}

/** By path: what stands there for each method that it knows. */
function allowedMethods(operations: readonly Operation[]): Map<string, string> {
  const byPath = groupBy(operations, ({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
  return new Map(
    [...byPath].map(([path, there]) => [
      path,
      there.map(({ method = 'get' }) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', '),
    ]),
  )
}

interface Answering {
  readonly kept: KeptAnswers
  publicUrl(): string
}

async function answer(
  context: Context,
  operation: Operation,
  { kept, publicUrl }: Answering,
  asTable: boolean,
): Promise<Response> {
  const given: GivenRequest = { parameters: context.req.param(), query: givenQuery(context) }
  const { answering } = operation
  if (answering.kind === 'response') return answering.respond(context, given)
  if (answering.kind === 'action') {
    refuseForeign(context, publicUrl())
    const body = operation.body === undefined ? {} : await sentJson(context)
    return context.json(await answering.act(given, body), 200, { 'Cache-Control': 'no-store' })
  }
  const prepared = answering.prepare(given)
  const { keep } = prepared
  const make = () => encode(prepared, asTable)
  const key = `${asTable ? 'csv' : 'json'} ${new URL(context.req.url).search} ${context.req.path}`
  const { signal } = context.req.raw
  const encoded =
    keep === null ? await whileAsked(signal, make) : await kept.get(key, keep.stamp, { asker: signal, make })
  return send(context, encoded, { keep, asTable })
}

async function encode({ load, loadCsv }: PreparedAnswer, asTable: boolean): Promise<EncodedAnswer> {
  if (asTable && loadCsv !== null) return encodeAnswer(csvText(await loadCsv()))
  return encodeAnswer(JSON.stringify(await load()))
}

function wantsTable(context: Context, { contents }: Operation): boolean {
  if (!('text/csv' in contents) || context.req.header('Accept') === undefined) return false
  const supports = ['application/json', 'text/csv']
  return accepts(context, { header: 'Accept', supports, default: 'application/json' }) === 'text/csv'
}

interface Sending {
  readonly keep: KeepRule | null
  readonly asTable: boolean
}

function send(context: Context, { body, compressed, etag }: EncodedAnswer, sending: Sending): Response {
  const { keep, asTable } = sending
  const headers: Record<string, string> = {
    ETag: etag,
    'Cache-Control': keep?.isFinished === true ? `private, max-age=${FINISHED_FRESH_SECONDS}` : 'private, no-cache',
    Vary: 'Accept, Accept-Encoding',
  }
  if (isSame(context.req.header('If-None-Match'), etag)) return context.body(null, 304, headers)
  headers['Content-Type'] = asTable ? 'text/csv; charset=utf-8' : 'application/json'
  // A name given here would win over the one that a page's link gives; without one it is the address's last part.
  if (asTable) headers['Content-Disposition'] = 'attachment'
  if (compressed === null || !takesGzip(context.req.header('Accept-Encoding'))) {
    return context.body(body, 200, headers)
  }
  headers['Content-Encoding'] = 'gzip'
  return context.body(compressed, 200, headers)
}

function isSame(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim() === etag)
}
