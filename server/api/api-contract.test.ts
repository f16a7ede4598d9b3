import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { default as addFormats } from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { act } from '../../alerts/incidents/act.ts'
import { beginSilence, endSilence } from '../../alerts/incidents/silencing.ts'
import type { Silence } from '../../alerts/silence.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import type { FoundCopy } from '../../data/archive/reading/found-copy.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { type DescribedOperation, openApiDocument } from './openapi/document.ts'
import { apiOperations } from './operations.ts'
import { countHours, startTestApi, TEST_NOW, type TestApi } from './testing/test-api.ts'

/** What the description promises, held against what is answered. */

const RANGE = 'from=2014-01-15&to=2014-01-17'
const BUILD = '20140115030201'

/** Requests by operation: each must be answered 200, as described. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  getOverview: ['/overview'],
  getChannel: [`/channels/nightly?${RANGE}`],
  getSeries: [
    `/series?${RANGE}`,
    `/series?${RANGE}&channel=nightly&step=hour&metric=received`,
    `/series?${RANGE}&by=build&top=1&compare=week`,
    `/series?${RANGE}&metric=invalid_rate&step=day`,
    `/series?${RANGE}&metric=share&by=reason&step=week`,
    `/series?${RANGE}&metric=discarded&by=cause`,
    `/series?from=2014-01-16T13:00:00Z&to=2014-01-16T14:00:00Z&step=minute&by=outcome`,
  ],
  listBuilds: [`/builds?channel=nightly&${RANGE}`, `/builds?channel=none&${RANGE}&compare=1`],
  getGate: [`/gate?channel=nightly&build=${BUILD}`, '/gate?channel=nightly&build=2'],
  listProblems: [`/problems?${RANGE}`, `/problems?${RANGE}&channel=none`],
  getProblem: [`/problems/bad_json?${RANGE}`, `/problems/invalid_revision?${RANGE}`],
  listFirstSeen: [`/first-seen?${RANGE}`, `/first-seen?${RANGE}&channel=nightly`],
  getSubmission: ['/submissions/a0'],
  findSubmissions: ['/submissions?debug_id=mine'],
  listIncidents: ['/incidents', '/incidents?state=open&channel=nightly&limit=1', `/incidents?${RANGE}`],
  getIncident: ['/incidents/13'],
  getWhy: ['/why?channel=nightly&hour=2014-01-16T13:00:00Z', '/why?channel=*&hour=2014-01-16T13:59:00Z'],
  getVisibility: ['/visibility', '/visibility?channel=nightly'],
  listSilences: ['/silences'],
  actOnIncident: ['/incidents/13/actions'],
  addSilence: ['/silences'],
  endSilence: ['/silences/1/end'],
  listAnnotations: ['/annotations', `/annotations?${RANGE}&channel=nightly&kind=release&limit=5`],
  addAnnotation: ['/annotations'],
  changeAnnotation: ['/annotations/1'],
  removeAnnotation: ['/annotations/2?author=Roberto'],
  listMails: ['/mails'],
  getMailPage: ['/mails/1/html'],
  getMailSource: ['/mails/1/eml'],
  getFreshness: ['/freshness'],
  getPipeline: ['/pipeline'],
  getQuarantine: ['/quarantine'],
  getOpenApi: ['/openapi.json'],
  getStream: ['/stream'],
}

/** What is sent along. */
const BODIES: Readonly<Record<string, object>> = {
  actOnIncident: { kind: 'acknowledge', by: 'Roberto' },
  addSilence: { matcher: { channel: 'nightly' }, until: '2014-01-17', reason: 'known', author: 'Roberto' },
  endSilence: { by: 'Roberto' },
  addAnnotation: { kind: 'release', text: 'Firefox 29', channels: ['nightly'], author: 'release-bot' },
  changeAnnotation: { text: 'Firefox 29.0a1', to: '2014-01-17', author: 'Roberto' },
}

/** Requests that must be refused, by operation and status. Those for 400 are made up: no address takes any parameter. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  getChannel: { 404: `/channels/none?${RANGE}` },
  getIncident: { 404: '/incidents/99' },
  actOnIncident: { 404: '/incidents/99/actions', 409: '/incidents/12/actions' },
  addSilence: { 409: '/silences' },
  endSilence: { 404: '/silences/99/end', 409: '/silences/2/end' },
  changeAnnotation: { 404: '/annotations/99', 409: '/annotations/3' },
  removeAnnotation: { 404: '/annotations/99?author=Roberto', 409: '/annotations/3?author=Roberto' },
  addAnnotation: { 409: '/annotations' },
  getMailPage: { 404: '/mails/99/html' },
  getMailSource: { 404: '/mails/x/eml' },
}

/** What is sent along where it is to be refused. */
const REFUSED_BODIES: Readonly<Record<string, object>> = {
  addSilence: { matcher: { channel: 'nightly' }, until: '2014-01-15', author: 'Roberto' },
  addAnnotation: { kind: 'maintenance', text: 'Moving', author: 'Roberto' },
}

