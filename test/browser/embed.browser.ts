import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'
import { keepScreenshot } from './pages.ts'

/** Somebody else's web server: each of its pages shows in a frame what its query says. */
interface Wiki {
  readonly origin: string
  close(): Promise<void>
}

interface Fixtures {
  readonly friend: Wiki
  readonly stranger: Wiki
  readonly server: TidewatchProcess
}

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
  friend: async ({}, use) => {
    const wiki = await startWiki()
    await use(wiki)
    await wiki.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  stranger: async ({}, use) => {
    const wiki = await startWiki()
    await use(wiki)
    await wiki.close()
  },
  server: async ({ friend }, use) => {
    const state = await mkdtemp(join(tmpdir(), 'tidewatch-embed-'))
    const server = await startTidewatch({
      state,
      receivePort: await freePort(),
      dashboardPort: await freePort(),
      environment: { TIDEWATCH_DASHBOARD_FRAME_ANCESTORS: friend.origin },
    })
    await sendSubmission(server)
    await use(server)
    expect(await server.stop()).toBe(0)
    await rm(state, { recursive: true })
  },
})

async function startWiki(): Promise<Wiki> {
  const server: Server = createServer((request, response) => {
    const framed = new URL(request.url ?? '/', 'http://wiki').searchParams.get('framed') ?? ''
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>Wiki</title><h1>Our wiki</h1>
      <iframe src="${framed.replaceAll('&', '&amp;')}" width="1000" height="620" title="a chart"></iframe>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the wiki has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function sendSubmission({ receiveUrl }: TidewatchProcess): Promise<void> {
  const info = {
    reason: 'idle-daily',
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140201030204',
  }
  const path = `/submit/telemetry/${randomUUID()}/idle-daily/Firefox/29.0a1/nightly/20140201030204`
  const answer = await fetch(receiveUrl + path, { method: 'POST', body: JSON.stringify({ ver: 1, info }) })
  expect(answer.status).toBe(200)
}

/** Opens a page of `wiki` with `framed` in it; what the browser refused to frame is answered. */
async function visit(page: Page, wiki: Wiki, framed: string): Promise<readonly string[]> {
  const refused: string[] = []
  page.on('console', (message) => {
    if (/frame-ancestors|X-Frame-Options/.test(message.text())) refused.push(message.text())
  })
  await page.goto(`${wiki.origin}/?framed=${encodeURIComponent(framed)}`)
  await expect(page.getByRole('heading', { name: 'Our wiki' })).toBeVisible()
  return refused
}

test('a page of an allowed origin shows the live chart, which leads to the dashboard in a tab of its own', async ({
  page,
  context,
  server,
  friend,
}) => {
  test.slow()
  await expect
    .poll(async () => (await fetch(`${server.dashboardUrl}/api/v1/overview`)).text(), { timeout: 30_000 })
    .toContain('"channel":"nightly"')
  const refused = await visit(page, friend, `${server.dashboardUrl}/embed/channel/nightly?last=60d&theme=dark`)
  const frame = page.frameLocator('iframe')
  await expect(frame.getByRole('link', { name: 'nightly' })).toBeVisible()
  await expect(frame.locator('.canvas canvas')).toBeVisible()
  await expect(frame.locator('.readout')).toContainText('so far 1')
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(frame.getByRole('navigation')).toHaveCount(0)
  await sendSubmission(server)
  await expect(frame.locator('.readout')).toContainText(/so far [12]|seen 1/, { timeout: 20_000 })
  await keepScreenshot(page, 'embedded')
  expect(refused).toEqual([])

  const tab = context.waitForEvent('page')
  await frame.getByRole('link', { name: 'nightly' }).click()
  await expect(await tab).toHaveURL(`${server.dashboardUrl}/channel/nightly?last=60d`)
  await expect((await tab).getByRole('navigation', { name: 'Pages' })).toBeVisible()
})

test('a page of any other origin shows nothing of it', async ({ page, server, stranger }) => {
  const refused = await visit(page, stranger, `${server.dashboardUrl}/embed/channel/nightly`)
  await expect.poll(() => refused.length).toBeGreaterThan(0)
  await expect(page.frameLocator('iframe').locator('.embedded')).toHaveCount(0)
})

for (const path of ['/', '/incidents', '/embed/../incidents']) {
  test(`also a page of an allowed origin can’t frame ${path}`, async ({ page, server, friend }) => {
    const refused = await visit(page, friend, server.dashboardUrl + path)
    await expect.poll(() => refused.length).toBeGreaterThan(0)
    await expect(page.frameLocator('iframe').getByRole('navigation')).toHaveCount(0)
  })
}

test('an address that leads to no chart shows neither pages nor ways to them', async ({ page, server, friend }) => {
  await visit(page, friend, `${server.dashboardUrl}/embed/incidents`)
  const frame = page.frameLocator('iframe')
  await expect(frame.getByText('There is no chart at /embed/incidents')).toBeVisible()
  await expect(frame.getByRole('link')).toHaveCount(0)
  for (const key of ['g', 'i']) await frame.locator('body').press(key)
  await expect(frame.getByText('There is no chart')).toBeVisible()
})
