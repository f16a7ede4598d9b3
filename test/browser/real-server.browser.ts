import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../support/remove-folder.ts'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'
import { expectNoSidewaysScrolling, keepScreenshot } from './pages.ts'
import { test as base, expect } from './silent-page.ts'

/** One that can be stopped, and started again on the same state and addresses. */
interface RealServer {
  readonly dashboardUrl: string
  readonly receiveUrl: string
  stop(): Promise<void>
  start(): Promise<void>
}

interface Fixtures {
  readonly server: RealServer
}

/** The program itself behind the page: receiver, converter, owner, and a state directory of its own. */
const test = base.extend<Fixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
    async ({}, use) => {
      const state = await mkdtemp(join(tmpdir(), 'tidewatch-browser-'))
      const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
      let running: TidewatchProcess | null = await startTidewatch({ state, ...ports })
      const server = {
        dashboardUrl: running.dashboardUrl,
        receiveUrl: running.receiveUrl,
        async stop() {
          expect(await running?.stop()).toBe(0)
          running = null
        },
        async start() {
          running = await startTidewatch({ state, ...ports })
        },
      }
      await use(server)
      if (running !== null) await server.stop()
      await removeFolder(state)
    },
    { timeout: 120_000 },
  ],
  baseURL: async ({ server }, use) => {
    await use(server.dashboardUrl)
  },
})

async function sendSubmission(server: RealServer): Promise<void> {
  const info = {
    reason: 'idle-daily',
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140201030204',
  }
  const path = `/submit/telemetry/${randomUUID()}/idle-daily/Firefox/29.0a1/nightly/20140201030204`
  const answer = await fetch(server.receiveUrl + path, { method: 'POST', body: JSON.stringify({ ver: 1, info }) })
  expect(answer.status).toBe(200)
}

test('what the API answers can be read on a phone', async ({ page }) => {
  test.slow()
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/api')
  await expect(page.getByRole('heading', { name: 'GET /series' })).toBeVisible()
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'real-api-360')
})

test('an empty server says how to begin, and the first submissions appear by themselves', async ({ page, server }) => {
  test.slow()
  await page.goto('/')
  await expect(page.getByText('Waiting for the first submission…')).toBeVisible()
  await expect(page.getByText(`curl -i ${server.receiveUrl}/submit/telemetry/`)).toBeVisible()
  await expect(page.getByText('npm run demo')).toBeVisible()
  await keepScreenshot(page, 'real-empty')

  await sendSubmission(server)
  const nightly = page.locator('.channels tbody tr').filter({ hasText: 'nightly' })
  await expect(nightly).toContainText('so far 1')
  await sendSubmission(server)
  await expect(nightly).toContainText('so far 2')
  await expect(nightly).toContainText('learning')

  await page.getByRole('link', { name: 'nightly', exact: true }).click()
  await expect(page).toHaveURL(/\/channel\/nightly$/)
  await expect(page.locator('.canvas canvas')).toBeVisible()
  await keepScreenshot(page, 'real-first-submission')
})

test('the server restarts: what stands there stays, says how old it is, and goes on by itself', async ({
  page,
  server,
  expectedMessages,
}) => {
  test.setTimeout(180_000)
  expectedMessages.push(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/)
  await sendSubmission(server)
  await page.goto('/')
  const nightly = page.locator('.channels tbody tr').filter({ hasText: 'nightly' }).locator('.cell-seen')
  await expect(nightly).toContainText('so far 1')
  await server.stop()
  await expect(page.getByText(/The server hasn’t answered since/)).toBeVisible()
  await expect(nightly).toContainText('so far 1')
  // A page that was never opened before needs files that nobody serves now: it comes as soon as somebody does.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Mail' }).click()
  await expect(page.getByText('This page could not be fetched')).toBeVisible()
  await server.start()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('mail', { timeout: 60_000 })
  await expect(page.getByText(/The server hasn’t answered since/)).toBeHidden({ timeout: 60_000 })
  await page.goto('/')
  const before = await nightly.textContent()
  await sendSubmission(server)
  await expect(nightly).not.toHaveText(before ?? '')
})