/** Tested where they are made: no request alone brings them about. */
const MADE_ELSEWHERE = ['403', '413', '415', '421', '500', '503', '504']

const COPY: FoundCopy = {
  documentId: 'a0',
  receivedAt: TEST_NOW - HOUR_MS,
  dimensions: { reason: 'idle-daily', appName: 'Firefox', appVersion: '29.0a1', channel: 'nightly', buildId: BUILD },
  outcome: 'quarantined',
  problem: 'invalid_revision',
  problems: ['invalid_revision'],
  causes: [{ problem: 'invalid_revision', field: 'info.revision', value: 'https://hg.example.org/rev/1' }],
  automation: false,
  duplicateKey: null,
  segment: 's',
  frame: 0,
  bytes: 100,
  recoveredAt: null,
  place: { kind: 'quarantine', file: 'quarantine/part.parquet' },
}

const SILENCE: Silence = {
  id: 1,
  matcher: { channel: 'nightly' },
  from: TEST_NOW - HOUR_MS,
  until: TEST_NOW + HOUR_MS,
  reason: '',
  author: 'Roberto',
  createdAt: TEST_NOW - HOUR_MS,
  ended: null,
}

let api: TestApi
const document = openApiDocument(apiOperations(standIn))
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

/** Describing asks nothing of the owner. */
function standIn(): ReturnType<Parameters<typeof apiOperations>[0]> {
  return new Proxy(Object.create(null), { get: () => () => undefined })
}

beforeAll(async () => {
  api = await startTestApi({
    findSubmissions: async () => ({ copies: [COPY], unreadSegments: 1 }),
    findSamples: async () => [COPY],
    desk: {
      act: async (id, action) => {
        const incident = api.incidents.find((own) => own.id === id)
        return incident === undefined ? null : act(incident, action, TEST_NOW)
      },
      silence: async (wanted) => beginSilence(wanted, { id: 1, incidents: api.incidents, now: TEST_NOW }),
      endSilence: async (id, by) =>
        id === 99
          ? null
          : endSilence(id === 2 ? { ...SILENCE, ended: { by, at: 1 } } : SILENCE, { by, incidents: [], now: TEST_NOW }),
    },
    quarantine: async () => ({
      problems: [
        {
          problem: 'invalid_revision',
          submissions: 1,
          bytes: 100,
          oldest: '2014-01-16T13:20:00Z',
          would_convert: null,
          checked_at: null,
        },
      ],
    }),
  })
  api.incidents = [makeIncident({ id: 12, state: 'resolved', resolvedAt: TEST_NOW, end: TEST_NOW }), makeIncident()]
  const hours = Array.from({ length: 30 }, (_, index) => index)
  await countHours(api.context.database, hours, (ago) => [
    { submissions: 1000 + ago },
    { submissions: 10, build: '20140116030203', reason: 'saved-session' },
    { submissions: 5, outcome: 'quarantined', problem: 'invalid_revision' },
    { submissions: 2, channel: 'beta', outcome: 'rejected', problem: 'bad_json' },
  ])
  await api.context.database.inTransaction(async (transaction) => {
    const hour = Date.UTC(2014, 0, 16, 13)
    await transaction.append('expectations', [[hour, 'nightly', 900, 1000, 1100]])
    await transaction.append('minute_counts', [[hour, 'nightly', 'accepted', 'none', 7]])
    await transaction.append('discarded_counts', [[hour, 'nightly', 'body', 19, 204_800, 'live', false, 3, 900_000]])
  })
  for (const text of ['first', 'second', 'third']) {
    const moment = { kind: 'note' as const, text, channels: [], from: TEST_NOW, to: null }
    await api.context.annotations.add({ ...moment, author: 'Roberto' })
  }
  await api.context.annotations.remove(3, 'Roberto')
  api.context.hub.tell({ event: 'freshness', freshness: api.context.freshness() })
})

afterAll(() => api.close())

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'document', components: document.components })

/** What is wrong with `value`, as a text; empty: nothing. */
function complaints(schema: object, value: unknown): string {
  const here = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'))
  const validate = ajv.compile(here)
  return validate(value) ? '' : ajv.errorsText(validate.errors)
}

