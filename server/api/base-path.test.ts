import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { act } from '../../alerts/incidents/act.ts'
import { actionPath } from '../../alerts/links/action-link.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'
import { actionPages } from '../actions/action-pages.ts'
import { createLog } from '../log.ts'
import { type RunningServer, serveOn } from '../owner/serve-on.ts'
import { dashboardApp } from './app.ts'
import { basePathOf, wayToBase } from './base-path.ts'
import { startTestApi, type TestApi } from './testing/test-api.ts'

test.each([
  ['', ''],
  ['https://host.example', ''],
  ['https://host.example/', ''],
  ['https://host.example/tidewatch', '/tidewatch'],
  ['https://host.example/a/b/', '/a/b'],
])('%j has the path %j', (publicUrl, path) => expect(basePathOf(publicUrl)).toBe(path))

test.each(['/', '/incidents', '/channel/nightly', '/channel/nightly/', '/channel/a%2Fb', '/builds/nightly/2014'])(
  'from %s the way leads to where all pages begin',
  (path) => {
    const page = `https://host.example/tidewatch${path}`
    expect(new URL(wayToBase(path), page).href).toBe('https://host.example/tidewatch/')
  },
)

const KEYS = { key: Buffer.alloc(32, 7), madeAt: 0, revoked: new Map<number, number>() }

/** As the build writes it. */
const PAGE =
  '<!doctype html><meta name="tidewatch-base" content="./" /><script type="module" src="./assets/a.js"></script>'

describe.each([
  { what: 'takes the path off', passesOn: false },
  { what: 'passes the path on', passesOn: true },
])('behind a proxy that $what', ({ passesOn }) => {
  let folder: string
  let api: TestApi
  let dashboard: RunningServer
  let proxy: Server
  /** Where browsers find it. */
  let root: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-proxy-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'assets/a.js'), 'export {}')
    api = await startTestApi()
    let incident = makeIncident({ id: 13 })
    const now = api.now
    const actions = actionPages({
      keys: async () => KEYS,
      incidents: () => [incident],
      silences: () => [],
      async act(_, action) {
        const result = act(incident, action, now)
        if (result.kind === 'done') incident = result.incident
        return result
      },
      silence: () => Promise.reject(new Error('nobody silences here')),
      now: () => now,
      publicUrl: () => root,
    })
    proxy = createServer((asked, answer) => {
      const path = asked.url ?? ''
      if (!path.startsWith('/tidewatch/')) {
        answer.writeHead(404).end('the proxy knows no such path')
        return
      }
      const upstream = { host: '127.0.0.1', port: dashboard.port, method: asked.method, headers: asked.headers }
      const sent = request({ ...upstream, path: passesOn ? path : path.slice('/tidewatch'.length) }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      })
      asked.pipe(sent)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    root = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/tidewatch/`
    dashboard = await serveOn(
      dashboardApp(api.context, {
        ...{ hostNames: () => [], publicUrl: () => root, frameAncestors: () => [], webFolder: folder, actions },
        metrics: { text: async () => '' },
        log: createLog({ level: 'silent', role: 'owner' }),
      }),
      { host: '127.0.0.1', port: 0 },
    )
  })
  afterEach(async () => {
    proxy.closeAllConnections()
    proxy.close()
    await dashboard.stop()
    await api.close()
    await rm(folder, { recursive: true })
  })

  test.each(['', 'incidents', 'channel/nightly', 'builds/nightly/20140116030201'])(
    'the page %j finds its files and where it lies',
    async (path) => {
      const answer = await fetch(root + path)
      const html = await answer.text()
      const [, script = ''] = /src="([^"]+)"/.exec(html) ?? []
      const [, way = ''] = /content="([^"]+)"/.exec(html) ?? []
      expect(new URL(way, answer.url).href).toBe(root)
      expect(await (await fetch(new URL(script, answer.url))).text()).toBe('export {}')
    },
  )

  test('the API answers, and what people do there is taken as this service’s own', async () => {
    expect((await fetch(`${root}api/v1/incidents`)).status).toBe(200)
    const changed = await fetch(`${root}api/v1/silences`, {
      method: 'POST',
      headers: { Origin: new URL(root).origin, 'Content-Type': 'application/json' },
      body: '{}',
    })
    // Refused for what it says, not for where it comes from.
    expect(changed.status).toBe(400)
  })

  test('its description leads to pages that are there', async () => {
    const answer = await fetch(`${root}api`)
    const links = [...(await answer.text()).matchAll(/href="([^"#]+)"/g)].map(([, href = '']) => href)
    expect(links.length).toBeGreaterThanOrEqual(2)
    for (const link of links) expect((await fetch(new URL(link, answer.url))).status).toBe(200)
  })

  test('a link of a mail is done, shows what was done, and leads to the incident', async () => {
    const link = { incident: 13, action: 'acknowledge', recipient: 'ann@example.org', madeAt: api.now } as const
    const address = root.replace(/\/$/, '') + actionPath(link, KEYS)
    const done = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      headers: { Origin: new URL(root).origin },
    })
    expect(done.status).toBe(303)
    expect(new URL(done.headers.get('Location') ?? '', address).href).toBe(address)
    const html = await (await fetch(address)).text()
    expect(html).toContain('ann@example.org has it')
    const [, href = ''] = /href="([^"]+)"/.exec(html) ?? []
    expect(new URL(href, address).href).toBe(`${root}incident/13`)
  })
})
