import { type Context, Hono } from 'hono'
import { bucketList } from '../../data/histograms/bucket-list.ts'
import type { DefinitionConstants } from '../../data/histograms/definition-number.ts'
import { parseRevision, type Revision, type RevisionRules } from '../../data/histograms/revision.ts'
import type { FolderAnswer } from '../../data/histograms/specification-folder.ts'

export interface HistogramAppOptions {
  /** Finds the specification of the revision with these hex digits. */
  readonly find: (hex: string) => Promise<FolderAnswer>
  readonly rules: RevisionRules
  readonly constants: DefinitionConstants
}

const RAW_FILE = /^\/(.+)\/raw-file\/([^/]+)\/toolkit\/components\/telemetry\/Histograms\.json$/

/**
 * A histogram server: `/histograms?revision=<url>` and `/histogram_buckets?revision=<url>`, as the one of 2013 had them, and
 * `/<repository>/raw-file/<revision>/…/Histograms.json`, as Mercurial's web server has it. 404 is a certain "there is no such
 * specification", which those who ask remember; where nobody can say, it is 500.
 */
export function histogramApp({ find, rules, constants }: HistogramAppOptions): Hono {
  const app = new Hono()

  app.get('/histograms', async (context) => {
    const revision = revisionAsked(context, rules)
    return revision === null ? badRequest(context) : answer(context, await find(revision.hex), (text) => text)
  })

  app.get('/histogram_buckets', async (context) => {
    const revision = revisionAsked(context, rules)
    if (revision === null) return badRequest(context)
    return answer(context, await find(revision.hex), (text) => JSON.stringify(bucketList(text, constants)))
  })

  app.get('*', async (context) => {
    const revision = revisionOfPath(context.req.path, rules)
    return revision === null ? context.notFound() : answer(context, await find(revision.hex), (text) => text)
  })

  app.all('*', (context) => context.text('Method not allowed: use GET\n', 405, { Allow: 'GET, HEAD' }))
  app.notFound((context) => context.text('Not found\n', 404))
  return app
}

function revisionAsked(context: Context, rules: RevisionRules): Revision | null {
  const url = context.req.query('revision')
  return url === undefined ? null : parseRevision(url, rules)
}

/** The path names no prefix, so that of any will do. */
function revisionOfPath(path: string, rules: RevisionRules): Revision | null {
  const [, repository, hex] = RAW_FILE.exec(path) ?? []
  const [prefix] = rules.prefixes
  if (prefix === undefined || repository === undefined || hex === undefined) return null
  return parseRevision(`${prefix}/${repository}/rev/${hex}`, rules)
}

function badRequest(context: Context): Response {
  return context.text('Must provide a revision URL\n', 400)
}

function answer(context: Context, found: FolderAnswer, body: (text: string) => string): Response {
  switch (found.kind) {
    case 'found':
      return context.body(body(found.text), 200, { 'content-type': 'application/json; charset=utf-8' })
    case 'absent':
      return context.text('No specification of this revision\n', 404)
    case 'unreadable':
      return context.text('The specification of this revision can not be read\n', 500)
  }
}