test('the description is a valid OpenAPI document', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
})

test('what is served as the description is that', async () => {
  expect(JSON.parse(await (await api.get('/api/v1/openapi.json')).text())).toEqual(JSON.parse(JSON.stringify(document)))
})

test('every route under /api/v1 is described, and everything described has a route', () => {
  const routes = api.app.routes
    .filter(({ path, method }) => path.startsWith('/api/v1/') && method !== 'ALL')
    .map(({ path, method }) => `${method.toLowerCase()} ${path.slice('/api/v1'.length).replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = operations.map(({ path, method }) => `${method} ${path}`)
  expect([...new Set(routes)].sort()).toEqual(described.sort())
})

test('every operation is asked here, and nothing else is', () => {
  const described = operations.map(({ operation }) => operation.operationId).filter((id) => !id.endsWith('Csv'))
  expect(Object.keys(ANSWERED).sort()).toEqual(described.sort())
})

test('every operation and every parameter is explained', () => {
  for (const { operation, path } of operations) {
    expect(operation.summary, path).toMatch(/\.$/)
    for (const parameter of operation.parameters.filter(({ in: place }) => place === 'query')) {
      const isPlain = ['channel', 'from'].includes(parameter.name)
      expect(parameter.description !== undefined || isPlain, `${path} ${parameter.name}`).toBe(true)
    }
  }
})

/** As one of the service's own pages would. */
function ask(method: string, request: string, body: object | undefined): Promise<Response> {
  if (method === 'get') return api.get(`/api/v1${request}`)
  return fetch(`${api.url}/api/v1${request}`, {
    method: method.toUpperCase(),
    headers: { Origin: api.url, 'Content-Type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  })
}

describe.each(operations)('$method $path', ({ path, method, operation }) => {
  const isTable = path.endsWith('.csv')
  const id = isTable ? operation.operationId.replace(/Csv$/, '') : operation.operationId
  const requests = (ANSWERED[id] ?? []).map((request) => (isTable ? request.replace(/^[^?]*/, '$&.csv') : request))

  test.each(requests)('%s is answered as described', async (request) => {
    const answer = await ask(method, request, BODIES[id])
    const text = await textOf(answer)
    expect(answer.status, text).toBe(200)
    const type = (answer.headers.get('Content-Type') ?? '').split(';')[0] ?? ''
    const described = operation.responses['200']?.content?.[type]
    expect(described, `${type} is not described`).toBeDefined()
    if (type === 'application/json') expect(complaints(described?.schema ?? {}, JSON.parse(text))).toBe('')
    if (type === 'text/event-stream') {
      const [, data = ''] = /^data: (.*)$/m.exec(text) ?? []
      expect(complaints(described?.schema ?? {}, JSON.parse(data))).toBe('')
    }
  })

  test.each(refusals(operation, path, requests[0] ?? path))(
    '%s is refused with %s, as described',
    async (request, status) => {
      const answer = await ask(method, request, (status === '409' ? REFUSED_BODIES[id] : undefined) ?? BODIES[id])
      const text = await textOf(answer)
      expect(String(answer.status), text).toBe(status)
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
      const schema = operation.responses[status]?.content?.['application/problem+json']?.schema ?? { not: {} }
      expect(complaints(schema, JSON.parse(text))).toBe('')
    },
  )
})

function refusals(operation: DescribedOperation, path: string, request: string): [string, string][] {
  const statuses = Object.keys(operation.responses).filter(
    (status) => status !== '200' && !MADE_ELSEWHERE.includes(status),
  )
  return statuses.map((status) => {
    if (status === '400') return [`${request}${request.includes('?') ? '&' : '?'}no_such_parameter=1`, status]
    const made = REFUSED[operation.operationId]?.[status]
    return [made ?? `no request for ${status} of ${path}`, status]
  })
}

/** Of a stream, what comes first. */
async function textOf(answer: Response): Promise<string> {
  if (answer.headers.get('Content-Type') !== 'text/event-stream') return answer.text()
  const reader = answer.body?.getReader()
  let text = ''
  while (reader !== undefined && !text.includes('data:')) {
    text += new TextDecoder().decode((await reader.read()).value)
  }
  await reader?.cancel()
  return text
}

test('a request under another name is told so as described', async () => {
  const answer = await api.app.request('http://elsewhere.example/api/v1/overview', {
    headers: { Host: 'elsewhere.example' },
  })
  expect(answer.status).toBe(421)
  const schema = document.paths['/overview']?.get?.responses['421']?.content?.['application/problem+json']?.schema
  expect(complaints(schema ?? { not: {} }, await answer.json())).toBe('')
})
